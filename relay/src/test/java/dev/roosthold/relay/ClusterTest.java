package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import dev.roosthold.relay.operator.OperatorTasks;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.store.StoreException;
import io.socket.client.Ack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Two relays on one PostgreSQL with a real NATS server between them.
@Tag("peers")
@Timeout(120)
class ClusterTest {
    private static NatsServer nats;

    @TempDir private Path directory;

    private PostgresUrl database;
    private RelayRig one;
    private RelayRig two;
    private Person ada;
    private Person adaAtTwo;

    @BeforeAll
    static void startNats() {
        nats = NatsServer.start();
    }

    @AfterAll
    static void stopNats() {
        nats.close();
    }

    @BeforeEach
    void start() {
        database = TestDatabase.fresh();
        one = RelayRig.start(this::node);
        two = RelayRig.start(this::node);
        ada = one.signsUp();
        adaAtTwo = at(two, ada);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private RelayConfig node(RelayConfig config) {
        return config.withDatabase(database)
                .withDataDirectory(directory)
                .withCluster(new ClusterConfig(NatsUrl.parse(nats.address())))
                .withClock(InstantSource.system());
    }

    private static Person at(RelayRig rig, Person person) {
        return new Person(rig, person.key(), person.token(), person.account());
    }

    private static List<Long> numbers(Client client) {
        return client.events().stream()
                .filter(event -> event.name().equals("update"))
                .map(event -> event.body().path("seq").asLong())
                .toList();
    }

    private static JsonNode send(Client client, String session, String localId) {
        return client.ask("message", Map.of("sid", session, "message", "bQ==", "localId", localId));
    }

    private static void registers(Client client, String method) {
        assertThat(client.ask("rpc-register", Map.of("method", method)).path("ok").asBoolean())
                .isTrue();
    }

    private static Client serving(Client client, String method, Object answer) {
        client.answers("rpc-request", (_, ack) -> ack.call(answer));
        registers(client, method);
        return client;
    }

    private static JsonNode call(Client client, String method) {
        return client.ask("rpc-call", Map.of("method", method, "params", "p"));
    }

    private static boolean active(Person person, String machine) {
        return person.api()
                .get("/v1/machines/" + machine)
                .body()
                .path("machine")
                .path("active")
                .asBoolean();
    }

    @Test
    void updatesOfBothNodesReachEverySocketOnceAndInOrder() throws Exception {
        String session = ada.makesSession("t");
        Client here = ada.page().connected();
        Client there = adaAtTwo.page().connected();
        Client writerHere = ada.session(session).connected();
        Client writerThere = adaAtTwo.session(session).connected();
        int each = 60;
        var sent = new ArrayList<CompletableFuture<JsonNode>>();
        for (int i = 0; i < each; i++) {
            for (Client writer : List.of(writerHere, writerThere)) {
                sent.add(
                        writer.asks(
                                "message",
                                Map.of(
                                        "sid",
                                        session,
                                        "message",
                                        "bQ==",
                                        "localId",
                                        writer.id() + i)));
            }
        }
        for (var one : sent) {
            assertThat(one.get(20, TimeUnit.SECONDS).path("ok").asBoolean(true)).isTrue();
        }
        for (Client reader : List.of(here, there)) {
            await().until(() -> reader.events("new-message").size() >= 2 * each);
            List<Long> messages =
                    reader.events("new-message").stream()
                            .map(e -> e.body().path("body").path("message").path("seq").asLong())
                            .toList();
            assertThat(messages)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 2 * each).boxed().toList());
            assertThat(numbers(reader)).isSorted().doesNotHaveDuplicates();
        }
        // Who has sent a message does not get it, wherever the others are.
        assertThat(writerHere.settled().events("new-message")).hasSize(each);
        await().until(() -> writerThere.events("new-message").size() == each);
    }

    @Test
    void anUpdateArrivesBeforeTheAnswerToWhoeverCausedIt() {
        Client here = ada.page().connected();
        for (int i = 0; i < 30; i++) {
            adaAtTwo.makesSession("there" + i);
            String session = ada.makesSession("here" + i);
            assertThat(here.settled().events("new-session"))
                    .anyMatch(e -> e.body().path("body").path("id").asString().equals(session));
        }
        assertThat(here.events("new-session")).hasSize(60);
        assertThat(numbers(here)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void nothingIsLostWhileTheBusIsAway() {
        String session = ada.makesSession("t");
        Client here = ada.page().connected();
        Client writer = adaAtTwo.session(session).connected();
        int count = 60;
        try {
            for (int i = 0; i < count; i++) {
                if (i == 20) {
                    nats.stops();
                }
                if (i == 40) {
                    nats.startsAgain();
                }
                send(writer, session, "l" + i);
            }
        } finally {
            if (!here.isConnected()) {
                nats.startsAgain();
            }
        }
        await().until(() -> here.events("new-message").size() >= count);
        List<Long> messages =
                here.events("new-message").stream()
                        .map(e -> e.body().path("body").path("message").path("seq").asLong())
                        .toList();
        assertThat(messages)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, count).boxed().toList());
        // And the bus carries again.
        serving(adaAtTwo.daemon("m").connected(), "m:a", "back");
        await().untilAsserted(
                        () ->
                                assertThat(call(here, "m:a").path("result").asString())
                                        .isEqualTo("back"));
    }

    @Test
    void updatesComeFromTheDatabaseWhileThereIsNoBus() {
        Client here = ada.page().connected();
        nats.stops();
        try {
            String session = adaAtTwo.makesSession("t");
            assertThat(here.receives("new-session").path("body").path("id").asString())
                    .isEqualTo(session);
        } finally {
            nats.startsAgain();
        }
    }

    @Test
    void twoSendersOfOneLocalIdMakeOneMessage() throws Exception {
        String session = ada.makesSession("t");
        List<Client> writers =
                List.of(ada.session(session).connected(), adaAtTwo.session(session).connected());
        for (int i = 0; i < 30; i++) {
            String localId = "same" + i;
            var answers =
                    writers.stream()
                            .map(
                                    w ->
                                            w.asks(
                                                    "message",
                                                    Map.of(
                                                            "sid", session, "message", "bQ==",
                                                            "localId", localId)))
                            .toList();
            var first = answers.get(0).get(10, TimeUnit.SECONDS);
            assertThat(answers.get(1).get(10, TimeUnit.SECONDS).path("id"))
                    .isEqualTo(first.path("id"));
        }
        JsonNode messages =
                ada.api()
                        .get("/v3/sessions/" + session + "/messages?after_seq=0")
                        .body()
                        .path("messages");
        assertThat(messages).hasSize(30);
    }

    @Test
    void oneOfTwoWritersOfAVersionWins() throws Exception {
        String session = ada.makesSession("t");
        List<Client> writers =
                List.of(ada.session(session).connected(), adaAtTwo.session(session).connected());
        for (int version = 0; version < 30; version++) {
            int expected = version;
            var answers =
                    writers.stream()
                            .map(
                                    w ->
                                            w.asks(
                                                    "update-metadata",
                                                    Map.of(
                                                            "sid",
                                                            session,
                                                            "metadata",
                                                            w.id(),
                                                            "expectedVersion",
                                                            expected)))
                            .toList();
            var results = new ArrayList<JsonNode>();
            for (var answer : answers) {
                results.add(answer.get(10, TimeUnit.SECONDS));
            }
            assertThat(results)
                    .extracting(r -> r.path("result").asString())
                    .containsExactlyInAnyOrder("success", "version-mismatch");
            assertThat(results).allMatch(r -> r.path("version").asInt() == expected + 1);
            assertThat(results.get(0).path("metadata")).isEqualTo(results.get(1).path("metadata"));
        }
    }

    @Test
    void aCallCrossesNodesAndIsAnsweredOnce() throws Exception {
        Client page = ada.page().connected();
        Client daemon = serving(adaAtTwo.daemon("m").connected(), "m:echo", "answer");
        assertThat(call(page, "m:echo").path("result").asString()).isEqualTo("answer");
        assertThat(daemon.events("rpc-request").getFirst().body().path("params").asString())
                .isEqualTo("p");

        String large = "x".repeat(3 << 20);
        daemon.answers(
                "rpc-request", (body, ack) -> ack.call(body.path("params").asString() + large));
        JsonNode answer = page.ask("rpc-call", Map.of("method", "m:echo", "params", large));
        assertThat(answer.path("result").asString()).isEqualTo(large + large);

        daemon.answers("rpc-request", (_, ack) -> ack.call("short")).forget();
        var calls =
                IntStream.range(0, 90)
                        .mapToObj(
                                _ ->
                                        page.asks(
                                                "rpc-call",
                                                Map.of("method", "m:echo", "params", "p")))
                        .toList();
        for (var one : calls) {
            assertThat(one.get(10, TimeUnit.SECONDS).path("ok").asBoolean()).isTrue();
        }
        assertThat(daemon.events("rpc-request")).hasSize(90);
    }

    @Test
    void aMethodThatNobodyServesIsRefusedAtOnce() {
        Client page = ada.page().connected();
        Client _ = adaAtTwo.page().connected();
        long begun = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(call(page, "unknown:a").path("error").asString())
                    .isEqualTo("RPC method not available");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        // Nor does another account reach it.
        serving(adaAtTwo.daemon("m").connected(), "m:a", "a");
        Client eve = one.signsUp().page().connected();
        assertThat(call(eve, "m:a").path("error").asString()).isEqualTo("RPC method not available");
    }

    @Test
    void theNewestRegistrationServesWhicheverNodeHasIt() {
        Client page = ada.page().connected();
        Client pageThere = adaAtTwo.page().connected();
        Client before = serving(ada.daemon("m").connected(), "m:a", "before");
        assertThat(call(pageThere, "m:a").path("result").asString()).isEqualTo("before");
        Client now = serving(adaAtTwo.daemon("m").connected(), "m:a", "now");
        await().untilAsserted(
                        () ->
                                assertThat(call(page, "m:a").path("result").asString())
                                        .isEqualTo("now"));
        assertThat(call(pageThere, "m:a").path("result").asString()).isEqualTo("now");
        registers(before, "m:a");
        await().untilAsserted(
                        () ->
                                assertThat(call(pageThere, "m:a").path("result").asString())
                                        .isEqualTo("before"));
        now.leaves();
        assertThat(call(page, "m:a").path("result").asString()).isEqualTo("before");
    }

    @Test
    void aCallWaitsForAMachineThatComesBackOnTheOtherNode() throws Exception {
        ada.makesMachine("m");
        Client page = ada.page().connected();
        Client daemon = serving(ada.daemon("m").connected(), "m:a", "here");
        assertThat(call(page, "m:a").path("result").asString()).isEqualTo("here");
        daemon.breaks();
        await().until(() -> one.relay().rpc().counts(new AccountId(ada.account())).methods() == 0);
        var waits = page.asks("rpc-call", Map.of("method", "m:a", "params", "p"));
        page.settled();
        assertThat(waits).isNotDone();
        serving(adaAtTwo.daemon("m").connected(), "m:a", "there");
        assertThat(waits.get(5, TimeUnit.SECONDS).path("result").asString()).isEqualTo("there");
    }

    @Test
    void aTargetThatLeavesEndsTheCallsOfTheOtherNode() throws Exception {
        Client page = ada.page().connected();
        Client daemon = adaAtTwo.daemon("m").connected();
        var asked = new LinkedBlockingQueue<Ack>();
        daemon.answers("rpc-request", (_, ack) -> asked.add(ack));
        registers(daemon, "m:hang");
        var call = page.asks("rpc-call", Map.of("method", "m:hang", "params", "p"));
        assertThat(asked.poll(10, TimeUnit.SECONDS)).isNotNull();
        daemon.breaks();
        assertThat(call.get(1, TimeUnit.SECONDS).path("error").asString())
                .isEqualTo("RPC target disconnected");
    }

    private long leases() {
        return one.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                        "SELECT count(*) FROM presence_lease",
                                        row -> row.getLong(1)))
                .orElseThrow();
    }

    @Test
    void presenceIsTheSameOnBothNodes() {
        ada.makesMachine("m");
        Client page = ada.page().connected();
        assertThat(active(ada, "m")).isFalse();
        Client daemon = adaAtTwo.daemon("m").connected();
        page.receives("machine-activity", e -> e.path("active").asBoolean());
        assertThat(active(ada, "m")).isTrue();
        assertThat(active(adaAtTwo, "m")).isTrue();

        // A second socket on the other node keeps it.
        Client second = ada.daemon("m").connected();
        await().until(() -> leases() == 2);
        page.settled().forget();
        daemon.leaves();
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(2))
                .until(() -> active(ada, "m"));
        assertThat(active(adaAtTwo, "m")).isTrue();
        assertThat(page.events("machine-activity"))
                .allMatch(e -> e.body().path("active").asBoolean());
        second.leaves();
        page.receives("machine-activity", e -> !e.path("active").asBoolean());
        await().until(() -> !active(ada, "m") && !active(adaAtTwo, "m"));
    }

    @Test
    void aMachineThatConnectedBeforeItsRowIsOnlineWithItOnWhicheverNodeItIsMade() {
        Client _ = adaAtTwo.daemon("m").connected();
        Client page = ada.page().connected();
        ada.makesMachine("m");
        page.receives("machine-activity", e -> e.path("active").asBoolean());
        await().until(() -> active(ada, "m") && active(adaAtTwo, "m"));
    }

    @Test
    void aSessionThatIsEndedOnOneNodeIsOverOnBoth() {
        String session = ada.makesSession("t");
        Client there = adaAtTwo.session(session).connected();
        there.send("session-alive", Map.of("sid", session, "time", System.currentTimeMillis()));
        Client page = ada.page().connected();
        there.settled();
        await().until(() -> leases() == 2);
        page.settled();
        page.send("session-end", Map.of("sid", session, "time", System.currentTimeMillis()));
        page.receives("activity", e -> !e.path("active").asBoolean());
        page.settled().forget();
        there.send("session-alive", Map.of("sid", session, "time", System.currentTimeMillis()));
        there.settled();
        page.settled();
        assertThat(page.events("activity")).isEmpty();
        for (Person person : List.of(ada, adaAtTwo)) {
            await().until(
                            () ->
                                    person.api()
                                            .get("/v2/sessions/active")
                                            .body()
                                            .path("sessions")
                                            .isEmpty());
        }
        // Asked for again it may live.
        assertThat(ada.makesSession("t")).isEqualTo(session);
        await().untilAsserted(
                        () -> {
                            there.send(
                                    "session-alive",
                                    Map.of("sid", session, "time", System.currentTimeMillis()));
                            there.settled();
                            assertThat(ada.api().get("/v2/sessions/active").body().path("sessions"))
                                    .hasSize(1);
                        });
        assertThat(adaAtTwo.api().get("/v2/sessions/active").body().path("sessions")).hasSize(1);
    }

    @Test
    void aRevokedDeviceIsOutOnBothNodes() {
        Person other = one.signsIn(ada.key());
        Client there = at(two, other).page().connected();
        assertThat(at(two, other).api().get("/v1/account/profile").status()).isEqualTo(200);
        String device = deviceOf(other);
        long begun = System.nanoTime();
        assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
        there.end();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        assertThat(at(two, other).api().get("/v1/account/profile").status()).isEqualTo(401);
    }

    @Test
    void aRevokedDeviceIsSoonOutWhileThereIsNoBus() {
        Person other = one.signsIn(ada.key());
        Client there = at(two, other).page().connected();
        String device = deviceOf(other);
        nats.stops();
        try {
            assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
            there.end();
            await().until(() -> at(two, other).api().get("/v1/account/profile").status() == 401);
        } finally {
            nats.startsAgain();
        }
    }

    private static String deviceOf(Person person) {
        for (JsonNode device : person.api().get("/v1/devices").body()) {
            if (device.path("current").asBoolean()) {
                return device.path("id").asString();
            }
        }
        throw new AssertionError("no device");
    }

    @Test
    void aClientContinuesOnTheOtherNodeWithWhatItMissed() throws Exception {
        String session = ada.makesSession("t");
        Client writer = adaAtTwo.session(session).connected();
        var auth = Map.of("token", ada.token(), "clientType", "user-scoped");
        try (RawClient client = RawClient.connects(one, auth).connected()) {
            send(writer, session, "a");
            await().until(() -> client.numbers().size() == 1);
            client.cut();
            send(writer, session, "b");
            try (RawClient there = client.comesBackTo(two).connected()) {
                assertThat(there.recovered()).isTrue();
                send(writer, session, "c");
                await().until(() -> there.numbers().size() == 2);
                long last = client.numbers().getFirst();
                assertThat(there.numbers()).containsExactly(last + 1, last + 2);
            }
        }
    }

    @Test
    void aNodeThatStopsHandsOverWithoutAnybodyGoingOffline() {
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        Client daemon = ada.daemon("m").connected();
        page.receives("machine-activity", e -> e.path("active").asBoolean());
        daemon.settled();
        long begun = System.nanoTime();
        one.relay().close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        daemon.end();
        Client again = adaAtTwo.daemon("m").connected();
        again.settled();
        page.forget();
        await().during(Duration.ofSeconds(7))
                .atMost(Duration.ofSeconds(12))
                .until(() -> active(adaAtTwo, "m"));
        assertThat(page.events("machine-activity"))
                .allMatch(e -> e.body().path("active").asBoolean());
    }

    @Test
    void callsEndAndNewOnesWaitWhenANodeStops() throws Exception {
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        Client pageThere = ada.page().connected();
        Client daemon = ada.daemon("m").connected();
        Client other = adaAtTwo.daemon("n").connected();
        var asked = new LinkedBlockingQueue<Ack>();
        for (Client target : List.of(daemon, other)) {
            target.answers("rpc-request", (_, ack) -> asked.add(ack));
        }
        registers(daemon, "m:a");
        registers(other, "n:a");
        var running = calls(page, "running");
        Ack ofDaemon = asked.poll(10, TimeUnit.SECONDS);
        var made = pageThere.asks("rpc-call", Map.of("method", "n:a", "params", "p"));
        Ack ofOther = asked.poll(10, TimeUnit.SECONDS);

        var stop = CompletableFuture.runAsync(one.relay()::close);
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> one.relay().rpc().counts(new AccountId(ada.account())).methods() == 0);
        var waits = calls(page, "waits");
        page.settled();
        assertThat(waits).isNotDone();
        ofDaemon.call("here");
        ofOther.call("there");
        assertThat(running.get(5, TimeUnit.SECONDS).path("result").asString()).isEqualTo("here");
        assertThat(made.get(5, TimeUnit.SECONDS).path("result").asString()).isEqualTo("there");
        daemon.end();
        serving(adaAtTwo.daemon("m").connected(), "m:a", "again");
        assertThat(waits.get(5, TimeUnit.SECONDS).path("result").asString()).isEqualTo("again");
        stop.get(5, TimeUnit.SECONDS);
    }

    @Test
    void whatANodeLeavesBehindGoesOfflineSoon() {
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        Client daemon = ada.daemon("m").connected();
        page.receives("machine-activity", e -> e.path("active").asBoolean());
        daemon.settled();
        one.relay().close();
        page.receives("machine-activity", e -> !e.path("active").asBoolean());
        assertThat(active(adaAtTwo, "m")).isFalse();
    }

    @Test
    void aKilledNodeTakesNothingThatWasAcknowledgedWithItAndSoonNobodyIsOnlineThere()
            throws Exception {
        String session = ada.makesSession("t");
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client daemon = new Client(third.address(), ada.daemonAuth("m"), false);
                Client writer =
                        new Client(
                                third.address(),
                                Map.of(
                                        "token",
                                        ada.token(),
                                        "clientType",
                                        "session-scoped",
                                        "sessionId",
                                        session),
                                false)) {
            var asked = new LinkedBlockingQueue<Ack>();
            daemon.connected().answers("rpc-request", (_, ack) -> asked.add(ack));
            registers(daemon, "m:hang");
            page.receives("machine-activity", e -> e.path("active").asBoolean());
            var call = page.asks("rpc-call", Map.of("method", "m:hang", "params", "p"));
            assertThat(asked.poll(10, TimeUnit.SECONDS)).isNotNull();
            writer.connected();
            var sent = new ArrayList<CompletableFuture<JsonNode>>();
            for (int i = 0; i < 200; i++) {
                sent.add(
                        writer.asks(
                                "message",
                                Map.of("sid", session, "message", "bQ==", "localId", "l" + i)));
            }
            await().pollInterval(Duration.ofMillis(1)).until(() -> sent.get(20).isDone());

            third.isKilled();
            long killedAt = System.nanoTime();
            JsonNode end = call.get(5, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - killedAt))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(end.path("error").asString()).isEqualTo("RPC target disconnected");
            assertThat(call(page, "m:gone").path("ok").asBoolean(true)).isFalse();

            page.receives("machine-activity", e -> !e.path("active").asBoolean());
            assertThat(Duration.ofNanos(System.nanoTime() - killedAt))
                    .isLessThan(Duration.ofSeconds(9));
            assertThat(active(ada, "m")).isFalse();
            assertThat(active(adaAtTwo, "m")).isFalse();
            int stored =
                    ada.api()
                            .get("/v3/sessions/" + session + "/messages?after_seq=0&limit=500")
                            .body()
                            .path("messages")
                            .size();
            assertThat((long) stored)
                    .isGreaterThanOrEqualTo(
                            sent.stream().filter(CompletableFuture::isDone).count());
            await().until(() -> page.events("new-message").size() >= stored);
            assertThat(
                            page.events("new-message").stream()
                                    .map(
                                            e ->
                                                    e.body()
                                                            .path("body")
                                                            .path("message")
                                                            .path("seq")
                                                            .asLong())
                                    .toList())
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, stored).boxed().toList());
        }
    }

    @Test
    void callsToWhatAKilledNodeServedAreRefusedAtOnceUntilItIsServedAgain() throws Exception {
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client daemon = new Client(third.address(), ada.daemonAuth("m"), false)) {
            serving(daemon.connected(), "m:a", "before");
            assertThat(call(page, "m:a").path("result").asString()).isEqualTo("before");
            third.isKilled();
            long killedAt = System.nanoTime();
            String error = "";
            while (!error.equals("RPC method not available")) {
                long begun = System.nanoTime();
                error = call(page, "m:a").path("error").asString();
                assertThat(error).isIn("RPC target disconnected", "RPC method not available");
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isLessThan(Duration.ofSeconds(1));
                assertThat(Duration.ofNanos(System.nanoTime() - killedAt))
                        .isLessThan(Duration.ofSeconds(5));
            }
            serving(ada.daemon("m").connected(), "m:a", "again");
            assertThat(call(page, "m:a").path("result").asString()).isEqualTo("again");
        }
    }

    @Test
    void aCallOnItsWayToANodeThatIsKilledFailsWithinASecond() throws Exception {
        Client page = adaAtTwo.page().connected();
        serving(ada.daemon("n").connected(), "n:a", "other");
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client daemon = new Client(third.address(), ada.daemonAuth("m"), false)) {
            serving(daemon.connected(), "m:a", "a");
            assertThat(call(page, "m:a").path("result").asString()).isEqualTo("a");
            third.isStopped();
            var call = page.asks("rpc-call", Map.of("method", "m:a", "params", "p"));
            // NATS has given the first one away when the second one has come back.
            assertThat(call(page, "n:a").path("result").asString()).isEqualTo("other");
            assertThat(call).isNotDone();
            third.isKilled();
            assertThat(call.get(1, TimeUnit.SECONDS).path("error").asString())
                    .isEqualTo("RPC target disconnected");
        }
    }

    private Client at(NodeProcess node, Map<String, ?> auth) {
        return new Client(node.address(), auth, false);
    }

    @Test
    void aNodeThatHangsIsTakenForGoneAndComesBackAsItWas() throws Exception {
        String session = ada.makesSession("t");
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        Client writer = adaAtTwo.session(session).connected();
        var pageAuth = Map.of("token", ada.token(), "clientType", "user-scoped");
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client daemon = at(third, ada.daemonAuth("m"));
                Client reader = at(third, pageAuth)) {
            var asked = new LinkedBlockingQueue<Map.Entry<String, Ack>>();
            daemon.connected()
                    .answers(
                            "rpc-request",
                            (body, ack) ->
                                    asked.add(Map.entry(body.path("params").asString(), ack)));
            registers(daemon, "m:a");
            page.receives("machine-activity", e -> e.path("active").asBoolean());
            reader.connected().settled();
            send(writer, session, "before");
            var running = calls(page, "running");
            Ack late = asked.poll(10, TimeUnit.SECONDS).getValue();

            third.isStopped();
            long stoppedAt = System.nanoTime();
            var onItsWay = calls(page, "on its way");
            for (int i = 0; i < 10; i++) {
                send(writer, session, "l" + i);
            }
            for (var pending : List.of(running, onItsWay)) {
                assertThat(pending.get(9, TimeUnit.SECONDS).path("error").asString())
                        .isEqualTo("RPC target disconnected");
            }
            page.forgetAll("machine-activity");
            // Beside the five seconds a beat, and the writing of it.
            assertThat(Duration.ofNanos(System.nanoTime() - stoppedAt))
                    .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
            await().until(() -> !active(ada, "m") && !active(adaAtTwo, "m"));

            // One knows who served it, the other one does not.
            for (Client caller : List.of(page, ada.page().connected())) {
                long begun = System.nanoTime();
                assertThat(calls(caller, "refused").get(9, TimeUnit.SECONDS).path("ok").asBoolean())
                        .isFalse();
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isLessThan(Duration.ofSeconds(1));
            }
            assertThat(call(page, "m:a").path("error").asString())
                    .isEqualTo("RPC method not available");

            third.goesOn();
            page.receives("machine-activity", e -> e.path("active").asBoolean());
            assertThat(active(ada, "m") && active(adaAtTwo, "m")).isTrue();
            late.call("late");
            assertThat(daemon.isConnected()).isTrue();
            await().untilAsserted(
                            () -> {
                                var again = calls(page, "again");
                                var one = asked.poll(2, TimeUnit.SECONDS);
                                assertThat(one).isNotNull();
                                // What was refused or ended is not run late.
                                assertThat(one.getKey()).isEqualTo("again");
                                one.getValue().call("answer");
                                assertThat(again.get(5, TimeUnit.SECONDS).path("result").asString())
                                        .isEqualTo("answer");
                            });
            send(writer, session, "after");
            await().until(() -> reader.events("new-message").size() >= 12);
            assertThat(numbers(reader)).isSorted().doesNotHaveDuplicates();
            assertThat(reader.settled().events("new-message")).hasSize(12);
            assertThat(asked).isEmpty();
        }
    }

    private static CompletableFuture<JsonNode> calls(Client caller, String params) {
        return caller.asks("rpc-call", Map.of("method", "m:a", "params", params));
    }

    @Test
    void aMachineThatLeavesANodeThatHangsIsReachedWhereItIs() throws Exception {
        ada.makesMachine("m");
        Client page = adaAtTwo.page().connected();
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client daemon = at(third, ada.daemonAuth("m"))) {
            page.receives("machine-activity", _ -> true);
            serving(daemon.connected(), "m:a", "there");
            assertThat(call(page, "m:a").path("result").asString()).isEqualTo("there");
            page.forget();
            third.isStopped();
            page.receives("machine-activity", e -> !e.path("active").asBoolean());
            Client again = serving(ada.daemon("m").connected(), "m:a", "here");
            // Each node finds by itself that another one is gone.
            await().untilAsserted(
                            () ->
                                    assertThat(call(page, "m:a").path("result").asString())
                                            .isEqualTo("here"));
            again.forget();
            for (int i = 0; i < 20; i++) {
                assertThat(call(page, "m:a").path("result").asString()).isEqualTo("here");
            }
            third.goesOn();
            page.forget();
            for (int i = 0; i < 200; i++) {
                assertThat(call(page, "m:a").path("result").asString()).isEqualTo("here");
            }
            assertThat(daemon.events("rpc-request")).hasSize(1);
            assertThat(again.events("rpc-request")).hasSize(220);
            again.leaves();
            daemon.breaks();
            await().until(() -> !active(ada, "m") && !active(adaAtTwo, "m"));
        }
    }

    /// A row when some node is in the midst of a write of an account.
    private static final String WRITES =
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted"
                    + " AND objsubid = 2 AND CAST(classid AS BIGINT) = 1919905652";

    @Test
    void aNodeThatHangsInAWriteHoldsTheOthersUpForAMoment() throws Exception {
        String session = ada.makesSession("t");
        Map<String, String> auth =
                Map.of("token", ada.token(), "clientType", "session-scoped", "sessionId", session);
        try (NodeProcess third = NodeProcess.start(address(database), nats.address(), directory);
                Client there = at(third, auth);
                Connection lock = DriverManager.getConnection(database.jdbc(), "postgres", "");
                Statement sql = lock.createStatement()) {
            there.connected().settled();
            lock.setAutoCommit(false);
            sql.execute("SELECT 1 FROM session FOR UPDATE");
            var inTheMidst =
                    there.asks(
                            "message", Map.of("sid", session, "message", "bQ==", "localId", "m"));
            try (Connection look = DriverManager.getConnection(database.jdbc(), "postgres", "");
                    Statement query = look.createStatement()) {
                await().until(
                                () -> {
                                    try (ResultSet rows = query.executeQuery(WRITES)) {
                                        return rows.next();
                                    }
                                });
            }
            third.isStopped();
            lock.rollback();
            Client writer = adaAtTwo.session(session).connected();
            assertThat(
                            writer.asks(
                                            "message",
                                            Map.of(
                                                    "sid", session, "message", "bQ==", "localId",
                                                    "l"))
                                    // Sooner than it is taken for gone.
                                    .get(4, TimeUnit.SECONDS)
                                    .path("ok")
                                    .asBoolean())
                    .isTrue();
            third.goesOn();
            inTheMidst.get(9, TimeUnit.SECONDS);
            assertThat(send(there, session, "m").path("ok").asBoolean()).isTrue();
            assertThat(
                            ada.api()
                                    .get("/v3/sessions/" + session + "/messages?after_seq=0")
                                    .body()
                                    .path("messages"))
                    .hasSize(2);
        }
    }

    @Test
    void whatPassesBetweenNodesIsCounted() {
        try (RelayRig third = RelayRig.start(config -> node(config).withMetricsPort(0))) {
            Person adaAtThree = at(third, ada);
            Client there = adaAtThree.page().connected();
            await().until(() -> metrics(third).value("roost_cluster_nodes") == 3);
            assertThat(metrics(third).value("roost_cluster_bus_connected")).isEqualTo(1);
            assertThat(metrics(third).value("roost_cluster_beat_age_seconds")).isBetween(0.0, 5.0);
            assertThat(metrics(third).value("roost_cluster_leads")).isZero();

            ada.makesSession("here");
            there.receives("new-session");
            assertThat(metrics(third).value("roost_cluster_updates_heard_total")).isEqualTo(1);
            assertThat(metrics(third).value("roost_cluster_updates_told_total")).isZero();
            adaAtThree.makesSession("there");
            assertThat(metrics(third).value("roost_cluster_updates_told_total")).isEqualTo(1);

            serving(ada.daemon("m").connected(), "m:a", "a");
            assertThat(call(there, "m:a").path("ok").asBoolean()).isTrue();
            serving(adaAtThree.daemon("n").connected(), "n:a", "a");
            assertThat(call(adaAtTwo.page().connected(), "n:a").path("ok").asBoolean()).isTrue();
            assertThat(metrics(third).value("roost_cluster_calls_total{direction=\"out\"}"))
                    .isEqualTo(1);
            assertThat(metrics(third).value("roost_cluster_calls_total{direction=\"in\"}"))
                    .isEqualTo(1);

            double read = metrics(third).value("roost_cluster_updates_read_total");
            double dropped = metrics(third).value("roost_cluster_bus_dropped_total");
            nats.stops();
            try {
                await().until(() -> metrics(third).value("roost_cluster_bus_connected") == 0);
                assertThat(metrics(third).value("roost_cluster_bus_losses_total")).isEqualTo(1);
                there.settled().forget();
                adaAtTwo.makesSession("unheard");
                there.receives("new-session");
                assertThat(metrics(third).value("roost_cluster_updates_read_total"))
                        .isEqualTo(read + 1);
                adaAtThree.makesSession("untold");
                assertThat(metrics(third).value("roost_cluster_bus_dropped_total"))
                        .isGreaterThan(dropped);
            } finally {
                nats.startsAgain();
            }
            two.relay().close();
            await().until(() -> metrics(third).value("roost_cluster_nodes") == 2);

            Map<String, String> cluster = MetricsDocument.families();
            cluster.keySet().removeIf(name -> !name.startsWith("roost_cluster_"));
            assertThat(metrics(third).families()).containsAllEntriesOf(cluster);
            assertThat(cluster).hasSize(11);
        }
    }

    @Test
    void manySocketsThatComeAtOnceDoNotCostTheConnectionToNats() throws Exception {
        try (RelayRig third = RelayRig.start(config -> node(config).withMetricsPort(0))) {
            var people = new ArrayList<Person>();
            for (int i = 0; i < 24; i++) {
                people.add(at(third, one.signsUp()));
            }
            var arrivals =
                    people.stream().map(person -> person.daemon("m" + person.account())).toList();
            for (Client arrival : arrivals) {
                arrival.connected();
            }
            var registrations =
                    IntStream.range(0, arrivals.size())
                            .mapToObj(
                                    i ->
                                            arrivals.get(i)
                                                    .asks(
                                                            "rpc-register",
                                                            Map.of("method", "m:" + i)))
                            .toList();
            for (var registration : registrations) {
                assertThat(registration.get(10, TimeUnit.SECONDS).path("ok").asBoolean()).isTrue();
            }
            assertThat(metrics(third).value("roost_cluster_bus_losses_total")).isZero();
        }
    }

    private static Scrape metrics(RelayRig rig) {
        var base = URI.create("http://127.0.0.1:" + rig.relay().metricsPort().orElseThrow());
        return Scrape.of(new Api(rig.http(), base, Optional.empty(), Map.of()));
    }

    private static String address(PostgresUrl url) {
        return url.jdbc().replace("jdbc:postgresql://", "postgresql://postgres@");
    }

    @Test
    void whatIsMadeOnBothNodesAtTheSameMomentIsMadeOnce() throws Exception {
        for (int i = 0; i < 15; i++) {
            String name = "n" + i;
            List<Answer> sessions =
                    onBoth(
                            p ->
                                    p.api()
                                            .post(
                                                    "/v1/sessions",
                                                    Map.of("tag", name, "metadata", "bQ==")));
            assertThat(sessions).allMatch(a -> a.status() == 200);
            assertThat(sessions.get(0).body().path("session").path("id"))
                    .isEqualTo(sessions.get(1).body().path("session").path("id"));
            assertThat(onBoth(p -> p.makesMachine(name))).allMatch(a -> a.status() == 200);
            List<Answer> values =
                    onBoth(
                            p ->
                                    p.api()
                                            .post(
                                                    "/v1/kv",
                                                    Map.of(
                                                            "mutations",
                                                            List.of(
                                                                    Map.of(
                                                                            "key", name, "value",
                                                                            "dg==", "version",
                                                                            -1)))));
            assertThat(values).extracting(Answer::status).containsExactlyInAnyOrder(200, 409);
        }
    }

    private List<Answer> onBoth(Function<Person, Answer> request) throws Exception {
        var first = new CompletableFuture<Answer>();
        Thread.startVirtualThread(() -> first.complete(request.apply(ada)));
        Answer second = request.apply(adaAtTwo);
        return List.of(first.get(10, TimeUnit.SECONDS), second);
    }

    @Test
    void manyAccountsOnBothNodesWriteAtOnceAndNoneIsRefused() throws Exception {
        int messages = 40;
        var sent = new ArrayList<CompletableFuture<JsonNode>>();
        var sessions = new ArrayList<Map.Entry<Person, String>>();
        for (int i = 0; i < 6; i++) {
            Person person = one.signsUp();
            String session = person.makesSession("t");
            sessions.add(Map.entry(person, session));
            for (RelayRig rig : List.of(one, two)) {
                Client writer = at(rig, person).session(session).connected();
                for (int n = 0; n < messages; n++) {
                    sent.add(
                            writer.asks(
                                    "message",
                                    Map.of(
                                            "sid",
                                            session,
                                            "message",
                                            "bQ==",
                                            "localId",
                                            writer.id() + n)));
                }
            }
        }
        for (var answer : sent) {
            assertThat(answer.get(30, TimeUnit.SECONDS).path("ok").asBoolean(true)).isTrue();
        }
        for (var entry : sessions) {
            JsonNode stored =
                    entry.getKey()
                            .api()
                            .get(
                                    "/v3/sessions/"
                                            + entry.getValue()
                                            + "/messages?after_seq=0&limit=500")
                            .body()
                            .path("messages");
            assertThat(stored).hasSize(2 * messages);
        }
    }

    @Test
    void aDeletedAccountIsGoneOnBothNodes() {
        Client here = ada.page().connected();
        Client there = adaAtTwo.daemon("m").connected();
        String task =
                OperatorTasks.submitDeletion(two.relay().store(), new AccountId(ada.account()));
        here.end();
        there.end();
        assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(401);
        assertThat(adaAtTwo.api().get("/v1/account/profile").status()).isEqualTo(401);
        await().until(
                        () ->
                                OperatorTasks.outcome(one.relay().store(), task)
                                        .equals(Optional.of(OperatorTasks.Outcome.DONE)));
    }

    @Test
    void whoIsLookingThroughOneNodeGetsNoNotificationThroughTheOther() {
        String session = ada.makesSession("t");
        Map<String, String> event = Map.of("kind", "done", "title", "t", "body", "b");
        String path = "/v1/sessions/" + session + "/push-event";
        assertThat(adaAtTwo.api().post(path, event).body().toString())
                .doesNotContain("suppressed\":true");
        Client page = ada.page().connected();
        page.send("app-state", Map.of("state", "active"));
        page.settled();
        assertThat(adaAtTwo.api().post(path, event).body().toString()).contains("suppressed");
        page.receives("session-event");
    }

    @Test
    void relaysThatDoNotKnowEachOtherAreKeptApart() throws IOException {
        Path elsewhere = Files.createTempDirectory(directory, "elsewhere");
        assertThatThrownBy(
                        () ->
                                RelayRig.start(config -> node(config).withDataDirectory(elsewhere))
                                        .close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("have another data directory");
        UnaryOperator<RelayConfig> alone = config -> config.withDatabase(database);
        assertThatThrownBy(() -> RelayRig.start(alone).close())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("another relay uses this database");
        assertThatThrownBy(
                        () -> RelayRig.start(config -> config.withDataDirectory(directory)).close())
                .hasMessageContaining("another relay is using");
    }
}
