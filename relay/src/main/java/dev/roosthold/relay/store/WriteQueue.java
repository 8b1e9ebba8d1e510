package dev.roosthold.relay.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes that wait for one of the writers, bounded; can be closed: what was accepted is still
/// handed out, nothing more is accepted. Thread-safe.
///
/// A write may have a lane. Writes of one lane are handed out in the order in which they came, to
/// one writer at a time; those of different lanes to as many writers as there are. A write without
/// a lane is handed out when all that came before it are done, and what comes after it waits until
/// it is done. So whoever looks at two writes, of which one has no lane or both have the same, sees
/// them in the order in which they came.
final class WriteQueue<T> {
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// What came after a write without a lane that is not done yet, that one included.
    private final ArrayDeque<Item<T>> waiting = new ArrayDeque<>();

    /// The lanes that have something to do or are being worked on.
    private final Map<Lane, ArrayDeque<T>> lanes = new HashMap<>();

    /// Those of them that have something to do and nobody works on.
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();

    private int size;
    private int taken;
    private boolean alone;
    private boolean closed;

    /// @param lane null when it has none
    private record Item<T>(@Nullable Lane lane, T write) {}

    /// What one writer is to do; it says when it is [#done].
    ///
    /// @param lane null when the writes have none
    record Batch<T>(@Nullable Lane lane, List<T> writes) {}

    WriteQueue(int capacity) {
        this.capacity = capacity;
    }

    /// @param lane null for a write that nothing may happen beside
    WorkQueue.Offer offer(@Nullable Lane lane, T write) {
        lock.lock();
        try {
            if (closed) {
                return WorkQueue.Offer.CLOSED;
            }
            if (size >= capacity) {
                return WorkQueue.Offer.FULL;
            }
            size++;
            if (lane == null || alone || !waiting.isEmpty()) {
                waiting.addLast(new Item<>(lane, write));
                if (taken == 0) {
                    changed.signal();
                }
            } else {
                enter(lane, write);
            }
            return WorkQueue.Offer.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for work and takes all of one lane, up to the bound. Empty when the queue is closed
    /// and drained.
    Batch<T> take(int max) {
        lock.lock();
        try {
            while (true) {
                if (taken == 0 && ready.isEmpty() && !waiting.isEmpty()) {
                    if (waiting.getFirst().lane() == null) {
                        taken = 1;
                        alone = true;
                        return new Batch<>(null, withoutLane(max));
                    }
                    spread();
                }
                Lane lane = ready.pollFirst();
                if (lane != null) {
                    taken++;
                    return new Batch<>(lane, ofLane(lane, max));
                }
                if (closed && size == 0) {
                    return new Batch<>(null, List.of());
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether [#take] would not wait now.
    boolean hasReady() {
        lock.lock();
        try {
            return !ready.isEmpty() || (taken == 0 && !waiting.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    /// All that was taken together is committed or has failed, and whoever must hear of it in order
    /// has.
    void done(Batch<T> batch) {
        lock.lock();
        try {
            taken--;
            alone = false;
            if (batch.lane() != null) {
                if (lane(batch.lane()).isEmpty()) {
                    lanes.remove(batch.lane());
                } else {
                    ready.addLast(batch.lane());
                    changed.signal();
                }
            }
            if (closed) {
                changed.signalAll();
            } else if (taken == 0 && !waiting.isEmpty()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Lets go what waits and has a lane, up to the next that has none.
    private void spread() {
        Item<T> next = waiting.peekFirst();
        while (next != null && next.lane() != null) {
            waiting.removeFirst();
            enter(next.lane(), next.write());
            next = waiting.peekFirst();
        }
    }

    private void enter(Lane lane, T write) {
        ArrayDeque<T> writes = lanes.get(lane);
        if (writes == null) {
            writes = new ArrayDeque<>(4);
            lanes.put(lane, writes);
            ready.addLast(lane);
            changed.signal();
        }
        writes.addLast(write);
    }

    private List<T> withoutLane(int max) {
        var batch = new ArrayList<T>();
        Item<T> next = waiting.peekFirst();
        while (next != null && next.lane() == null && batch.size() < max) {
            waiting.removeFirst();
            batch.add(next.write());
            next = waiting.peekFirst();
        }
        size -= batch.size();
        return batch;
    }

    private List<T> ofLane(Lane lane, int max) {
        ArrayDeque<T> writes = lane(lane);
        int count = Math.min(max, writes.size());
        var batch = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            batch.add(writes.removeFirst());
        }
        size -= count;
        return batch;
    }

    private ArrayDeque<T> lane(Lane lane) {
        ArrayDeque<T> writes = lanes.get(lane);
        if (writes == null) {
            throw new IllegalStateException("nobody works on this lane");
        }
        return writes;
    }
}
