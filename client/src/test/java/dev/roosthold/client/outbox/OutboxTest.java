package dev.roosthold.client.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.Reply;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the outbox does with each answer.
@Timeout(30)
class OutboxTest {
    private static final SessionId ONE = new SessionId("one");
    private static final SessionId TWO = new SessionId("two");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir Path home;
    private final List<String> posted = new CopyOnWriteArrayList<>();
    private final AtomicLong seq = new AtomicLong();

    private Outbox open(Outbox.Poster poster, OutboxListener listener) {
        return Outbox.open(home, OutboxLimits.USUAL, poster, listener, RelayRig.impatient());
    }

    private Reply<List<Receipt>> accept(SessionId session, List<Draft> drafts) {
        List<Receipt> receipts = new ArrayList<>();
        for (Draft draft : drafts) {
            posted.add(session + ":" + draft.localId());
            receipts.add(new Receipt(draft.localId(), seq.incrementAndGet()));
        }
        return new Reply.Success<>(receipts);
    }

    @Test
    void answerThatLeavesAMessageOutDoesNotCount() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        Outbox.Poster poster =
                (session, drafts) ->
                        first.getAndSet(false)
                                ? new Reply.Success<>(List.of())
                                : accept(session, drafts);
        try (Outbox outbox = open(poster, OutboxListener.NONE)) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("one:a");
    }

    @Test
    void messageThatWaitsIsNotTakenTwice() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        Outbox.Poster poster =
                (session, drafts) ->
                        away.get() ? new Reply.Unavailable<>("away") : accept(session, drafts);
        try (Outbox outbox = open(poster, OutboxListener.NONE)) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            outbox.enqueue(ONE, new Draft("a", "x"));
            outbox.enqueue(ONE, new Draft("b", "x"));
            assertThat(outbox.size(ONE)).isEqualTo(2);
            away.set(false);
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("one:a", "one:b");
    }

    @Test
    void refusedSessionKeepsItsMessagesAndHoldsUpNoOther() throws Exception {
        List<Integer> refusals = new CopyOnWriteArrayList<>();
        AtomicBoolean gone = new AtomicBoolean(true);
        Outbox.Poster poster =
                (session, drafts) ->
                        session.equals(ONE) && gone.get()
                                ? new Reply.Denied<>(404, "Session not found")
                                : accept(session, drafts);
        OutboxListener listener =
                new OutboxListener() {
                    @Override
                    public void refused(SessionId session, int status, String message) {
                        refusals.add(status);
                    }
                };
        try (Outbox outbox = open(poster, listener)) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            await().until(() -> refusals.equals(List.of(404)));
            outbox.enqueue(ONE, new Draft("b", "x"));
            outbox.enqueue(TWO, new Draft("c", "x"));
            await().until(() -> posted.equals(List.of("two:c")));
            assertThat(outbox.size(ONE)).isEqualTo(2);
            gone.set(false);
            outbox.retry(ONE);
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("two:c", "one:a", "one:b");
        assertThat(refusals).containsExactly(404);
    }

    @Test
    void discardedMessagesAreForgottenForGood() throws Exception {
        Outbox.Poster no = (_, _) -> new Reply.Denied<>(404, "Session not found");
        try (Outbox outbox = open(no, OutboxListener.NONE)) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            outbox.enqueue(ONE, new Draft("b", "x"));
            outbox.discard(ONE);
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        try (Outbox outbox = open(this::accept, OutboxListener.NONE)) {
            assertThat(outbox.size()).isZero();
        }
        assertThat(posted).isEmpty();
    }

    @Test
    void oneMessageThatIsRefusedIsFoundAndThoseBeforeItAreSent() throws Exception {
        AtomicBoolean open = new AtomicBoolean();
        List<Integer> refusals = new CopyOnWriteArrayList<>();
        Outbox.Poster poster =
                (session, drafts) -> {
                    if (!open.get()) {
                        return new Reply.Unavailable<>("not yet");
                    }
                    return drafts.stream().anyMatch(draft -> draft.localId().equals("bad"))
                            ? new Reply.Denied<>(413, "too large")
                            : accept(session, drafts);
                };
        OutboxListener listener =
                new OutboxListener() {
                    @Override
                    public void refused(SessionId session, int status, String message) {
                        refusals.add(status);
                    }
                };
        try (Outbox outbox = open(poster, listener)) {
            for (String id : List.of("a", "b", "c", "bad", "d")) {
                outbox.enqueue(ONE, new Draft(id, "x"));
            }
            open.set(true);
            await().until(() -> refusals.equals(List.of(413)));
            assertThat(posted).containsExactly("one:a", "one:b", "one:c");
            assertThat(outbox.size()).isEqualTo(2);
        }
    }

    @Test
    void fullOutboxSaysSoAndTakesMoreLater() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        Outbox.Poster poster =
                (session, drafts) ->
                        away.get() ? new Reply.Unavailable<>("away") : accept(session, drafts);
        OutboxLimits limits = new OutboxLimits(3, 100, 50);
        try (Outbox outbox =
                Outbox.open(home, limits, poster, OutboxListener.NONE, RelayRig.impatient())) {
            assertThatThrownBy(() -> outbox.enqueue(ONE, new Draft("long", "x".repeat(51))))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContaining("too long");
            outbox.enqueue(ONE, new Draft("a", "x".repeat(50)));
            outbox.enqueue(ONE, new Draft("b", "x".repeat(40)));
            assertThatThrownBy(() -> outbox.enqueue(ONE, new Draft("c", "x".repeat(40))))
                    .isInstanceOf(OutboxFullException.class)
                    .hasMessageContaining("2 messages");
            outbox.enqueue(TWO, new Draft("d", "x"));
            assertThatThrownBy(() -> outbox.enqueue(TWO, new Draft("e", "x")))
                    .isInstanceOf(OutboxFullException.class);
            away.set(false);
            assertThat(outbox.flush(PATIENCE)).isTrue();
            outbox.enqueue(ONE, new Draft("c", "x".repeat(40)));
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).hasSize(4).contains("one:c").doesNotContain("two:e");
    }

    @Test
    void connectionEndsTheLongestPause() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        List<String> reasons = new CopyOnWriteArrayList<>();
        Outbox.Poster poster =
                (session, drafts) ->
                        away.get() ? new Reply.Unavailable<>("away") : accept(session, drafts);
        OutboxListener listener =
                new OutboxListener() {
                    @Override
                    public void waiting(SessionId session, String reason, Duration pause) {
                        reasons.add(reason);
                    }
                };
        Backoff hour = new Backoff(Duration.ofHours(1), Duration.ofHours(1), RelayRig.RANDOM);
        try (Outbox outbox = Outbox.open(home, OutboxLimits.USUAL, poster, listener, hour)) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            await().until(() -> reasons.equals(List.of("away")));
            away.set(false);
            outbox.nudge();
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
    }

    @Test
    void closedOutboxKeepsWhatWaitsAndTakesNothing() throws Exception {
        Outbox closed = open((_, _) -> new Reply.Unavailable<>("away"), OutboxListener.NONE);
        closed.enqueue(ONE, new Draft("a", "x"));
        closed.close();
        assertThatThrownBy(() -> closed.enqueue(ONE, new Draft("b", "x")))
                .isInstanceOf(OutboxException.class);
        try (Outbox outbox = open(this::accept, OutboxListener.NONE)) {
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("one:a");
    }

    @Test
    void manyWritersAreServedInTheOrderOfEach() throws Exception {
        int writers = 8;
        int each = 40;
        try (Outbox outbox = open(this::accept, OutboxListener.NONE)) {
            List<Thread> threads = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String name = "w" + writer + "-";
                threads.add(
                        Thread.startVirtualThread(
                                () -> {
                                    for (int i = 0; i < each; i++) {
                                        outbox.enqueue(ONE, new Draft(name + i, "x"));
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).hasSize(writers * each).doesNotHaveDuplicates();
        for (int writer = 0; writer < writers; writer++) {
            String name = "one:w" + writer + "-";
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                expected.add(name + i);
            }
            assertThat(posted.stream().filter(id -> id.startsWith(name)))
                    .containsExactlyElementsOf(expected);
        }
    }
}
