package dev.roosthold.daemon;

import dev.roosthold.daemon.local.DaemonStatus;
import dev.roosthold.daemon.rpc.RemotePolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Remembers what the daemon has told, for whoever asks later, and passes it on. Thread-safe.
final class StatusBoard implements MachineListener {
    private final MachineListener next;
    private final Clock clock;
    private final long startedAtMs;

    private record Seen(MachineState state, String detail, OptionalLong readySinceMs) {}

    private volatile Seen seen = new Seen(MachineState.UNINITIALIZED, "", OptionalLong.empty());

    StatusBoard(MachineListener next, Clock clock) {
        this.next = next;
        this.clock = clock;
        startedAtMs = clock.millis();
    }

    @Override
    public void changed(MachineChange change) {
        seen =
                new Seen(
                        change.to(),
                        change.detail(),
                        change.to() == MachineState.READY
                                ? OptionalLong.of(clock.millis())
                                : OptionalLong.empty());
        next.changed(change);
    }

    @Override
    public void notice(String text) {
        next.notice(text);
    }

    /// @param sessions how many run
    DaemonStatus status(DaemonConfig config, int sessions) {
        Seen now = seen;
        MachineIdentity identity = config.identity();
        RemoteAccess access = access(config);
        return new DaemonStatus(
                now.state().name(),
                detail(now),
                now.state() == MachineState.WAITING_APPROVAL
                                && identity instanceof PendingEnrolment pending
                        ? Optional.of(pending.code())
                        : Optional.empty(),
                now.readySinceMs(),
                startedAtMs,
                identity.machine().value(),
                identity.server().toString(),
                config.version(),
                access.policy().text(),
                access.roots().stream().map(Path::toString).toList(),
                sessions);
    }

    private static String detail(Seen now) {
        return switch (now.state()) {
            case UNINITIALIZED, REGISTERING, CONNECTING -> "connecting";
            case WAITING_APPROVAL -> "waiting for approval in the web page";
            case STOPPING, STOPPED -> "stopping";
            case READY, ERROR -> now.detail();
        };
    }

    private static RemoteAccess access(DaemonConfig config) {
        try {
            return new RemoteAccessFile(config.home()).read(config.identity().rootDirectory());
        } catch (DaemonException _) {
            return new RemoteAccess(RemotePolicy.LOCKED, List.of());
        }
    }
}
