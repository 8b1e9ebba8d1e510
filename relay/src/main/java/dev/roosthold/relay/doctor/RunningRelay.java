package dev.roosthold.relay.doctor;

import org.jspecify.annotations.Nullable;

/// What a running relay says about itself in the file that it holds locked.
///
/// @param pid of its process
/// @param address where a program on this computer reaches it
/// @param metricsPort [#OFF] when none are wanted, [#TAKEN] when their port was taken
/// @param certificate file of the certificate that it shows; null when it speaks plain HTTP
/// @param publicUrl null for none
/// @param registration the policy in words of the option
/// @param version of the program
/// @param startedAtMs Unix milliseconds
public record RunningRelay(
        long pid,
        String address,
        int metricsPort,
        @Nullable String certificate,
        @Nullable String publicUrl,
        String registration,
        String version,
        long startedAtMs) {
    public static final int OFF = -1;
    public static final int TAKEN = -2;
}
