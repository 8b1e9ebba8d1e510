package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.json.JSONArray;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Live streams from machines and sessions to whoever looks.
class StreamsTest {
    private RelayRig rig;
    private Person ada;
    private Client page;
    private Client daemon;
    private Client session;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        ada.makesMachine("m");
        page = listening(ada.page().connected());
        daemon = listening(ada.daemon("m").connected());
        session = listening(ada.session("s").connected());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aFrameReachesAllPagesOfTheAccountAsItIsAndNobodyElse() {
        Client second = listening(ada.page().connected());
        Client eve = listening(rig.signsUp().page().connected());
        String json =
                "{\"sid\":\"s\",\"streamId\":\"x\",\"n\":0,\"data\":\"YQ==\","
                        + "\"later\":{\"a\":[1,null]}}";
        session.send("session-stream", object(json));
        daemon.send(
                "machine-stream", Map.of("machineId", "m", "streamId", "y", "n", 7, "data", ""));
        for (Client client : List.of(page, second)) {
            assertThat(client.receives("session-stream")).isEqualTo(parse(json));
            assertThat(client.receives("machine-stream"))
                    .isEqualTo(
                            parse(
                                    "{\"machineId\":\"m\",\"streamId\":\"y\",\"n\":7,"
                                            + "\"data\":\"\"}"));
        }
        for (Client client : List.of(daemon, session, eve)) {
            assertThat(streams(client.settled())).isEmpty();
        }
    }

