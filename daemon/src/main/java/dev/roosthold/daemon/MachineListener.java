package dev.roosthold.daemon;

/// Hears what the daemon does, for the person at the terminal. Changes come on the daemon's thread,
/// in order, notices from any thread; must return soon and must not throw.
public interface MachineListener {

    /// The daemon moved from one state to the next.
    void changed(MachineChange change);

    /// Something the person should know that is no change of state.
    void notice(String text);
}
