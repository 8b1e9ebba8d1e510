package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Exchanges that were recorded against the server the happy clients were written for, repeated
/// against this relay. Where it is meant to differ, the difference stands here with its reason.
class RecordedExchangesTest {

    /// What is answered better than recorded, by file and number.
    private static final Map<String, Map<Integer, String>> BETTER =
            Map.of(
                    "01-auth",
                    Map.of(
                            5, "401 instead of 500 for a signature of wrong length",
                            6, "401 instead of 500 for a key of wrong length",
                            7, "401 instead of 500 for text that is not base64"),
                    "02-socket-handshake",
                    Map.of(14, "packets up to 16 MiB instead of 1 MB"),
                    "06-machines",
                    Map.of(
                            5, "a machine whose socket is connected is active",
                            10, "409 instead of 500 for an id of another account",
                            11, "machines whose sockets are connected are active",
                            12, "a machine whose socket is connected is active",
                            34, "a machine without a socket is not active",
                            36, "a machine with one socket left is not announced offline"));

    private RelayRig rig;
    private RecordedTexts texts;
    private final Map<String, Client> listeners = new TreeMap<>();

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        texts = new RecordedTexts(rig);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void signInAndPairing() throws Exception {
        for (JsonNode exchange : exchanges("01-auth")) {
            repeatHttp("01-auth", exchange);
        }
    }

    @Test
    void handshakes() throws Exception {
        texts.bind("<token-A>", rig.signsUp().token());
        for (JsonNode exchange : exchanges("02-socket-handshake")) {
            if (exchange.path("kind").asString().equals("http")) {
                repeatHttp("02-socket-handshake", exchange);
            } else {
                repeatConnect(exchange);
            }
        }
    }

    @Test
    void machines() throws Exception {
        Person a = rig.signsUp();
        Person b = rig.signsUp();
        texts.bind("<token-A>", a.token());
        texts.bind("<token-B>", b.token());
        listeners.put("A.user", a.page());
        listeners.put("A.user2", a.page());
        listeners.put("A.machine1", a.daemon(texts.request("<machine-1>")));
        listeners.put("A.machine2", a.daemon(texts.request("<machine-2>")));
        listeners.put("A.session1", a.session("session-1"));
        listeners.put("B.user", b.page());
        listeners.values().forEach(Client::connected);

        for (JsonNode exchange : exchanges("06-machines")) {
            listeners.values().forEach(client -> client.settled().forget());
            switch (exchange.path("kind").asString()) {
                case "http" -> repeatHttp("06-machines", exchange);
                case "socket-emit" -> repeatEmit(exchange);
                default -> repeatStep(a, exchange.path("n").asInt());
            }
            if (exchange.path("n").asInt() != 36) {
                compareObserved(exchange);
            }
        }
        assertThat(listener("A.user").settled().events("machine-activity"))
                .allMatch(event -> event.body().path("active").asBoolean());
    }

    private Client listener(String name) {
        Client client = listeners.get(name);
        if (client == null) {
            throw new AssertionError("no listener " + name);
        }
        return client;
    }

    private void repeatStep(Person a, int number) {
        switch (number) {
            case 18 -> rig.passes(Duration.ofSeconds(6));
            case 33 -> listener("A.machine2").leaves();
            case 35 -> listeners.put("A.machine2", a.daemon(texts.request("<machine-2>")));
            case 36 -> {
                Client first = listener("A.machine2");
                listeners.put("A.machine2", a.daemon(texts.request("<machine-2>")).connected());
                listener("A.user").receives("machine-activity");
                first.leaves();
                rig.passes(Duration.ofSeconds(10));
            }
            default -> throw new AssertionError("unknown step " + number);
        }
        if (number == 33) {
            listeners.remove("A.machine2");
        } else if (number != 18) {
            listener("A.machine2").connected();
        }
    }

    private void repeatHttp(String file, JsonNode exchange) {
        int number = exchange.path("n").asInt();
        JsonNode request = exchange.path("request");
        String body =
                request.has("raw")
                        ? request.path("raw").asString()
                        : request.has("body")
                                ? texts.request(Codec.printText(request.path("body")))
                                : null;
        Api api = rig.api();
        JsonNode auth = request.path("auth");
        if (auth.isString()) {
            String header = texts.request(auth.asString());
            api =
                    auth.asString().startsWith("<token")
                            ? api.as(header)
                            : api.with("Authorization", header);
        }
        String type = request.path("contentType").asString("application/json");
        Answer answer =
                api.raw(
                        request.path("method").asString(),
                        texts.request(request.path("path").asString()),
                        body,
                        type);
        JsonNode recorded = exchange.path("response");
        String what = file + " #" + number + " " + exchange.path("label").asString();
        switch (file + number) {
            case "01-auth5", "01-auth6", "01-auth7" -> assertThat(answer.status()).isEqualTo(401);
            case "06-machines10" -> assertThat(answer.status()).as(what).isEqualTo(409);
            default -> {
                assertThat(answer.status()).as(what).isEqualTo(recorded.path("status").asInt());
                texts.compare(
                        what,
                        recorded.path("body"),
                        answer.body(),
                        BETTER.getOrDefault(file, Map.of()).containsKey(number)
                                ? Set.of("active", "maxPayload")
                                : Set.of());
            }
        }
        if (file.equals("06-machines") && Set.of(5, 11, 12, 34).contains(number)) {
            assertThat(answer.body().findValue("active").asBoolean())
                    .as(what)
                    .isEqualTo(number != 34);
        }
    }

