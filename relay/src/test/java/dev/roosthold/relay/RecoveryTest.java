package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.Message;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A client that was cut off continues as the same socket and has missed nothing, or is told.
class RecoveryTest {
    private static final int MB = 1 << 20;

    private final List<RawClient> clients = new ArrayList<>();
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        clients.forEach(RawClient::close);
        rig.close();
    }

    @Test
    void clientThatWasCutOffGetsWhatItMissedAsItWasSentToOthers() {
        RawClient witness = page();
        RawClient client = page();
        tells(3);
        client.awaits(3);

        client.cut();
        tells(7);
        RawClient again = back(client);

        assertThat(again.recovered()).isTrue();
        assertThat(again.sid()).isEqualTo(client.sid());
        tells(2);
        again.awaits(12);
        witness.awaits(12);
        assertThat(again.updates()).containsExactlyElementsOf(witness.updates().subList(3, 12));
        assertThat(again.updates()).allMatch(u -> u.offset().equals(Long.toString(u.seq())));
    }

    @Test
    void clientThatHasGotNothingYetContinuesFromWhereItCameIn() {
        tells(5);
        RawClient client = page();
        assertThat(client.offset()).isEmpty();

        client.cut();
        tells(2);
        RawClient again = back(client);

        assertThat(again.recovered()).isTrue();
        again.awaits(7);
        assertThat(again.numbers()).containsExactly(6L, 7L);
    }

    @Test
    void clientContinuesAfterARestartOfTheRelay() {
        RawClient client = page();
        RawClient quiet = page();
        tells(2);
        client.awaits(2);

        rig.restarts();
        tells(3);

        RawClient again = back(client);
        assertThat(again.recovered()).isTrue();
        again.awaits(5);
        assertThat(again.numbers()).containsExactly(3L, 4L, 5L);
        rig.restarts();
        RawClient late = back(quiet);
        assertThat(late.recovered()).isTrue();
        late.awaits(5);
    }

    @Test
    void updatesThatHappenWhileClientsComeBackArriveOnceAndInOrder() throws Exception {
        var running = new AtomicBoolean(true);
        Thread writer =
                Thread.startVirtualThread(
                        () -> {
                            while (running.get()) {
                                tells(5);
                            }
                        });
        var seen = new ArrayList<List<Long>>();
        List<RawClient> now = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            now.add(page());
            seen.add(new ArrayList<>());
        }
        for (int round = 0; round < 25; round++) {
            for (int i = 0; i < now.size(); i++) {
                RawClient client = now.get(i);
                client.awaits(1);
                // Half of them still open when they come again.
                if (i % 2 == 0) {
                    client.cut();
                }
                RawClient next = back(client);
                assertThat(next.recovered()).isTrue();
                seen.get(i)
                        .addAll(
                                client.numbers().stream()
                                        .filter(n -> n <= next.presentedOffset())
                                        .toList());
                now.set(i, next);
            }
        }
        running.set(false);
        writer.join();
        long last = lastSeq();
        for (int i = 0; i < now.size(); i++) {
            now.get(i).awaits(last);
            seen.get(i).addAll(now.get(i).numbers());
            assertThat(seen.get(i))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(seen.get(i).getFirst(), last).boxed().toList());
        }
    }

    @Test
    void clientIsToldWhenTheLogKeepsTooFew() {
        restart(new Updates.Retention(50, Duration.ofDays(1)));
        RawClient client = page();
        tells(1);
        client.awaits(1);

        client.cut();
        tells(300);
        RawClient again = back(client);

        assertThat(again.recovered()).isFalse();
        assertThat(again.sid()).isNotEqualTo(client.sid());
        assertThat(again.settled().updates()).isEmpty();
        // It kept its old offset, which must not spoil the next time.
        again.cut();
        tells(2);
        RawClient third = back(again);
        assertThat(third.recovered()).isTrue();
        third.awaits(303);
        assertThat(third.numbers()).containsExactly(302L, 303L);
    }

    @Test
    void clientIsToldWhenItWasAwayForTooLong() {
        RawClient client = page();
        tells(2);
        client.awaits(2);
        client.cut();
        tells(2);
        rig.clock().pass(Duration.ofDays(8));
        rig.relay().updates().prune(rig.relay().store());
        rig.relay().store().writeNow(_ -> true);

        assertThat(back(client).recovered()).isFalse();

        // Nothing after the latest update is missing.
        RawClient upToDate = client.comesBackTo(rig, Map.of("offset", "4"));
        clients.add(upToDate);
        assertThat(upToDate.recovered()).isTrue();
    }

    @Test
    void onlyTheOneItWasGivenToCanUseAPid() {
        Person eve = rig.signsUp();
        Person adaElsewhere = rig.signsIn(ada.key());
        ada.makesMachine("m");
        RawClient client = page();
        RawClient daemon = connect(ada.daemonAuth("m"));
        tells(1);
        client.awaits(lastSeq());
        String pid = client.pid();
        var flipped = pid.toCharArray();
        flipped[30] = flipped[30] == 'A' ? 'B' : 'A';

        for (Map<String, ?> different :
                List.of(
                        Map.of("token", eve.token()),
                        Map.of("token", adaElsewhere.token()),
                        Map.of("clientType", "machine-scoped", "machineId", "m"),
                        Map.of("clientType", "session-scoped", "sessionId", "s"),
                        Map.of("pid", daemon.pid()),
                        Map.of("pid", new String(flipped)),
                        Map.of("pid", pid.substring(0, 40)),
                        Map.of("pid", "A".repeat(92)),
                        Map.of("pid", "?".repeat(100_000)),
                        Map.of("offset", "1000000"),
                        Map.of("offset", "-1"),
                        Map.of("offset", "1x"),
                        Map.of("offset", "9".repeat(30)),
                        Map.of("offset", ""))) {
            RawClient other = client.comesBackTo(rig, different);
            clients.add(other);
            assertThat(other.recovered()).as(different.toString()).isFalse();
            assertThat(other.sid()).isNotEqualTo(client.sid());
            assertThat(other.pid()).hasSizeLessThan(200);
        }
        assertThat(back(client).recovered()).isTrue();
    }

    @Test
    void messagesAreReplayedToEachScopeButNotToTheirSender() {
        String mine = ada.makesSession("mine");
        String other = ada.makesSession("other");
        RawClient witness = page();
        RawClient sender = connect(sessionAuth(mine));
        RawClient listener = connect(sessionAuth(mine));
        RawClient stranger = connect(sessionAuth(other));
        sender.send("42[\"message\",{\"sid\":\"" + mine + "\",\"message\":\"YQ==\"}]");
        sender.settled();
        List.of(sender, listener, stranger).forEach(RawClient::cut);
        // As if the sender's last message was read when its end was noticed.
        tellsMessage(mine, sender.sid(), "Yg==");
        Answer posted =
                ada.api()
                        .post(
                                "/v3/sessions/" + mine + "/messages",
                                Map.of(
                                        "messages",
                                        List.of(Map.of("localId", "l\"1", "content", "Yw=="))));
        assertThat(posted.status()).isEqualTo(200);
        witness.awaits(lastSeq());

        RawClient senderAgain = back(sender);
        RawClient listenerAgain = back(listener);
        RawClient strangerAgain = back(stranger);

        List<RawClient.Received> live = witness.updates();
        assertThat(live).extracting(u -> u.body().path("t").asString()).containsOnly("new-message");
        senderAgain.awaits(lastSeq());
        listenerAgain.awaits(lastSeq());
        assertThat(senderAgain.recovered()).isTrue();
        assertThat(senderAgain.settled().updates()).containsExactly(live.get(2));
        assertThat(listenerAgain.settled().updates())
                .containsExactlyElementsOf(
                        listener.updates().isEmpty() ? live : live.subList(1, 3));
        assertThat(strangerAgain.recovered()).isTrue();
        assertThat(strangerAgain.settled().updates()).isEmpty();
    }

    @Test
    void codingSessionThatReadsAnewByItselfIsNeverSentTheSameAgain() {
        String session = ada.makesSession("s");
        var named = Map.of("happyClient", "cli-coding-session/1.2.5");
        RawClient client = connect(with(sessionAuth(session), named));
        RawClient unnamed = connect(sessionAuth(session));
        List.of(client, unnamed).forEach(RawClient::cut);
        tellsMessage(session, "nobody", "YQ==");

        RawClient again = back(client);
        // As one that was admitted by a relay that did not know better.
        RawClient renamed = unnamed.comesBackTo(rig, named);
        clients.add(renamed);

        assertThat(client.pid()).isEmpty();
        assertThat(again.pid()).isEmpty();
        assertThat(renamed.pid()).isEmpty();
        assertThat(messages(again.settled())).isEmpty();
        assertThat(messages(renamed.settled())).isEmpty();
        RawClient older = back(unnamed);
        assertThat(older.recovered()).isTrue();
        assertThat(messages(older.settled())).hasSize(1);
        tellsMessage(session, "nobody", "Yg==");
        await().untilAsserted(() -> assertThat(messages(again)).hasSize(1));
    }

    @Test
    void machineGetsItsOwnUpdatesAndThenItsState() {
        ada.makesMachine("m");
        ada.makesMachine("other");
        RawClient daemon = connect(ada.daemonAuth("m"));
        await().until(() -> daemon.updatesAndState().size() == 1);
        daemon.cut();
        tells(new Recipients.Machine(new MachineId("other")), settings("x"));
        tells(new Recipients.Machine(new MachineId("m")), settings("y"));
        tells(1);

        RawClient again = back(daemon);

        assertThat(again.recovered()).isTrue();
        await().until(() -> again.updatesAndState().size() == 2);
        assertThat(
                        again.updatesAndState()
                                .getFirst()
                                .body()
                                .path("settings")
                                .path("value")
                                .asString())
                .isEqualTo("y");
        assertThat(again.updatesAndState().getLast().body().path("t").asString())
                .isEqualTo("update-machine");
        assertThat(again.updatesAndState().getLast().offset()).isEmpty();
    }

    @Test
    void messagesOfADeletedSessionAreLeftOut() {
        String session = ada.makesSession("s");
        RawClient client = page();
        tells(1);
        client.awaits(lastSeq());
        client.cut();
        for (int i = 0; i < 3; i++) {
            tellsMessage(session, "nobody", "YQ==");
        }
        assertThat(ada.api().delete("/v1/sessions/" + session).status()).isEqualTo(200);
        rig.relay()
                .store()
                .writeNow(tx -> tx.execute("DELETE FROM message WHERE session_id = ?", session));

        RawClient again = back(client);

        assertThat(again.recovered()).isTrue();
        again.awaits(lastSeq());
        assertThat(again.updates())
                .extracting(u -> u.body().path("t").asString())
                .containsExactly("delete-session");
    }

    @Test
    void connectionThatIsHalfDeadIsTakenOver() {
        ada.makesMachine("m");
        Client page = ada.page().connected();
        RawClient old = connect(ada.daemonAuth("m"));
        await().until(() -> !page.events("machine-activity").isEmpty());
        page.settled().forget();

        RawClient again = back(old);

        assertThat(again.recovered()).isTrue();
        assertThat(old.end()).isEqualTo("close 1000");
        assertThat(old.packets()).noneMatch(packet -> packet.startsWith("41"));
        int before = old.updates().size();
        long own = tells(new Recipients.Machine(new MachineId("m")), settings("x"));
        again.awaits(own);
        assertThat(again.numbers()).containsOnlyOnce(own);
        assertThat(old.updates()).hasSize(before);
        // Its machine was never away.
        rig.passes(Duration.ofSeconds(6));
        assertThat(page.settled().events("machine-activity"))
                .allMatch(event -> event.body().path("active").asBoolean());
        assertThat(again.settled().ended()).isFalse();
    }

    @Test
    void senderIsLeftOutAlsoAfterItHasComeBack() {
        String session = ada.makesSession("s");
        RawClient sender = connect(sessionAuth(session));
        RawClient again = back(sender);
        assertThat(again.recovered()).isTrue();

        again.send("42[\"message\",{\"sid\":\"" + session + "\",\"message\":\"YQ==\"}]");

        assertThat(again.settled().updates()).isEmpty();
    }

    @Test
    void clientThatMissedTooMuchReadsAnewOnceAndNotForEver() {
        RawClient client = page();
        tells(1);
        client.awaits(1);
        client.cut();
        for (int i = 0; i < 8; i++) {
            tells(new Recipients.Users(), settings("x".repeat(5 * MB)));
        }

        RawClient again = back(client);

        assertThat(again.recovered()).isFalse();
        again.cut();
        tells(1);
        RawClient third = back(again);
        assertThat(third.recovered()).isTrue();
        third.awaits(10);
        assertThat(third.numbers()).containsExactly(10L);
    }

    @Test
    void largeBacklogReachesASlowReaderInOneConnection() {
        RawClient client = page();
        tells(1);
        client.awaits(1);
        client.cut();
        tells(1);
        tells(new Recipients.Users(), settings("x".repeat(20 * MB)));
        for (int i = 0; i < 10; i++) {
            tells(new Recipients.Users(), settings("y".repeat(MB)));
        }

        RawClient again = client.comesBackTo(rig);
        clients.add(again);
        assertThat(again.recovered()).isTrue();
        again.stopsReading();
        tells(3);
        tells(new Recipients.Users(), settings("z".repeat(10 * MB)));
        tells(1);
        again.readsOn();

        again.awaits(18);
        assertThat(again.numbers())
                .containsExactlyElementsOf(LongStream.rangeClosed(2, 18).boxed().toList());
        assertThat(again.settled().ended()).isFalse();
    }

    @Test
    void oneLargeUpdateNeverClosesASocketWhereverItStands() {
        RawClient client = page();
        client.stopsReading();
        for (int i = 0; i < 7; i++) {
            tells(new Recipients.Users(), settings("x".repeat(MB)));
        }
        rig.relay()
                .store()
                .writeNow(
                        tx -> {
                            for (int size : new int[] {20 * MB, 1, 1}) {
                                rig.relay()
                                        .updates()
                                        .append(
                                                tx,
                                                account(),
                                                new Recipients.Users(),
                                                settings("y".repeat(size)));
                            }
                            return true;
                        });
        client.readsOn();

        client.awaits(10);
        assertThat(client.numbers())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 10).boxed().toList());
        assertThat(client.settled().ended()).isFalse();
    }

    @Test
    void keyOfThePidsIsForItsOwnerOnly() throws Exception {
        var file = rig.config().dataDirectory().resolve("recovery.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        RawClient client = page();
        rig.relay().close();
        Files.delete(file);
        rig.restarts();
        assertThat(back(client).recovered()).isFalse();
    }

    private void restart(Updates.Retention retention) {
        rig.close();
        rig = RelayRig.start(config -> config.withLimits(config.limits().withRetention(retention)));
        ada = rig.signsUp();
    }

    private RawClient page() {
        return connect(Map.of("token", ada.token(), "clientType", "user-scoped"));
    }

    private RawClient connect(Map<String, ?> auth) {
        RawClient client = RawClient.connects(rig, auth);
        clients.add(client);
        return client.connected().settled();
    }

    private RawClient back(RawClient client) {
        RawClient next = client.comesBackTo(rig);
        clients.add(next);
        return next.connected();
    }

    private Map<String, ?> sessionAuth(String session) {
        return Map.of("token", ada.token(), "clientType", "session-scoped", "sessionId", session);
    }

    private static Map<String, ?> with(Map<String, ?> auth, Map<String, ?> more) {
        var all = new HashMap<String, Object>(auth);
        all.putAll(more);
        return all;
    }

    private static List<RawClient.Received> messages(RawClient client) {
        return client.updates().stream()
                .filter(u -> u.body().path("t").asString().equals("new-message"))
                .toList();
    }

    private AccountId account() {
        return new AccountId(ada.account());
    }

    private UpdateBody settings(String text) {
        return new UpdateBody.UpdateAccount(account(), new Versioned(text, 1));
    }

    private void tells(int count) {
        for (int i = 0; i < count; i++) {
            tells(new Recipients.Users(), settings("s"));
        }
    }

    private long tells(Recipients to, UpdateBody body) {
        return rig.relay()
                .store()
                .writeNow(tx -> rig.relay().updates().append(tx, account(), to, body));
    }

    /// A message of that socket, stored as the event `message` stores it.
    private void tellsMessage(String session, String socketId, String content) {
        var id = new SessionId(session);
        rig.relay()
                .store()
                .writeNow(
                        tx -> {
                            long seq =
                                    tx.first(
                                                    "UPDATE session SET message_seq = message_seq"
                                                            + " + 1 WHERE id = ?"
                                                            + " RETURNING message_seq",
                                                    row -> row.getLong(1),
                                                    session)
                                            .orElseThrow();
                            tx.execute(
                                    "INSERT INTO message (session_id, seq, id, local_id,"
                                            + " created_at, updated_at, content)"
                                            + " VALUES (?, ?, ?, NULL, ?, ?, ?)",
                                    session,
                                    seq,
                                    "m" + seq,
                                    tx.nowMs(),
                                    tx.nowMs(),
                                    content);
                            var message =
                                    new Message(
                                            "m" + seq,
                                            seq,
                                            Message.Content.encrypted(content),
                                            null,
                                            tx.nowMs(),
                                            tx.nowMs());
                            return rig.relay()
                                    .updates()
                                    .appendMessage(
                                            tx,
                                            account(),
                                            id,
                                            Optional.of(socketId),
                                            seq,
                                            Codec.printText(
                                                    new UpdateBody.NewMessage(id, message)));
                        });
    }

    private long lastSeq() {
        return rig.relay().store().readNow(sql -> Updates.lastSeq(sql, account()));
    }
}
