package dev.roosthold.cli;

import dev.roosthold.relay.auth.DeviceLifetime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// When devices have to sign in again.
final class DeviceOptions {
    /// Less would end devices of people who are having lunch.
    private static final Duration SHORTEST = Duration.ofMinutes(10);

    @Option(
            names = "--device-idle",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description =
                    "Devices that were not used for so long have to sign in again, for example 30d."
                            + " Default: never.")
    private @Nullable Duration idle;

    @Option(
            names = "--device-age",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description =
                    "Devices that signed in so long ago have to sign in again, for example 365d."
                            + " Default: never.")
    private @Nullable Duration age;

    DeviceLifetime lifetime() {
        DeviceLifetime lifetime = DeviceLifetime.UNLIMITED;
        if (idle != null) {
            requireLong("--device-idle", idle);
            lifetime = lifetime.withIdle(idle);
        }
        if (age != null) {
            requireLong("--device-age", age);
            lifetime = lifetime.withAge(age);
        }
        return lifetime;
    }

    private static void requireLong(String option, Duration time) {
        if (time.compareTo(SHORTEST) < 0) {
            throw new CommandFailure(
                    option + " is less than 10m", "Without the option devices do not end.");
        }
    }
}
