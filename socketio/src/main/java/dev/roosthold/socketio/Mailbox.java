package dev.roosthold.socketio;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Runs the tasks of one socket one after the other on an executor, in the order of [#post].
///
/// Bounded by telling the producer to stop, not by dropping: when `limit` tasks wait it calls
/// `full`, and when half of them are done it calls `drained`. Thread-safe.
abstract class Mailbox implements Runnable {

    private static final class Entry {
        private final Runnable task;
        private @Nullable Entry next;

        Entry(Runnable task) {
            this.task = task;
        }
    }

    private @Nullable Entry head;
    private @Nullable Entry tail;
    private int size;
    private boolean running;
    private boolean full;

    abstract Executor executor();

    abstract int limit();

    abstract void full();

    abstract void drained();

    abstract void rejected(RejectedExecutionException failure);

    final void post(Runnable task) {
        Entry entry = new Entry(task);
        boolean start;
        boolean stop;
        synchronized (this) {
            if (tail == null) {
                head = entry;
            } else {
                tail.next = entry;
            }
            tail = entry;
            size++;
            stop = !full && size >= limit();
            full |= stop;
            start = !running;
            running = true;
        }
        if (stop) {
            full();
        }
        if (start) {
            start();
        }
    }

    /// Does the task on the calling thread if nothing waits or is running; what is posted meanwhile
    /// runs after it. Otherwise, and when it declines, `later` is posted, in the place that the
    /// task would have had.
    ///
    /// @param now false when it did nothing; what it throws passes through, and counts as done
    final void runNow(BooleanSupplier now, Runnable later) {
        boolean idle;
        synchronized (this) {
            idle = !running && head == null;
            running |= idle;
        }
        if (!idle) {
            post(later);
            return;
        }
        boolean declined = false;
        try {
            declined = !now.getAsBoolean();
        } finally {
            if (continues(declined ? new Entry(later) : null)) {
                start();
            }
        }
    }

    /// The task that ran outside of [#run] is over; whether there is something to go on with.
    private synchronized boolean continues(@Nullable Entry first) {
        if (first != null) {
            first.next = head;
            head = first;
            if (tail == null) {
                tail = first;
            }
            size++;
        }
        running = head != null;
        return running;
    }

    private void start() {
        try {
            executor().execute(this);
        } catch (RejectedExecutionException failure) {
            synchronized (this) {
                running = false;
            }
            rejected(failure);
        }
    }

    /// Works until nothing waits.
    @Override
    public final void run() {
        while (true) {
            Runnable task;
            boolean proceed;
            synchronized (this) {
                Entry entry = head;
                if (entry == null) {
                    running = false;
                    return;
                }
                head = entry.next;
                if (head == null) {
                    tail = null;
                }
                size--;
                proceed = full && size <= limit() / 2;
                full &= !proceed;
                task = entry.task;
            }
            if (proceed) {
                drained();
            }
            task.run();
        }
    }
}
