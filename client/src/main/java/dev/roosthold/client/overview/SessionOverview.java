package dev.roosthold.client.overview;

import dev.roosthold.protocol.SessionId;
import java.util.Optional;

/// A session in a list.
///
/// @param title what the conversation is about
/// @param directory in which the agent works
/// @param machine id of the machine
/// @param host name of the machine, as the session gave it
/// @param agent its name
/// @param questions how many the agent has asked and nobody has answered
/// @param updatedAtMs Unix milliseconds
public record SessionOverview(
        SessionId id,
        Optional<String> title,
        Optional<String> directory,
        Optional<String> machine,
        Optional<String> host,
        Optional<String> agent,
        LiveState state,
        int questions,
        long updatedAtMs) {}