    @Test
    void framesArriveInOrder() {
        for (int n = 0; n < 200; n++) {
            session.send("session-stream", frame("sid", "s", n));
        }
        await().until(() -> streams(page).size() == 200);
        assertThat(streams(page).stream().map(body -> body.path("n").asInt()))
                .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void aSocketStreamsForItselfAlone() {
        String known = makesSession(null);
        session.send("session-stream", frame("sid", known, 0));
        session.send("session-stream", frame("sid", "other", 0));
        session.send("machine-stream", frame("machineId", "m", 0));
        session.send("machine-stream", frame("machineId", "s", 0));
        daemon.send("machine-stream", frame("machineId", "other", 0));
        daemon.send("session-stream", frame("sid", "unknown", 0));
        page.send("session-stream", frame("sid", "s", 0));
        page.send("machine-stream", frame("machineId", "m", 0));
        session.settled();
        daemon.settled();
        assertThat(streams(page.settled())).isEmpty();

        daemon.send("session-stream", frame("sid", known, 1));
        assertThat(page.receives("session-stream").path("n").asInt()).isEqualTo(1);
    }

    @Test
    void aMachineCredentialStreamsForItsOwnSessions() {
        String id = rig.machineId();
        String secret = ada.addsMachine(id, "laptop");
        String bearer =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", id, "secret", secret))
                        .text("token");
        String own = makesSession(id);
        String foreign = makesSession(null);
        Client machine = connect(bearer, "machine", id);
        machine.send("session-stream", frame("sid", foreign, 0));
        machine.send("session-stream", frame("sid", own, 1));
        machine.send("machine-stream", frame("machineId", id, 2));
        connect(bearer, "session", own).send("session-stream", frame("sid", own, 3));
        await().until(() -> streams(page).size() == 3);
        assertThat(streams(page).stream().map(body -> body.path("n").asInt()))
                .containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void wrongAndTooLargeFramesAreDroppedAndHarmNobody() throws Exception {
        Object[] wrong = {
            1, 1.5, true, new JSONObject(), new JSONArray(), JSONObject.NULL, new byte[] {1}, "", -1
        };
        for (Client client : List.of(session, daemon)) {
            String event = client == session ? "session-stream" : "machine-stream";
            String id = client == session ? "sid" : "machineId";
            String own = client == session ? "s" : "m";
            for (Object value : wrong) {
                client.send(event, value);
                for (String field : List.of(id, "streamId", "n", "data")) {
                    boolean allowed =
                            (field.equals("n") && value.equals(1))
                                    || (field.equals("data") && value.equals(""));
                    if (!allowed) {
                        client.send(
                                event,
                                new JSONObject(new HashMap<>(frame(id, own, 0))).put(field, value));
                    }
                }
            }
            for (String field : List.of(id, "streamId", "n", "data")) {
                var lacking = new HashMap<>(frame(id, own, 0));
                lacking.remove(field);
                client.send(event, new JSONObject(lacking));
            }
            client.send(event);
            client.send(event, big(id, own, "data", "x".repeat((64 << 10) + 1)));
            client.send(event, big(id, own, "data", "\u20ac".repeat(22_000)));
            client.send(event, big(id, own, "streamId", "x".repeat(257)));
            client.send(event, big(id, own, "more", "x".repeat(5_000)));
            client.send(event, big(id, own, "x".repeat(5_000), 1));
            client.send(event, big(id, own, "more", new JSONArray("[[[[[]]]]]")));
            client.send(event, big(id, own, "more", new JSONArray(new int[100])));
            client.send(event, big(id, own, "more", new byte[] {1}));
            client.send(event, big(id, own, "n", 1L << 53));
            client.settled();
        }
        assertThat(streams(page.settled())).isEmpty();
        assertThat(session.isConnected() && daemon.isConnected()).isTrue();

        rig.passes(Duration.ofSeconds(4));
        session.send("session-stream", big("sid", "s", "data", "x".repeat(64 << 10)));
        assertThat(page.receives("session-stream").path("data").asString()).hasSize(64 << 10);
        daemon.send("machine-stream", big("machineId", "m", "data", "\u20ac".repeat(21_000)));
        assertThat(page.receives("machine-stream").path("data").asString()).hasSize(21_000);
    }

    @Test
    void moreThanTheRateIsDroppedAndOnlyForThatSocket() {
        for (int n = 0; n < 250; n++) {
            session.send("session-stream", frame("sid", "s", n));
        }
        session.settled();
        await().until(() -> streams(page).size() == 200);
        daemon.send("machine-stream", frame("machineId", "m", 1_000));
        page.receives("machine-stream");
        assertThat(streams(page)).hasSize(201);

        rig.clock().pass(Duration.ofSeconds(1));
        for (int n = 300; n < 400; n++) {
            session.send("session-stream", frame("sid", "s", n));
        }
        session.settled();
        await().until(() -> streams(page.settled()).size() == 251);
        assertThat(session.isConnected()).isTrue();
    }

    @Test
    void nothingIsStored() {
        session.send("session-stream", frame("sid", "s", 0));
        page.receives("session-stream");
        long logged =
                rig.relay()
                        .store()
                        .readNow(
                                sql ->
                                        sql.first(
                                                        "SELECT count(*) FROM update_log WHERE body"
                                                                + " LIKE '%stream%'",
                                                        row -> row.getLong(1))
                                                .orElseThrow());
        assertThat(logged).isZero();
    }

    private Client connect(String bearer, String kind, String id) {
        return rig.connect(Map.of("token", bearer, "clientType", kind + "-scoped", kind + "Id", id))
                .connected();
    }

    private static Map<String, Object> frame(String field, String id, int n) {
        return Map.of(field, id, "streamId", "x", "n", n, "data", "ZGF0YQ==");
    }

    private static JSONObject big(String field, String id, String name, Object value)
            throws Exception {
        return new JSONObject(new HashMap<>(frame(field, id, 0))).put(name, value);
    }

    private static Client listening(Client client) {
        return client.hears("session-stream", "machine-stream");
    }

    private static List<JsonNode> streams(Client client) {
        return client.events().stream()
                .filter(event -> event.name().endsWith("-stream"))
                .map(Client.Event::body)
                .toList();
    }

    /// A session row as the relay makes it.
    private String makesSession(@Nullable String machine) {
        return ada.makesSessionRow(UUID.randomUUID().toString(), machine);
    }

    private static JSONObject object(String json) {
        try {
            return new JSONObject(json);
        } catch (org.json.JSONException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode parse(String json) {
        return Codec.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
