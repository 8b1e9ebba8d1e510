package dev.roosthold.relay;

import dev.roosthold.relay.rpc.Rpc;
import dev.roosthold.relay.updates.Router;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Sends the clients of a node that stops to the others, in small groups one after the other.
///
/// Nothing new is asked of a group for a moment before it is closed, so that its calls can end;
/// calls that come meanwhile wait for what they call to come to another node. A socket whose calls
/// take longer is closed when they have ended, and at last with those that have not.
final class HandOver {
    private static final int SLICES = 8;
    private static final Duration SLICE = Duration.ofMillis(150);

    /// How much longer calls may take, after the last group.
    private static final Duration LATE = Duration.ofSeconds(1);

    private static final Duration LOOK = Duration.ofMillis(15);

    private final Router router;
    private final Rpc rpc;

    /// Sockets that were in a group, and those of them that are still to be closed.
    private final Set<String> seen = new HashSet<>();

    private final Set<String> leaving = new HashSet<>();

    HandOver(Router router, Rpc rpc) {
        this.router = router;
        this.rpc = rpc;
    }

    /// Returns when all sockets are closed, which takes two and a half seconds at most.
    void run() {
        try {
            for (int left = SLICES; left > 0; left--) {
                List<String> group = nextGroup(left);
                if (group.isEmpty() && leaving.isEmpty()) {
                    return;
                }
                rpc.withdraw(Set.copyOf(group));
                long end = System.nanoTime() + SLICE.toNanos();
                while (System.nanoTime() < end) {
                    closeIdle();
                    Thread.sleep(LOOK);
                }
                leaving.addAll(group);
                rpc.sweep();
            }
            long end = System.nanoTime() + LATE.toNanos();
            while (!leaving.isEmpty() && System.nanoTime() < end) {
                closeIdle();
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        router.closeSockets(leaving);
    }

    /// One part in so many of the sockets that were in no group.
    private List<String> nextGroup(int parts) {
        List<String> rest = router.socketIds().stream().filter(id -> !seen.contains(id)).toList();
        List<String> group = rest.subList(0, Math.ceilDiv(rest.size(), parts));
        seen.addAll(group);
        return group;
    }

    private void closeIdle() {
        Set<String> busy = rpc.busy(leaving);
        leaving.removeAll(busy);
        router.closeSockets(leaving);
        leaving.clear();
        leaving.addAll(busy);
    }
}
