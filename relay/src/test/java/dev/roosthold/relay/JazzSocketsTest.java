package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.jazz.JazzConfig;
import dev.roosthold.relay.operator.OperatorTasks;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `/jazz` of a relay with accounts: who gets in, and what they see of each other.
@Timeout(60)
class JazzSocketsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String KEY = "a key of enough characters";

    @TempDir Path place;
    private final List<JazzClient> clients = new ArrayList<>();
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig =
                RelayRig.start(
                        config ->
                                config.withMetricsPort(0)
                                        .withJazz(
                                                JazzConfig.USUAL.withKey(JazzConfig.Key.of(KEY))));
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        clients.forEach(JazzClient::close);
        rig.close();
    }

    private JazzClient connects(String credential) {
        JazzClient client = JazzClient.connects(rig, credential.replace(" ", "%20"));
        clients.add(client);
        return client;
    }

    private int refusal(String query) {
        URI address = URI.create(rig.relay().address() + "/jazz" + query);
        try {
            JazzClient.connects(
                            rig.http(), URI.create(address.toString().replaceFirst("http", "ws")))
                    .close();
            return 101;
        } catch (CompletionException e) {
            return e.getCause() instanceof WebSocketHandshakeException refused
                    ? refused.getResponse().statusCode()
                    : -1;
        }
    }

    @Test
    void whatOneDeviceWritesTheOtherGetsAndAfterARestartToo() {
        var values = JazzValues.fresh();
        JazzClient laptop = connects(ada.token());
        JazzClient phone = connects(rig.signsIn(ada.key()).token());
        phone.send(JazzValues.load(values.feed()));
        phone.awaits(message -> !message.path("header").asBoolean(true));
        String first = values.adds("one");
        values.all().forEach(laptop::send);
        laptop.awaitsKnown(values.feed(), values.session(), 1);
        assertThat(first).contains("\"after\":0");
        JsonNode got = phone.awaits(content(values.feed(), 0));
        assertThat(got.path("header").path("type").asString()).isEqualTo("costream");
        phone.settled().clear();
        laptop.send(values.adds("two"));
        phone.awaits(content(values.feed(), 1));
        laptop.awaitsKnown(values.feed(), values.session(), 2);

        rig.restarts();
        JazzClient again = connects(ada.token());
        again.send(JazzValues.load(values.feed()));
        JsonNode all = again.awaits(content(values.feed(), 0));
        assertThat(all.path("new").iterator().next().path("newTransactions").size()).isEqualTo(2);
        again.send(values.adds("three"));
        again.awaitsKnown(values.feed(), values.session(), 3);
    }

    @Test
    void accountsAndTheKeyHaveSpacesOfTheirOwn() {
        var values = JazzValues.fresh();
        values.adds("secret");
        JazzClient mine = connects(ada.token());
        values.all().forEach(mine::send);
        mine.awaitsKnown(values.feed(), values.session(), 1);
        for (String other : List.of(rig.signsUp().token(), KEY)) {
            JazzClient stranger = connects(other);
            stranger.send(JazzValues.load(values.feed()));
            JsonNode answer = stranger.awaits(m -> m.path("id").asString().equals(values.feed()));
            assertThat(answer.path("action").asString()).isEqualTo("known");
            assertThat(answer.path("header").asBoolean(true)).isFalse();
            values.all().forEach(stranger::send);
            stranger.awaitsKnown(values.feed(), values.session(), 1);
        }
        mine.settled().clear();
        mine.send(values.adds("more"));
        mine.awaitsKnown(values.feed(), values.session(), 2);
        assertThat(clients.getLast().settled().messages()).noneMatch(content(values.feed(), 1));
    }

    @Test
    void whoHasNoCredentialIsNotLetIn() throws Exception {
        assertThat(refusal("")).isEqualTo(401);
        assertThat(refusal("?token=")).isEqualTo(401);
        assertThat(refusal("?token=" + "x".repeat(43))).isEqualTo(401);
        assertThat(refusal("?key=" + "x".repeat(43))).isEqualTo(401);
        assertThat(refusal("?token=" + EnrolledMachine.of(ada).bearer())).isEqualTo(403);
        assertThat(refusal("?key=" + KEY.replace(" ", "%20"))).isEqualTo(101);
        assertThat(refusal("/?key=" + ada.token())).isEqualTo(101);
        var plain =
                rig.http()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        rig.relay().address()
                                                                + "/jazz?token="
                                                                + ada.token()))
                                        .build(),
                                BodyHandlers.ofString());
        assertThat(plain.statusCode()).isEqualTo(426);
        assertThat(plain.body()).doesNotContain(ada.token());
        assertThat(ada.api().get("/v1/machines").status()).isEqualTo(200);
    }

    @Test
    void aHeaderOpensTheDoorToo() {
        var socket =
                rig.http()
                        .newWebSocketBuilder()
                        .header("Authorization", "Bearer " + ada.token())
                        .buildAsync(
                                URI.create(
                                        rig.relay().address().toString().replaceFirst("http", "ws")
                                                + "/jazz"),
                                new java.net.http.WebSocket.Listener() {})
                        .join();
        await().until(() -> rig.relay().jazz().connections() == 1);
        socket.abort();
        await().until(() -> rig.relay().jazz().connections() == 0);
    }

    @Test
    void theSocketsOfARevokedDeviceEndWithinASecond() {
        Person phone = rig.signsIn(ada.key());
        JazzClient socket = connects(phone.token());
        JazzClient other = connects(ada.token());
        socket.settled();
        String device = "";
        for (JsonNode row : phone.api().get("/v1/devices").body()) {
            if (row.path("current").asBoolean()) {
                device = row.path("id").asString();
            }
        }
        assertThat(ada.api().delete("/v1/devices/" + device).status()).isEqualTo(200);
        await().atMost(SECOND).until(socket::ended);
        assertThat(socket.end()).isEqualTo("close 1008");
        assertThat(other.settled().ended()).isFalse();
        assertThat(refusal("?token=" + phone.token())).isEqualTo(401);
    }

    @Test
    void aDeletedAccountLeavesNoValue() {
        var values = JazzValues.fresh();
        values.adds("gone");
        JazzClient socket = connects(ada.token());
        values.all().forEach(socket::send);
        socket.awaitsKnown(values.feed(), values.session(), 1);
        Person bob = rig.signsUp();
        JazzClient bobs = connects(bob.token());
        values.all().forEach(bobs::send);
        bobs.awaitsKnown(values.feed(), values.session(), 1);

        OperatorTasks.submitDeletion(rig.relay().store(), new AccountId(ada.account()));
        await().atMost(Duration.ofSeconds(20)).until(socket::ended);
        await().atMost(Duration.ofSeconds(20)).until(() -> spaces() == 1);
        bobs.settled().clear();
        bobs.send(values.adds("here"));
        bobs.awaitsKnown(values.feed(), values.session(), 2);
    }

    private long spaces() {
        try (var file =
                dev.roosthold.relay.store.DatabaseFile.open(
                        rig.config().dataDirectory().resolve("jazz.db"))) {
            return file.read(
                    sql ->
                            sql.first("SELECT count(*) FROM space", row -> row.getLong(1))
                                    .orElse(0L));
        }
    }

    @Test
    @Tag("file")
    void aBackupTakenWhileSomebodyWritesHoldsWhatWasAcknowledged() throws Exception {
        var values = JazzValues.fresh();
        values.adds("first");
        JazzClient socket = connects(ada.token());
        values.all().forEach(socket::send);
        for (int i = 0; i < 50; i++) {
            socket.send(values.adds("item " + i));
        }
        socket.awaitsKnown(values.feed(), values.session(), 51);
        var writer =
                Thread.startVirtualThread(
                        () -> {
                            for (int i = 0; i < 300; i++) {
                                socket.send(values.adds("later " + i));
                            }
                        });
        Path backup = place.resolve("backup.tar.gz");
        new Operator(rig.config()).backup(backup, false);
        writer.join();
        Operator.restore(backup, place.resolve("restored"));
        try (var restored =
                        Relay.start(
                                rig.config()
                                        .withMetricsPort(0)
                                        .withPort(0)
                                        .withDataDirectory(place.resolve("restored")));
                var client =
                        JazzClient.connects(
                                rig.http(), JazzClient.address(restored.address(), ada.token()))) {
            client.send(JazzValues.load(values.feed()));
            JsonNode all = client.awaits(content(values.feed(), 0));
            int there = all.path("new").iterator().next().path("newTransactions").size();
            assertThat(there).isBetween(51, 351);
            // What is missing is sent by whoever has it.
            client.settled().clear();
            values.all().forEach(client::send);
            client.awaitsKnown(values.feed(), values.session(), 351);
        }
        assertThat(new Operator(rig.config()).doctor())
                .anyMatch(f -> f.toString().contains("jazz values"));
    }

    @Test
    void nonsenseEndsAtMostItsOwnConnection() {
        var values = JazzValues.fresh();
        values.adds("good");
        JazzClient good = connects(ada.token());
        values.all().forEach(good::send);
        good.awaitsKnown(values.feed(), values.session(), 1);
        JazzClient bytes = connects(ada.token());
        bytes.sendBytes(new byte[] {1, 2, 3});
        assertThat(bytes.end()).isEqualTo("close 1003");
        JazzClient babbler = connects(ada.token());
        for (int i = 0; i < 999; i++) {
            babbler.send("{\"action\":\"content\",\"id\":" + i + "}");
        }
        babbler.settled();
        babbler.send("no json");
        assertThat(babbler.end()).isEqualTo("close 1008");
        JazzClient large = connects(ada.token());
        assertThatThrownBy(
                        () -> {
                            large.send("x".repeat(17 << 20));
                            throw new IllegalStateException(large.end());
                        })
                .isNotNull();
        await().until(large::ended);
        good.settled();
        good.send(values.adds("still"));
        good.awaitsKnown(values.feed(), values.session(), 2);
        var scrape = Scrape.of(metrics());
        assertThat(scrape.value("roost_jazz_refused_total{reason=\"unreadable\"}"))
                .isGreaterThanOrEqualTo(1_000);
        assertThat(scrape.value("roost_jazz_transactions_total")).isGreaterThan(2);
    }

    private Api metrics() {
        return new Api(
                rig.http(),
                URI.create("http://127.0.0.1:" + rig.relay().metricsPort().orElseThrow()),
                java.util.Optional.empty(),
                Map.of());
    }

    @Test
    void aClientThatReadsNothingHoldsNobodyUpAndNoMemory() {
        var values = JazzValues.fresh();
        for (int i = 0; i < 60; i++) {
            values.adds("x".repeat(90_000));
        }
        JazzClient writer = connects(ada.token());
        values.all().forEach(writer::send);
        writer.awaitsKnown(values.feed(), values.session(), 60);
        JazzClient stuck = connects(ada.token());
        stuck.stopsReading();
        for (int i = 0; i < 10; i++) {
            stuck.send(JazzValues.load(values.feed()));
        }
        JazzClient reader = connects(ada.token());
        reader.send(JazzValues.load(values.feed()));
        reader.awaits(content(values.feed(), 0));
        for (int i = 0; i < 20; i++) {
            writer.send(values.adds("item " + i));
            writer.awaitsKnown(values.feed(), values.session(), 61 + i);
        }
        reader.awaits(
                m ->
                        content(values.feed(), -1).test(m)
                                && m.path("new").iterator().next().path("after").asInt()
                                                + m.path("new")
                                                        .iterator()
                                                        .next()
                                                        .path("newTransactions")
                                                        .size()
                                        == 80);
        assertThat(stuck.ended()).isFalse();
    }

    @Test
    void oneAccountHasABoundedNumberOfSockets() {
        rig.close();
        rig =
                RelayRig.start(
                        config ->
                                config.withFront(
                                        Front.USUAL.withLimits(
                                                new Front.Limits(
                                                        1_000,
                                                        Front.Limits.USUAL.requestsPerAccount(),
                                                        Front.Limits.USUAL.failuresPerAddress(),
                                                        2))));
        Person bob = rig.signsUp();
        connects(bob.token());
        JazzClient second = connects(bob.token());
        assertThat(refusal("?token=" + bob.token())).isEqualTo(429);
        second.close();
        await().until(() -> rig.relay().jazz().connections() == 1);
        assertThat(refusal("?token=" + bob.token())).isEqualTo(101);
    }

    @Test
    void aRelayWithoutJazzHasNoSuchAddress() {
        rig.close();
        rig = RelayRig.start(config -> config.withJazz(JazzConfig.USUAL.disabled()));
        Person bob = rig.signsUp();
        assertThat(refusal("?token=" + bob.token())).isEqualTo(404);
        assertThat(Files.exists(rig.config().dataDirectory().resolve("jazz.db"))).isFalse();
    }

    private static java.util.function.Predicate<JsonNode> content(String id, int after) {
        return message ->
                message.path("action").asString().equals("content")
                        && message.path("id").asString().equals(id)
                        && message.path("new").size() > 0
                        && (after < 0
                                || message.path("new").iterator().next().path("after").asInt()
                                        == after);
    }
}
