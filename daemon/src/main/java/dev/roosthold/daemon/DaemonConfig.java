package dev.roosthold.daemon;

import dev.roosthold.client.Scheduler;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Supplier;

/// What a daemon needs to run.
///
/// @param home the directory of all files of this program
/// @param identity which machine it speaks for
/// @param version of this program, as shown to the owner
/// @param hosts what this computer is now: a host name can change while the daemon runs
public record DaemonConfig(
        Path home,
        MachineIdentity identity,
        String version,
        Supplier<HostFacts> hosts,
        Clock clock,
        Scheduler scheduler,
        SecureRandom random) {

    /// With this computer's facts, clock and randomness.
    public static DaemonConfig of(Path home, MachineIdentity identity, String version) {
        return new DaemonConfig(
                home,
                identity,
                version,
                HostFacts::detect,
                Clock.systemUTC(),
                Scheduler.system(),
                new SecureRandom());
    }

    /// The credential of a machine that has its keys.
    ///
    /// @throws IllegalStateException when it waits for them
    public MachineCredential credential() {
        if (identity instanceof MachineCredential credential) {
            return credential;
        }
        throw new IllegalStateException("the machine waits for its keys");
    }

    HostFacts host() {
        return hosts.get();
    }

    DaemonConfig with(MachineCredential credential) {
        return new DaemonConfig(home, credential, version, hosts, clock, scheduler, random);
    }
}
