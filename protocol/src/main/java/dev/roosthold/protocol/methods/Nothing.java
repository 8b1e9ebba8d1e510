package dev.roosthold.protocol.methods;

/// The result of methods that have none. Travels as the encryption of an empty text.
public record Nothing() {}
