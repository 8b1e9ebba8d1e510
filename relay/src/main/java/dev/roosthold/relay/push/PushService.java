package dev.roosthold.relay.push;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A way to reach receivers of one sort. Thread-safe.
interface PushService<R> {

    /// Sends the notification to all of them. Does not block.
    ///
    /// @return one result for each receiver, in their order; completes in time and never fails
    CompletableFuture<List<PushResult>> send(List<R> receivers, Notification notification);
}
