package dev.roosthold.conformance.crowd;

import java.net.URI;
import java.util.Optional;

/// Something of the server that was ended and started again while a crowd worked: killed, or
/// stopped as its operator does it.
///
/// @param what it was, for people
/// @param atNanos just before, in nanoseconds of [System#nanoTime]
/// @param backNanos when it served again, in the same measure
/// @param address at which it served clients, if it did
public record Fault(String what, long atNanos, long backNanos, Optional<URI> address) {}
