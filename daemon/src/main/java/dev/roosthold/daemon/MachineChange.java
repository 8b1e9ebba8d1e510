package dev.roosthold.daemon;

import java.time.Duration;
import java.util.Optional;

/// One move of the machine daemon.
///
/// @param detail for people: why, or with whom; may be empty
/// @param retryIn the pause before the next try, on moves to [MachineState#ERROR]
public record MachineChange(
        MachineState from, MachineState to, String detail, Optional<Duration> retryIn) {}
