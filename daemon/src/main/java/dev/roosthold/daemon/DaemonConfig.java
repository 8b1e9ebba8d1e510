package dev.roosthold.daemon;

import dev.roosthold.client.Scheduler;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/// What a daemon needs to run.
///
/// @param home the directory of all files of this program
/// @param version of this program, as shown to the owner
public record DaemonConfig(
        Path home,
        MachineCredential credential,
        String version,
        HostFacts host,
        Clock clock,
        Scheduler scheduler,
        SecureRandom random) {

    /// With this computer's facts, clock and randomness.
    public static DaemonConfig of(Path home, MachineCredential credential, String version) {
        return new DaemonConfig(
                home,
                credential,
                version,
                HostFacts.detect(),
                Clock.systemUTC(),
                Scheduler.system(),
                new SecureRandom());
    }
}
