package dev.roosthold.relay.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded first-in first-out queue that can be closed: what was accepted is still handed out,
/// nothing more is accepted. Thread-safe.
final class WorkQueue<T> {
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private boolean closed;

    WorkQueue(int capacity) {
        this.capacity = capacity;
    }

    Offer offer(T item) {
        lock.lock();
        try {
            if (closed) {
                return Offer.CLOSED;
            }
            if (items.size() >= capacity) {
                return Offer.FULL;
            }
            items.addLast(item);
            changed.signal();
            return Offer.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for work and takes all of it, up to the bound. Empty when the queue is closed and
    /// drained.
    List<T> take(int max) {
        lock.lock();
        try {
            while (items.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            int count = Math.min(max, items.size());
            var taken = new ArrayList<T>(count);
            for (int i = 0; i < count; i++) {
                taken.add(items.removeFirst());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return items.size();
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
}
