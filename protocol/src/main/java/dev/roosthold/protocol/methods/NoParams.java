package dev.roosthold.protocol.methods;

/// The parameters of methods that need none: `{}`.
public record NoParams() {}
