package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.SocketGoneException;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.rig.Line;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.updates.Updates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a listener hears across cuts of the line and restarts of the relay.
@Timeout(60)
class ResumeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path folder;
    private MasterSecret secret;

    @BeforeEach
    void makeSecret() {
        secret = MasterSecret.random(RelayRig.RANDOM);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static OpenSession session(Account account, String tag) throws InterruptedException {
        return RelayRig.success(account.createSession(tag, object().put("path", "/x")));
    }

    private static ObjectNode text(int number) {
        return object().put("role", "user").put("n", number);
    }

    @Test
    void everyMessageIsHeardOnceAndInOrderAndStateConverges() throws Exception {
        stream(8);
    }

    @Test
    @Tag("soak")
    @Timeout(600)
    void everyMessageIsHeardOnceAndInOrderOverTwoHundredCutsAndRestarts() throws Exception {
        stream(200);
    }

    /// A session streams and updates its state while lines are cut and the relay restarts.
    private void stream(int cuts) throws Exception {
        Random random = new Random(5);
        Heard heard = new Heard();
        List<String> sent = new ArrayList<>();
        AtomicBoolean streaming = new AtomicBoolean(true);
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Line line = new Line(relay.port());
                Line other = new Line(relay.port());
                Account phone = RelayRig.account(line.address(), secret);
                Account agent = RelayRig.account(other.address(), secret)) {
            OpenSession session = session(agent, "tag");
            Link link = phone.connect(Cursor.inMemory(0), heard, LinkListener.NONE);
            Link own =
                    agent.connectSession(
                            session.id(), Cursor.inMemory(), Heard.nothing(), LinkListener.NONE);
            Outbox outbox =
                    agent.outbox(folder.resolve("home"), OutboxLimits.USUAL, OutboxListener.NONE);
            Thread writer =
                    Thread.startVirtualThread(
                            () -> {
                                for (int i = 0; streaming.get(); i++) {
                                    sent.add(agent.send(outbox, session, text(i)));
                                    if (i % 3 == 0) {
                                        sleep(1);
                                    }
                                }
                            });
            for (int cut = 0; cut < cuts; cut++) {
                sleep(random.nextInt(150));
                switch (random.nextInt(3)) {
                    case 0 -> line.cut();
                    case 1 -> other.cut();
                    default -> {
                        relay.stop();
                        relay.startAgain();
                    }
                }
                String key = "cut" + cut;
                putPersistently(agent, own, session, key);
            }
            streaming.set(false);
            writer.join();
            assertThat(outbox.flush(PATIENCE)).isTrue();
            await().atMost(PATIENCE).until(() -> heard.localIds().size() >= sent.size());
            assertThat(heard.localIds()).containsExactlyElementsOf(sent);
            assertThat(heard.numbers()).isSorted().doesNotHaveDuplicates();
            assertThat(heard.rereads).hasValue(0);
            OpenSession now = RelayRig.success(phone.session(session.id()));
            ObjectNode state = now.agentState().orElseThrow();
            for (int cut = 0; cut < cuts; cut++) {
                assertThat(state.path("cut" + cut).asBoolean(false)).isTrue();
            }
            assertThat(now.row().agentState().version()).isEqualTo(cuts);
            assertThat(link.awaitSocket(PATIENCE)).isPresent();
        }
    }

    private static void sleep(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void putPersistently(Account agent, Link own, OpenSession session, String key)
            throws InterruptedException {
        while (true) {
            RelaySocket socket = own.awaitSocket(PATIENCE).orElseThrow();
            try {
                assertThat(
                                agent.update(
                                        socket,
                                        session,
                                        SessionField.AGENT_STATE,
                                        state -> state.put(key, true)))
                        .isInstanceOf(UpdateResult.Saved.class);
                return;
            } catch (SocketGoneException _) {
                // Not known whether it was stored: again, it changes nothing then.
            }
        }
    }

    @Test
    void listenerWithoutACursorIsToldToReadAndHearsWhatFollows() throws Exception {
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Account account = RelayRig.account(relay.address(), secret)) {
            session(account, "before");
            Heard heard = new Heard();
            Cursor cursor = Cursor.inMemory();
            account.connect(cursor, heard, LinkListener.NONE);
            await().until(() -> cursor.position().isPresent());
            OpenSession after = session(account, "after");
            await().until(() -> !heard.updates.isEmpty());
            assertThat(heard.rereads).hasValue(1);
            assertThat(heard.updates)
                    .singleElement()
                    .extracting(Update::change)
                    .isInstanceOfSatisfying(
                            Change.SessionAdded.class,
                            added -> {
                                assertThat(added.session().id()).isEqualTo(after.id());
                                assertThat(account.sessions().open(added.session())).isPresent();
                            });
        }
    }

    @Test
    void cursorThatTheLogHasForgottenLeadsToOneReading() throws Exception {
        try (RelayRig relay =
                        new RelayRig(
                                folder.resolve("relay"),
                                config ->
                                        config.withLimits(
                                                RelayConfig.Limits.USUAL.withRetention(
                                                        new Updates.Retention(
                                                                5, Duration.ofDays(1)))));
                Account account = RelayRig.account(relay.address(), secret)) {
            for (int i = 0; i < 40; i++) {
                session(account, "tag" + i);
            }
            relay.stop();
            relay.startAgain();
            // Not every store forgets at once; a number that never was is certain.
            Cursor cursor = Cursor.inMemory(1_000_000);
            Heard heard = new Heard();
            account.connect(cursor, heard, LinkListener.NONE);
            await().until(() -> cursor.position().equals(OptionalLong.of(40)));
            assertThat(heard.rereads).hasValue(1);
            session(account, "one more");
            await().until(() -> heard.updates.size() == 1);
            assertThat(heard.numbers()).containsExactly(41L);
        }
    }

    @Test
    void readingThatFailsIsAskedForAgain() throws Exception {
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Account account = RelayRig.account(relay.address(), secret)) {
            List<Boolean> answers = new ArrayList<>(List.of(false, false, true));
            CountDownLatch caughtUp = new CountDownLatch(1);
            FeedListener listener =
                    new FeedListener() {
                        @Override
                        public void update(Update update) {}

                        @Override
                        public boolean reread() {
                            return answers.removeFirst();
                        }

                        @Override
                        public void caughtUp() {
                            caughtUp.countDown();
                        }
                    };
            account.connect(Cursor.inMemory(), listener, LinkListener.NONE);
            assertThat(caughtUp.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(answers).isEmpty();
        }
    }

    @Test
    void listenerThatIsSlowHearsEverythingAllTheSame() throws Exception {
        int count = 2_600;
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Account account = RelayRig.account(relay.address(), secret)) {
            OpenSession session = session(account, "tag");
            CountDownLatch open = new CountDownLatch(1);
            Heard heard = new Heard();
            FeedListener slow =
                    new FeedListener() {
                        @Override
                        public void update(Update update) {
                            try {
                                open.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            heard.update(update);
                        }

                        @Override
                        public boolean reread() {
                            return heard.reread();
                        }
                    };
            CountDownLatch all = new CountDownLatch(count);
            Cursor cursor = Cursor.inMemory(1);
            Link link = account.connect(cursor, slow, LinkListener.NONE);
            assertThat(link.awaitSocket(PATIENCE)).isPresent();
            Outbox outbox =
                    account.outbox(
                            folder.resolve("home"),
                            OutboxLimits.USUAL,
                            new OutboxListener() {
                                @Override
                                public void stored(SessionId id, List<Receipt> receipts) {
                                    receipts.forEach(_ -> all.countDown());
                                }
                            });
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(account.send(outbox, session, text(i)));
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            open.countDown();
            await().atMost(PATIENCE).until(() -> heard.updates.size() >= count);
            assertThat(heard.localIds()).containsExactlyElementsOf(sent);
        }
    }

    @Test
    void cursorInAFileGoesOnWhereTheLastRunStopped() throws Exception {
        Path file = folder.resolve("cursor");
        try (RelayRig relay = new RelayRig(folder.resolve("relay"))) {
            Heard first = new Heard();
            try (Account account = RelayRig.account(relay.address(), secret)) {
                account.connect(Cursor.inFile(file), first, LinkListener.NONE);
                await().until(() -> first.rereads.get() == 1 && Files.exists(file));
                session(account, "one");
                await().until(() -> first.updates.size() == 1);
                await().until(() -> Files.readString(file).equals("1\n"));
            }
            Heard second = new Heard();
            try (Account account = RelayRig.account(relay.address(), secret)) {
                session(account, "two");
                account.connect(Cursor.inFile(file), second, LinkListener.NONE);
                await().until(() -> second.updates.size() == 1);
            }
            assertThat(second.rereads).hasValue(0);
            assertThat(second.numbers()).containsExactly(2L);
        }
    }

    @Test
    void socketOfASessionHearsThatSessionAloneAlsoWhenItReadsUp() throws Exception {
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Line line = new Line(relay.port());
                Account account = RelayRig.account(relay.address(), secret);
                Account agent = RelayRig.account(line.address(), secret)) {
            OpenSession own = session(account, "own");
            OpenSession foreign = session(account, "foreign");
            Heard heard = new Heard();
            Link link =
                    agent.connectSession(own.id(), Cursor.inMemory(0), heard, LinkListener.NONE);
            assertThat(link.awaitSocket(PATIENCE)).isPresent();
            Outbox outbox =
                    account.outbox(folder.resolve("home"), OutboxLimits.USUAL, OutboxListener.NONE);
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    line.cut();
                }
                sent.add(account.send(outbox, own, text(i)));
                account.send(outbox, foreign, text(i));
            }
            await().atMost(PATIENCE).until(() -> heard.localIds().size() >= sent.size());
            assertThat(heard.localIds()).containsExactlyElementsOf(sent);
            // The state of the session, which a socket is sent when it connects, may be among them.
            assertThat(heard.updates)
                    .allMatch(
                            update ->
                                    switch (update.change()) {
                                        case Change.MessageAdded added ->
                                                added.session().equals(own.id());
                                        case Change.SessionChanged changed ->
                                                changed.session().equals(own.id());
                                        default -> false;
                                    });
        }
    }

    @Test
    void bearerThatTheRelayHasForgottenIsReplaced() throws Exception {
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Account account = RelayRig.account(relay.address(), secret)) {
            OpenSession session = session(account, "tag");
            Link link = account.connect(Cursor.inMemory(), Heard.nothing(), LinkListener.NONE);
            assertThat(link.awaitSocket(PATIENCE)).isPresent();
            relay.stop();
            deleteAll(folder.resolve("relay"));
            relay.startAgain();
            await().atMost(PATIENCE).until(() -> link.socket().isPresent());
            assertThat(account.session(session.id()))
                    .isEqualTo(new Reply.Denied<>(404, "Session not found"));
            assertThat(account.createSession("tag", object())).isInstanceOf(Reply.Success.class);
        }
    }

    private static void deleteAll(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
