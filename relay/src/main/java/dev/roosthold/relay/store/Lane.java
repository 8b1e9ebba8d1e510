package dev.roosthold.relay.store;

/// Writes that touch nothing but what is theirs, in the database and elsewhere: those of different
/// lanes may run at the same time. Writes of one lane are in order among themselves, and with all
/// writes that have no lane.
///
/// What changes what one account owns, and tells its sockets alone, is in the lane that has the id
/// of the account for its name.
///
/// @param name the same lane for the same name, at all relays of a database
public record Lane(String name) {}
