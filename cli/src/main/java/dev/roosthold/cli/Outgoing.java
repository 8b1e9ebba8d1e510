package dev.roosthold.cli;

import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.outbox.Outboxes;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.DaemonPresence;
import dev.roosthold.daemon.local.DaemonStatus;
import dev.roosthold.daemon.local.LocalException;
import java.io.IOException;
import java.nio.file.Path;

/// What commands of this computer say to sessions, on its way.
final class Outgoing {
    private Outgoing() {}

    /// An outbox to write to; it and those with something left in them send until the access is
    /// closed.
    static Outbox open(Access access, OutboxListener listener) {
        try {
            return outboxes(access)
                    .open(
                            (place, hears) ->
                                    access.account().outbox(place, OutboxLimits.USUAL, hears),
                            listener);
        } catch (OutboxException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    /// What this computer keeps of the account's messages.
    static Path directory(Access access) {
        return outboxes(access).directory();
    }

    private static Outboxes outboxes(Access access) {
        return Outboxes.of(access.home(), access.server(), access.contentPublicKey());
    }

    /// When a message that the relay has not taken goes out.
    static String when(Access access) {
        return daemonSends(access)
                ? "the machine daemon sends it when the relay is back"
                : "it goes out with your next `roost send` or `roost attach`, or once the machine"
                        + " daemon runs (`roost daemon start`)";
    }

    /// Whether a daemon runs that speaks to the same relay. One of another version may be older
    /// than the sending, so nothing is promised in its name.
    private static boolean daemonSends(Access access) {
        try {
            if (DaemonPresence.of(access.home()) instanceof DaemonPresence.Running(var control)) {
                DaemonStatus status = control.status();
                return status.relay().equals(access.server().toString())
                        && status.version().equals(Version.current());
            }
        } catch (IOException | LocalException | DaemonException _) {
            // It does not answer: nothing is known of it.
        }
        return false;
    }
}
