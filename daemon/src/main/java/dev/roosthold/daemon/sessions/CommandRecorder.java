package dev.roosthold.daemon.sessions;

/// Takes the commands that agents have run. Called by the threads of sessions; returns soon and
/// throws nothing.
@FunctionalInterface
public interface CommandRecorder {
    /// Of a machine that keeps no history.
    CommandRecorder NONE = _ -> {};

    void ran(AgentCommand command);
}