    private void repeatConnect(JsonNode exchange) {
        var auth = new TreeMap<String, Object>();
        JsonNode request = exchange.path("request");
        request.path("auth")
                .propertyStream()
                .forEach(
                        field ->
                                auth.put(
                                        field.getKey(),
                                        texts.request(field.getValue().asString())));
        boolean polling = request.path("options").toString().contains("polling");
        Client client = polling ? rig.connectPolling(auth) : rig.connect(auth);
        JsonNode recorded = exchange.path("response");
        String expected =
                recorded.path("connected").asBoolean()
                        ? "connected"
                        : recorded.path("connect_error").path("message").asString();
        assertThat(client.outcome()).as(exchange.path("label").asString()).isEqualTo(expected);
    }

    private void repeatEmit(JsonNode exchange) {
        JsonNode request = exchange.path("request");
        Client from = listener(request.path("from").asString());
        JsonNode argument = request.path("args").path(0);
        Object sent =
                argument.isNull()
                        ? JSONObject.NULL
                        : Codec.mapper()
                                .convertValue(
                                        Codec.parse(
                                                texts.request(Codec.printText(argument))
                                                        .getBytes(StandardCharsets.UTF_8)),
                                        Map.class);
        String event = request.path("event").asString();
        JsonNode recorded = exchange.path("response").path("ack");
        if (recorded.isArray()) {
            texts.compare(event, recorded.path(0), from.ask(event, sent), Set.of());
        } else {
            from.send(event, sent);
            from.settled();
        }
    }

    /// Every recorded event arrives, in order; others only where presence is more truthful.
    private void compareObserved(JsonNode exchange) {
        var expected = new TreeMap<String, List<JsonNode>>();
        for (JsonNode observed : exchange.path("observed")) {
            expected.computeIfAbsent(observed.path("listener").asString(), _ -> new ArrayList<>())
                    .add(observed);
        }
        String what = "06-machines #" + exchange.path("n").asInt();
        listeners.forEach(
                (name, client) -> {
                    List<JsonNode> wanted = expected.getOrDefault(name, List.of());
                    BooleanSupplier complete =
                            () -> relevant(client, wanted).size() >= wanted.size();
                    await().pollDelay(Duration.ZERO)
                            .pollInterval(Duration.ofMillis(5))
                            .alias(what + " " + name).until(complete::getAsBoolean);
                    List<Client.Event> got = relevant(client.settled(), wanted);
                    assertThat(got).as(what + " " + name).hasSameSizeAs(wanted);
                    for (int i = 0; i < got.size(); i++) {
                        assertThat(got.get(i).name())
                                .isEqualTo(wanted.get(i).path("event").asString());
                        texts.compare(
                                what + " " + name,
                                wanted.get(i).path("args").path(0),
                                got.get(i).body(),
                                Set.of("seq"));
                    }
                });
    }

    /// Rows of the web view have events of their own; presence is told when it changes, which was
    /// recorded at other moments; the state on connect was not sent.
    private static List<Client.Event> relevant(Client client, List<JsonNode> wanted) {
        boolean presence = wanted.toString().contains("machine-activity");
        boolean updates = wanted.toString().contains("\"update\"");
        return client.events().stream()
                .filter(event -> !event.name().startsWith("machine-"))
                .filter(event -> presence || !event.kind().equals("machine-activity"))
                .filter(
                        event ->
                                updates
                                        || event.body()
                                                .path("body")
                                                .path("metadata")
                                                .isMissingNode()
                                        || event.body()
                                                .path("body")
                                                .path("daemonState")
                                                .isMissingNode()
                                        || !event.kind().equals("update-machine"))
                .toList();
    }

    private static List<JsonNode> exchanges(String file) throws IOException {
        try (InputStream in =
                RecordedExchangesTest.class.getResourceAsStream("/recordings/" + file + ".json")) {
            var recording = (ObjectNode) Codec.parse(in.readAllBytes());
            return recording.path("exchanges").valueStream().toList();
        }
    }
}
