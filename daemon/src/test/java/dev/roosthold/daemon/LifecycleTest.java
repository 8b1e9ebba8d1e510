package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private final List<MachineChange> changes = new ArrayList<>();

    private final MachineListener listener =
            new MachineListener() {
                @Override
                public void changed(MachineChange change) {
                    changes.add(change);
                }

                @Override
                public void notice(String text) {}
            };

    @Test
    void everyMoveOutsideTheTableThrowsAndChangesNothing() {
        for (MachineState from : MachineState.values()) {
            for (MachineState to : MachineState.values()) {
                Lifecycle lifecycle = at(from);
                changes.clear();
                if (from.next().contains(to)) {
                    lifecycle.move(to, "why");
                    assertThat(lifecycle.state()).isEqualTo(to);
                    assertThat(changes).hasSize(1);
                } else {
                    assertThatThrownBy(() -> lifecycle.move(to, "why"))
                            .isInstanceOf(IllegalStateException.class);
                    assertThat(lifecycle.state()).isEqualTo(from);
                    assertThat(changes).isEmpty();
                }
            }
        }
    }

    @Test
    void everyStateButTheLastLeadsToTheEnd() {
        for (MachineState state : MachineState.values()) {
            switch (state) {
                case STOPPED -> assertThat(state.next()).isEmpty();
                case STOPPING -> assertThat(state.next()).containsExactly(MachineState.STOPPED);
                case UNINITIALIZED, REGISTERING, WAITING_APPROVAL, CONNECTING, READY, ERROR ->
                        assertThat(state.next()).contains(MachineState.STOPPING);
            }
        }
    }

    @Test
    void errorLeadsOnlyBackToConnectingOrToTheEnd() {
        assertThat(MachineState.ERROR.next())
                .containsExactlyInAnyOrder(MachineState.CONNECTING, MachineState.STOPPING);
    }

    private Lifecycle at(MachineState state) {
        Lifecycle lifecycle = new Lifecycle(listener);
        List<MachineState> way =
                switch (state) {
                    case UNINITIALIZED -> List.of();
                    case REGISTERING -> List.of(MachineState.REGISTERING);
                    case WAITING_APPROVAL ->
                            List.of(MachineState.REGISTERING, MachineState.WAITING_APPROVAL);
                    case CONNECTING -> List.of(MachineState.REGISTERING, MachineState.CONNECTING);
                    case READY ->
                            List.of(
                                    MachineState.REGISTERING,
                                    MachineState.CONNECTING,
                                    MachineState.READY);
                    case ERROR -> List.of(MachineState.REGISTERING, MachineState.ERROR);
                    case STOPPING -> List.of(MachineState.STOPPING);
                    case STOPPED -> List.of(MachineState.STOPPING, MachineState.STOPPED);
                };
        way.forEach(next -> lifecycle.move(next, ""));
        return lifecycle;
    }
}
