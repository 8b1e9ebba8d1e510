package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class IdleHeapTest {
    private static final long MB = 1 << 20;

    /// Grows when it is told to; a collection leaves what is alive.
    private static final class FakeHeap implements IdleHeap.Heap {
        long committed = 6 * MB;
        long used = 5 * MB;
        long alive = 5 * MB;
        int collections;

        void work(long megabytes, long alive) {
            used += megabytes * MB;
            committed = Math.max(committed, used);
            this.alive += alive * MB;
        }

        @Override
        public long committed() {
            return committed;
        }

        @Override
        public long used() {
            return used;
        }

        @Override
        public void collect() {
            collections++;
            used = alive;
            committed = alive + MB;
        }
    }

    private final FakeHeap heap = new FakeHeap();
    private final AtomicLong requests = new AtomicLong();
    private final IdleHeap idle = new IdleHeap(heap, requests::get);

    private void rest() {
        for (int i = 0; i < 100; i++) {
            idle.look();
        }
    }

    @Test
    void whatABusyTimeTookIsGivenBackOnceItIsOver() {
        heap.work(90, 18);
        idle.look();
        assertThat(heap.collections).as("it may go on").isZero();
        idle.look();
        assertThat(heap.collections).as("it may go on").isZero();
        idle.look();
        assertThat(heap.collections).isOne();
        assertThat(heap.committed).isEqualTo(24 * MB);
        rest();
        assertThat(heap.collections).as("once").isOne();
    }

    @Test
    void nobodyWhoWorksIsInterrupted() {
        for (int i = 0; i < 50; i++) {
            heap.work(4, 0);
            idle.look();
        }
        assertThat(heap.collections).isZero();
    }

    /// Pings leave nothing behind in the heap, and whoever sends them waits.
    @Test
    void nobodyWhoAsksIsKeptWaiting() {
        heap.work(90, 18);
        for (int i = 0; i < 50; i++) {
            requests.addAndGet(IdleHeap.FEW);
            idle.look();
        }
        assertThat(heap.collections).isZero();
        requests.addAndGet(IdleHeap.FEW - 1);
        rest();
        assertThat(heap.collections).isOne();
    }

    @Test
    void aDaemonThatHasDoneNothingIsLeftAlone() {
        heap.work(5, 0);
        rest();
        assertThat(heap.collections).isZero();
    }

    @Test
    void whatIsAliveIsNotCollectedAgainAndAgain() {
        heap.work(60, 60);
        rest();
        assertThat(heap.collections).isOne();
        heap.work(20, 0);
        rest();
        assertThat(heap.collections).isEqualTo(2);
    }

    /// Or a later busy time would be compared with an earlier one.
    @Test
    void aHeapThatHasShrunkByItselfIsTheNewMeasure() {
        heap.work(60, 60);
        rest();
        heap.alive = 5 * MB;
        heap.used = 5 * MB;
        heap.committed = 6 * MB;
        rest();
        heap.work(20, 0);
        rest();
        assertThat(heap.collections).isEqualTo(2);
    }
}
