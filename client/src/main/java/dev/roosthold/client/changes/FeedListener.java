package dev.roosthold.client.changes;

/// Hears the updates of a [Feed], on its thread, one call at a time. May block; meanwhile updates
/// gather.
public interface FeedListener {

    /// An update, once and in the order of the numbers. An exception is logged, and the update
    /// counts as delivered.
    void update(Update update);

    /// What happened since the cursor is not known: read all state anew now. Returns when that is
    /// done; the updates that follow begin behind a moment before this call, so what they tell may
    /// already be in what was read (versions and message numbers say so).
    ///
    /// @return false to be called again after a pause, because the relay could not be reached
    boolean reread() throws InterruptedException;

    /// All that was missed has been delivered; live updates follow.
    default void caughtUp() {}
}
