package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.jazz.JazzConfig;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What real clients sent to a real relay, sent to ours: the same messages are answered, with the
/// same actions and the same counts.
@Timeout(120)
class JazzTranscriptsTest {
    private static final Path VECTORS = Path.of("../jazz/src/test/resources/vectors");

    @TempDir Path folder;
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.shutdownNow();
    }

    private JazzServer start() throws IOException {
        return JazzServer.start(
                "127.0.0.1", 0, folder.resolve("data"), JazzConfig.USUAL, OptionalInt.empty());
    }

    @Test
    void everyScenarioIsAnsweredLikeARealRelayAnswersIt() throws Exception {
        JsonNode file = vector("sync-transcripts");
        int compared = 0;
        try (var relay = start()) {
            for (JsonNode scenario : file.path("scenarios")) {
                compared += play(relay, scenario);
            }
        }
        assertThat(compared).isGreaterThan(80);
    }

    @Test
    void theRelayPingsLikeARealOne() throws Exception {
        try (var relay = start();
                var client = JazzClient.connects(http, relay.address().resolve("/"))) {
            await().atMost(Duration.ofSeconds(8)).until(() -> client.pings() >= 2);
            assertThat(client.messages()).isEmpty();
        }
    }

    private int play(JazzServer relay, JsonNode scenario) throws IOException {
        String name = scenario.path("name").asString();
        var clients = new LinkedHashMap<String, JazzClient>();
        var expected = new TreeMap<String, List<String>>();
        int compared = 0;
        for (JsonNode entry : scenario.path("log")) {
            String who = entry.path("who").asString("c1");
            if (entry.path("dir").asString("").equals("closed") || entry.has("note")) {
                continue;
            }
            JazzClient client =
                    clients.computeIfAbsent(
                            who, _ -> JazzClient.connects(http, relay.address().resolve("/")));
            List<String> wanted = expected.computeIfAbsent(who, _ -> new ArrayList<>());
            JsonNode message = entry.path("msg");
            if (entry.path("dir").asString().equals("relay->client")) {
                wanted.add(summary(message));
                compared++;
                continue;
            }
            // Everything that the real relay had sent by now.
            clients.forEach(
                    (other, listener) -> {
                        int size = expected.getOrDefault(other, List.of()).size();
                        await().atMost(Duration.ofSeconds(10))
                                .pollInterval(Duration.ofMillis(2))
                                .alias(name + ": " + other + " hears " + size + " messages")
                                .until(() -> listener.messages().size() >= size);
                    });
            client.send(
                    entry.has("raw")
                            ? entry.path("raw").asString()
                            : Codec.printText(restored(message)));
        }
        for (var client : clients.entrySet()) {
            List<String> heard =
                    new ArrayList<>(
                            client.getValue().settled().messages().stream()
                                    .map(JazzTranscriptsTest::summary)
                                    .toList());
            if (name.equals("bad-signature") && client.getKey().equals("c1")) {
                // A real relay says nothing more about a value on a connection that once brought a
                // wrong signature. Ours answers the load.
                String answer = "content co_zPkx5srxMGHaV1WWbzvVwFSfPyT with header";
                assertThat(heard.stream().filter(line -> line.startsWith(answer))).hasSize(1);
                heard.removeIf(line -> line.startsWith(answer));
            }
            assertThat(heard)
                    .as(name + ", " + client.getKey())
                    .containsExactlyInAnyOrderElementsOf(expected.get(client.getKey()));
            client.getValue().close();
        }
        return compared;
    }

    /// What a message says, without the order of its members and the texts of its transactions.
    private static String summary(JsonNode message) {
        var text = new StringBuilder(message.path("action").asString());
        text.append(' ').append(message.path("id").asString());
        if (message.path("isCorrection").asBoolean(false)) {
            text.append(" correction");
        }
        JsonNode header = message.path("header");
        text.append(header.isObject() ? " with header" : " header " + header.asBoolean(false));
        text.append(' ').append(counts(message.path("sessions")));
        var parts = new TreeMap<String, String>();
        for (Map.Entry<String, JsonNode> part : message.path("new").properties()) {
            JsonNode piece = part.getValue();
            parts.put(
                    part.getKey(),
                    piece.path("after").asInt()
                            + "+"
                            + piece.path("newTransactions").size()
                            + " "
                            + piece.path("lastSignature").asString());
        }
        return text.append(parts)
                .append(" until ")
                .append(counts(message.path("expectContentUntil")))
                .toString();
    }

    private static Map<String, Integer> counts(JsonNode sessions) {
        var counts = new TreeMap<String, Integer>();
        sessions.properties().forEach(s -> counts.put(s.getKey(), s.getValue().asInt()));
        return counts;
    }

    /// The transcripts shorten the payloads of one value; they stand in full in another file.
    private static JsonNode restored(JsonNode message) throws IOException {
        for (JsonNode full : vector("costream-large-chunks").path("messages")) {
            if (full.path("id").equals(message.path("id")) && message.has("new")) {
                int after = message.path("new").iterator().next().path("after").asInt();
                if (full.path("new").iterator().next().path("after").asInt() == after) {
                    ObjectNode whole = ((ObjectNode) message).deepCopy();
                    whole.set("new", full.path("new"));
                    return whole;
                }
            }
        }
        return message;
    }

    private static JsonNode vector(String name) throws IOException {
        return Codec.parse(Files.readAllBytes(VECTORS.resolve(name + ".json")));
    }
}
