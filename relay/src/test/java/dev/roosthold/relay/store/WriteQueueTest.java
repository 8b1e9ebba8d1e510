package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.roosthold.relay.store.WorkQueue.Offer;
import dev.roosthold.relay.store.WriteQueue.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
    private static final int CAPACITY = 12;
    private static final int GROUP = 3;

    private sealed interface Step {
        /// @param lane 0 for none
        record Submit(int lane) implements Step {}

        record Take() implements Step {}

        /// @param which of those that are under way
        record Finish(int which) implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.frequencyOf(
                        Tuple.of(
                                6,
                                Arbitraries.frequency(
                                                Tuple.of(1, 0),
                                                Tuple.of(3, 1),
                                                Tuple.of(2, 2),
                                                Tuple.of(1, 3))
                                        .map(lane -> (Step) new Step.Submit(lane))),
                        Tuple.of(4, Arbitraries.just((Step) new Step.Take())),
                        Tuple.of(
                                4,
                                Arbitraries.integers()
                                        .between(0, 7)
                                        .map(which -> (Step) new Step.Finish(which))))
                .list()
                .ofMaxSize(120);
    }

    /// A write and what has become of it.
    private static final class Write {
        final @Nullable Lane lane;
        boolean taken;
        boolean done;

        Write(@Nullable Lane lane) {
            this.lane = lane;
        }

        boolean mustFollow(Write earlier) {
            return lane == null || earlier.lane == null || lane.equals(earlier.lane);
        }
    }

    /// The queue beside the rule that it is to keep, written down as it is said.
    private static final class Model {
        final WriteQueue<Write> queue = new WriteQueue<>(CAPACITY);
        final List<Write> all = new ArrayList<>();
        final List<Batch<Write>> underWay = new ArrayList<>();

        void submit(int lane) {
            var write = new Write(lane == 0 ? null : new Lane("lane " + lane));
            long waiting = all.stream().filter(one -> !one.taken).count();
            Offer offer = queue.offer(write.lane, write);
            assertThat(offer).isEqualTo(waiting == CAPACITY ? Offer.FULL : Offer.ACCEPTED);
            if (offer == Offer.ACCEPTED) {
                all.add(write);
            }
            assertThat(queue.size()).isEqualTo(Math.min(CAPACITY, (int) waiting + 1));
        }

        /// Whether all that it must follow is done, apart from what it is taken with.
        boolean mayBegin(Write write, List<Write> with) {
            return all.subList(0, all.indexOf(write)).stream()
                    .allMatch(
                            earlier ->
                                    earlier.done
                                            || !write.mustFollow(earlier)
                                            || with.contains(earlier));
        }

        void take() {
            boolean ready =
                    all.stream().anyMatch(write -> !write.taken && mayBegin(write, List.of()));
            assertThat(queue.hasReady()).isEqualTo(ready);
            if (!ready) {
                return;
            }
            Batch<Write> batch =
                    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> queue.take(GROUP));
            assertThat(batch.writes()).isNotEmpty().hasSizeLessThanOrEqualTo(GROUP);
            for (int i = 0; i < batch.writes().size(); i++) {
                Write write = batch.writes().get(i);
                assertThat(write.taken).isFalse();
                assertThat(write.lane).isEqualTo(batch.lane());
                assertThat(mayBegin(write, batch.writes().subList(0, i))).isTrue();
                write.taken = true;
            }
            underWay.add(batch);
        }

        void finish(int which) {
            if (!underWay.isEmpty()) {
                Batch<Write> batch = underWay.remove(which % underWay.size());
                batch.writes().forEach(write -> write.done = true);
                queue.done(batch);
            }
        }

        void drain() {
            queue.close();
            assertThat(queue.offer(null, new Write(null))).isEqualTo(Offer.CLOSED);
            while (all.stream().anyMatch(write -> !write.done)) {
                take();
                finish(0);
            }
            assertThat(queue.take(GROUP).writes()).isEmpty();
        }
    }

    @Property(tries = 2_000)
    void whatBelongsTogetherIsInOrderAndTheRestWaitsForNothing(@ForAll("steps") List<Step> steps) {
        var model = new Model();
        for (Step step : steps) {
            switch (step) {
                case Step.Submit(int lane) -> model.submit(lane);
                case Step.Take() -> model.take();
                case Step.Finish(int which) -> model.finish(which);
            }
        }
        model.drain();
    }

    /// Threads that wait are woken for everything that they may take.
    @Test
    void everyWriterThatWaitsGetsItsShare() throws Exception {
        var queue = new WriteQueue<Integer>(100_000);
        var took = new ConcurrentLinkedQueue<Integer>();
        var writers = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            writers.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Batch<Integer> batch = queue.take(GROUP);
                                        while (!batch.writes().isEmpty()) {
                                            took.addAll(batch.writes());
                                            queue.done(batch);
                                            batch = queue.take(GROUP);
                                        }
                                    }));
        }
        int writes = 50_000;
        for (int i = 0; i < writes; i++) {
            queue.offer(i % 7 == 0 ? null : new Lane("lane " + i % 5), i);
        }
        queue.close();
        for (Thread writer : writers) {
            writer.join(Duration.ofSeconds(30));
            assertThat(writer.isAlive()).isFalse();
        }
        assertThat(took).hasSize(writes).doesNotHaveDuplicates();
    }
}
