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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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
        OutboxLimits limits = new OutboxLimits(3, 100, 50, 100);
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

    private Outbox open(OutboxLimits limits, Outbox.Poster poster, Outbox.FilePoster files) {
        return Outbox.open(home, limits, poster, files, OutboxListener.NONE, RelayRig.impatient());
    }

    private Reply<List<Receipt>> acceptWithText(SessionId session, List<Draft> drafts) {
        List<Receipt> receipts = new ArrayList<>();
        for (Draft draft : drafts) {
            posted.add(draft.localId() + "=" + draft.sealed());
            receipts.add(new Receipt(draft.localId(), seq.incrementAndGet()));
        }
        return new Reply.Success<>(receipts);
    }

    private Reply<String> acceptFile(SessionId session, Draft draft, byte[] sealed) {
        posted.add("file " + new String(sealed, StandardCharsets.UTF_8));
        return new Reply.Success<>(draft.sealed() + " stored");
    }

    private Outbox.Poster postedWhen(BooleanSupplier condition) {
        return (session, drafts) -> {
            if (condition.getAsBoolean()) {
                return acceptWithText(session, drafts);
            }
            return new Reply.Unavailable<>("away");
        };
    }

    private Outbox.FilePoster storedWhen(BooleanSupplier condition) {
        return (session, draft, file) -> {
            if (condition.getAsBoolean()) {
                return acceptFile(session, draft, file);
            }
            return new Reply.Unavailable<>("away");
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void fileIsStoredBeforeItsMessageAndTheOrderStaysAlsoAfterARestart() throws Exception {
        try (Outbox outbox =
                open(OutboxLimits.USUAL, postedWhen(() -> false), storedWhen(() -> false))) {
            outbox.enqueue(ONE, new Draft("a", "x"));
            outbox.enqueue(ONE, new Draft("f", "about"), bytes("picture"));
            outbox.enqueue(ONE, new Draft("f", "about"), bytes("picture"));
            outbox.enqueue(ONE, new Draft("b", "y"));
        }
        try (Outbox outbox = open(OutboxLimits.USUAL, this::acceptWithText, this::acceptFile)) {
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("a=x", "file picture", "f=about stored", "b=y");
        assertThat(home.resolve("outbox.log")).content().doesNotContain("picture");
    }

    @Test
    void fileThatWasStoredBeforeARestartIsStoredAgainAndItsMessageOnce() throws Exception {
        try (Outbox outbox = open(OutboxLimits.USUAL, postedWhen(() -> false), this::acceptFile)) {
            outbox.enqueue(ONE, new Draft("f", "about"), bytes("picture"));
            await().until(() -> posted.equals(List.of("file picture")));
        }
        try (Outbox outbox = open(OutboxLimits.USUAL, this::acceptWithText, this::acceptFile)) {
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("file picture", "file picture", "f=about stored");
    }

    @Test
    void messagesDoNotOvertakeAFileWhileTheRelayIsAway() throws Exception {
        AtomicLong attempts = new AtomicLong();
        Outbox.Poster poster = postedWhen(() -> attempts.get() >= 8);
        Outbox.FilePoster files = storedWhen(() -> attempts.incrementAndGet() >= 8);
        try (Outbox outbox = open(OutboxLimits.USUAL, poster, files)) {
            outbox.enqueue(ONE, new Draft("f", "about"), bytes("picture"));
            outbox.enqueue(ONE, new Draft("b", "y"));
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("file picture", "f=about stored", "b=y");
    }

    @Test
    void fileThatCannotBeStoredDoesNotHoldUpMessagesForEver() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        Outbox.FilePoster files = storedWhen(() -> !full.get());
        try (Outbox outbox = open(OutboxLimits.USUAL, this::acceptWithText, files)) {
            outbox.enqueue(ONE, new Draft("f", "about"), bytes("picture"));
            outbox.enqueue(ONE, new Draft("b", "y"));
            await().until(() -> posted.equals(List.of("b=y")));
            outbox.enqueue(ONE, new Draft("c", "z"));
            await().until(() -> posted.equals(List.of("b=y", "c=z")));
            full.set(false);
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).containsExactly("b=y", "c=z", "file picture", "f=about stored");
    }

    @Test
    void asManyFilesWaitAsMayAndWordsAreTakenAllTheSame() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        Outbox.Poster poster = postedWhen(() -> !away.get());
        Outbox.FilePoster files = storedWhen(() -> !away.get());
        try (Outbox outbox = open(new OutboxLimits(10, 100, 50, 60), poster, files)) {
            outbox.enqueue(ONE, new Draft("f", "x"), bytes("0".repeat(40)));
            assertThatThrownBy(
                            () -> outbox.enqueue(TWO, new Draft("g", "x"), bytes("1".repeat(40))))
                    .isInstanceOf(OutboxFullException.class)
                    .hasMessageContaining("files");
            assertThatThrownBy(
                            () -> outbox.enqueue(TWO, new Draft("h", "x"), bytes("2".repeat(51))))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContaining("too long");
            outbox.enqueue(TWO, new Draft("words", "x".repeat(50)));
            away.set(false);
            assertThat(outbox.flush(PATIENCE)).isTrue();
            outbox.enqueue(TWO, new Draft("g", "x"), bytes("1".repeat(40)));
            assertThat(outbox.flush(PATIENCE)).isTrue();
        }
        assertThat(posted).contains("f=x stored", "g=x stored");
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
