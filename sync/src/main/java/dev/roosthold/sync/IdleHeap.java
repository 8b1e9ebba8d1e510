package dev.roosthold.sync;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Gives the memory of a busy time back to the system when the daemon rests.
///
/// The serial collector lets the old part of the heap grow as long as it may, and collects and
/// shrinks it only when there is no room left: after 10,000 entries 97 MB were kept of which 24
/// were used, for as long as the daemon had nothing to do. So when little has been asked and
/// allocated for a while and the heap is clearly larger than after the last time, it is collected
/// once. All threads stop for that (51 ms with 19 MB in use, 128 and 191 ms on two processors that
/// twenty wanted), so it is done when nobody is likely to wait, and not for little.
/// `-XX:-ShrinkHeapInSteps` belongs to it: without that flag the first collections return nothing.
///
/// For one thread.
final class IdleHeap {
    static final Duration LOOK = Duration.ofSeconds(5);

    /// Looks without work before it is a rest.
    static final int LOOKS = 2;

    /// More than that between two looks is work. The young part of the heap, which fills and
    /// empties all the time, is smaller.
    static final long LITTLE = 3 << 20;

    /// Less is not worth a collection.
    static final long WORTH = 8 << 20;

    /// Requests between two looks that are no work: somebody asks for the state now and then.
    static final long FEW = 10;

    /// The heap of this process, in bytes.
    interface Heap {
        long committed();

        long used();

        void collect();
    }

    private final Heap heap;
    private final LongSupplier requests;
    private long kept;
    private long used;
    private long answered;
    private int quiet;

    /// @param requests how many were answered since the start
    IdleHeap(Heap heap, LongSupplier requests) {
        this.heap = heap;
        this.requests = requests;
        kept = heap.committed();
        used = heap.used();
    }

    /// For a process whose heap is the daemon's alone: looks until the end of the process.
    static void watch(LongSupplier requests) {
        var idle = new IdleHeap(new ThisProcess(), requests);
        Thread.ofVirtual()
                .name("sync-idle-heap")
                .start(
                        () -> {
                            try {
                                while (true) {
                                    Thread.sleep(LOOK);
                                    idle.look();
                                }
                            } catch (InterruptedException e) {
                                // The end.
                            }
                        });
    }

    /// To be called every [#LOOK].
    void look() {
        long now = heap.used();
        long asked = requests.getAsLong();
        boolean rests = Math.abs(now - used) < LITTLE && asked - answered < FEW;
        quiet = rests ? quiet + 1 : 0;
        used = now;
        answered = asked;
        if (quiet < LOOKS) {
            return;
        }
        long committed = heap.committed();
        if (committed < kept) {
            kept = committed;
        }
        if (committed - kept < WORTH) {
            return;
        }
        heap.collect();
        kept = heap.committed();
        used = heap.used();
        quiet = 0;
    }

    private static final class ThisProcess implements Heap {
        private final Runtime runtime = Runtime.getRuntime();

        @Override
        public long committed() {
            return runtime.totalMemory();
        }

        @Override
        public long used() {
            return runtime.totalMemory() - runtime.freeMemory();
        }

        @Override
        public void collect() {
            runtime.gc();
        }
    }
}
