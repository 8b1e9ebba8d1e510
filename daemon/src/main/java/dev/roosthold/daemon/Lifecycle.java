package dev.roosthold.daemon;

import java.time.Duration;
import java.util.Optional;

/// The state of the daemon. Moved by its thread only; readable from all.
final class Lifecycle {
    private final MachineListener listener;
    private volatile MachineState state = MachineState.UNINITIALIZED;

    Lifecycle(MachineListener listener) {
        this.listener = listener;
    }

    MachineState state() {
        return state;
    }

    void move(MachineState to, String detail) {
        move(to, detail, Optional.empty());
    }

    /// @throws IllegalStateException when the table has no such move
    void move(MachineState to, String detail, Optional<Duration> retryIn) {
        MachineState from = state;
        if (!from.next().contains(to)) {
            throw new IllegalStateException("no move from " + from + " to " + to);
        }
        state = to;
        listener.changed(new MachineChange(from, to, detail, retryIn));
    }
}
