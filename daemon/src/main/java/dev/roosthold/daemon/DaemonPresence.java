package dev.roosthold.daemon;

import dev.roosthold.daemon.local.LocalClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// What there is of a daemon in a home directory, seen from another process.
public sealed interface DaemonPresence {

    /// Nothing runs.
    record None() implements DaemonPresence {}

    /// Something holds the lock and cannot be reached: a daemon that is just starting or ending, or
    /// an enrolment.
    record Busy() implements DaemonPresence {}

    /// A daemon runs. Whether it answers is seen by asking it.
    record Running(LocalClient control) implements DaemonPresence {}

    /// What there is now.
    ///
    /// @throws DaemonException when the directory cannot be read
    static DaemonPresence of(Path home) {
        try {
            Optional<LocalClient> control = LocalClient.of(home);
            if (control.isPresent()) {
                return new Running(control.get());
            }
            return DaemonLock.isHeld(home) ? new Busy() : new None();
        } catch (IOException e) {
            throw new DaemonException("cannot read the files of the daemon in " + home, e);
        }
    }
}
