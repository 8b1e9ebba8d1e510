package dev.roosthold.relay.store;

/// One write in progress. For the thread that runs it.
public interface Transaction extends Sql {

    /// Runs the action after this write is durable and before its future completes, on the thread
    /// of the write, in the order of the writes as [Store] has it. Dropped when the write is
    /// undone. The action must be short, must not block and must not throw; it is where a committed
    /// change is handed to the router.
    void afterCommit(Runnable action);

    /// Milliseconds since 1970 at which this write began, the store's clock.
    long nowMs();
}
