package dev.roosthold.client.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Several programs of one person: some leave messages, one drains.
@Timeout(60)
class OutboxesTest {
    private static final SessionId SESSION = new SessionId("s1");
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);

    @TempDir Path home;
    private final List<Outbox> opened = new CopyOnWriteArrayList<>();
    private final List<String> posted = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private volatile Reply<List<Receipt>> failure = new Reply.Unavailable<>("offline");

    private final Outboxes.Listener listener =
            new Outboxes.Listener() {
                @Override
                public void refused(SessionId session, int status, String message) {
                    told.add("refused " + session + " " + status + " " + message);
                }

                @Override
                public void unusable(String why) {
                    told.add("unusable " + why);
                }
            };

    @AfterEach
    void close() {
        mayGoOn.countDown();
        opened.forEach(Outbox::close);
    }

    private Outboxes outboxes() {
        return Outboxes.of(
                home,
                RelayAddress.parse("http://127.0.0.1:1"),
                new BoxPublicKey(new byte[BoxPublicKey.LENGTH]));
    }

    private Outboxes.Opener opener(Outbox.Poster poster) {
        return (place, hears) -> {
            Outbox outbox =
                    Outbox.open(
                            place,
                            OutboxLimits.USUAL,
                            poster,
                            hears,
                            new Backoff(
                                    Duration.ofMillis(5), Duration.ofMillis(20), new Random(1)));
            opened.add(outbox);
            return outbox;
        };
    }

    private Reply<List<Receipt>> store(SessionId session, List<Draft> drafts) {
        List<Receipt> receipts = new ArrayList<>();
        for (Draft draft : drafts) {
            posted.add(draft.sealed());
            receipts.add(new Receipt(draft.localId(), posted.size()));
        }
        return new Reply.Success<>(receipts);
    }

    private Reply<List<Receipt>> fail(SessionId session, List<Draft> drafts) {
        return failure;
    }

    /// As a program that ends before the relay has taken its message.
    private void leave(String text) {
        try (Outbox box = outboxes().open(opener(this::fail), OutboxListener.NONE)) {
            box.enqueue(SESSION, new Draft(Outbox.newLocalId(), text));
        }
    }

    @Test
    void whatWasLeftIsSentOnceAndThenThereIsNoNews() throws Exception {
        Outboxes outboxes = outboxes();
        assertThat(outboxes.hasNews()).isFalse();
        leave("a");
        leave("b");
        assertThat(outboxes.hasNews()).isTrue();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a", "b");
        assertThat(outboxes.hasNews()).isFalse();
        assertThat(outboxes().drain(opener(this::store), LONG, listener)).isTrue();
        leave("c");
        assertThat(outboxes.hasNews()).isTrue();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a", "b", "c");
        assertThat(told).isEmpty();
    }

    @Test
    void messagesOfAProgramThatRunsAreLeftToIt() throws Exception {
        Outbox running = outboxes().open(opener(this::fail), OutboxListener.NONE);
        running.enqueue(SESSION, new Draft(Outbox.newLocalId(), "mine"));
        leave("left");
        Outboxes outboxes = outboxes();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("left");
        int before = opened.size();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(opened).as("no work for what another has").hasSize(before);
        running.close();
        assertThat(outboxes.hasNews()).isTrue();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("left", "mine");
    }

    @Test
    void messageThatIsWrittenDuringADrainIsSentAfterThoseBefore() throws Exception {
        leave("earlier");
        Thread draining =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                boolean _ =
                                        outboxes().drain(opener(this::storeLater), LONG, listener);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        entered.await();
        Thread writing =
                Thread.startVirtualThread(
                        () ->
                                outboxes()
                                        .open(opener(this::store), OutboxListener.NONE)
                                        .enqueue(SESSION, new Draft(Outbox.newLocalId(), "later")));
        await().until(
                        () ->
                                writing.getState() == Thread.State.TIMED_WAITING
                                        || posted.contains("later"));
        mayGoOn.countDown();
        await().until(() -> posted.contains("later"));
        assertThat(posted).containsExactly("earlier", "later");
        draining.join();
        writing.join();
    }

    private Reply<List<Receipt>> storeLater(SessionId session, List<Draft> drafts)
            throws InterruptedException {
        entered.countDown();
        mayGoOn.await();
        return store(session, drafts);
    }

    @Test
    void relayThatIsAwayEndsTheDrainAndEverythingIsKept() throws Exception {
        leave("a");
        Outboxes outboxes = outboxes();
        assertThat(outboxes.drain(opener(this::fail), SHORT, listener)).isFalse();
        assertThat(outboxes.hasNews()).isTrue();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a");
    }

    @Test
    void damagedOutboxIsSaidOnceAndDoesNotHoldUpTheOthers() throws Exception {
        Outboxes outboxes = outboxes();
        Path damaged = outboxes.directory().resolve("1").resolve("outbox.log");
        Files.createDirectories(damaged.getParent());
        Files.writeString(damaged, "no outbox, ".repeat(10));
        leave("a");
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a");
        assertThat(told).singleElement().asString().contains("is not an outbox");
        assertThat(outboxes.hasNews()).isFalse();
    }

    @Test
    void messagesOfASessionThatIsNotThereAreKeptAndSaid() throws Exception {
        leave("a");
        leave("b");
        failure = new Reply.Denied<>(404, "Session not found");
        assertThat(outboxes().drain(opener(this::fail), LONG, listener)).isTrue();
        assertThat(told).containsExactly("refused s1 404 Session not found");
        assertThat(outboxes().drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a", "b");
    }

    @Test
    void refusedMessagesWaitOnAndAreNotOfferedAgainBeforeSomethingHasChanged() throws Exception {
        leave("a");
        failure = new Reply.Denied<>(403, "not now");
        Outboxes outboxes = outboxes();
        assertThat(outboxes.drain(opener(this::fail), LONG, listener)).isTrue();
        assertThat(told).containsExactly("refused s1 403 not now");
        assertThat(outboxes.hasNews()).isFalse();
        outboxes.forgetDrained();
        assertThat(outboxes.hasNews()).isTrue();
        assertThat(outboxes.drain(opener(this::store), LONG, listener)).isTrue();
        assertThat(posted).containsExactly("a");
    }
}
