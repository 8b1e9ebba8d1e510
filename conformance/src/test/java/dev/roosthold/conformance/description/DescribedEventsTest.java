package dev.roosthold.conformance.description;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.wire.RawSocketIo;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Makes events out of `/v1/asyncapi.json` alone, right ones and wrong ones, and holds every
/// acknowledgement and every event that comes of it against the document.
class DescribedEventsTest {
    @TempDir Path folder;
    private final List<String> problems = new ArrayList<>();

    /// Events that have no acknowledgement, by the number with which one was asked for.
    private final Map<Integer, String> unanswered = new HashMap<>();

    @Test
    void everyEventIsAcknowledgedAndHeardAsDescribed() throws IOException {
        try (RelayRig relay = RelayRig.start(folder);
                HttpClient http = HttpClient.newHttpClient()) {
            AsyncApi api = AsyncApi.of(relay.url());
            var world = new World(http, relay.url(), false);
            String machine = world.told("7b1f2c9e-0d4a-4c55-9a3e-5f0d6a1b2c3d");
            String session = world.told("cmexamplesession000000001");
            try (RawSocketIo page =
                            world.connect(world.token(), Map.of("clientType", "user-scoped"));
                    RawSocketIo daemon =
                            world.connect(
                                    world.token(),
                                    Map.of("clientType", "machine-scoped", "machineId", machine));
                    RawSocketIo agent =
                            world.connect(
                                    world.token(),
                                    Map.of("clientType", "session-scoped", "sessionId", session));
                    RawSocketIo stranger =
                            world.connect(
                                    world.machineToken(),
                                    Map.of(
                                            "clientType",
                                            "machine-scoped",
                                            "machineId",
                                            world.ownMachine()))) {
                // The method that is called in between is served and not called yet.
                for (String event : order(api)) {
                    RawSocketIo from = event.equals("session-stream") ? agent : daemon;
                    wrong(api, world, event, from);
                    if (event.equals("rpc-call")) {
                        rpc(api, world, page, daemon);
                    } else {
                        right(api, world, event, from, stranger);
                    }
                }
                heard(api, page, daemon, agent, stranger);
            }
        }
        assertThat(problems).isEmpty();
    }

    /// Calls come while the method is served, and what ends things comes last.
    private static Set<String> order(AsyncApi api) {
        var events = new LinkedHashSet<String>(List.of("rpc-register", "rpc-call"));
        events.addAll(api.received());
        events.remove("artifact-delete");
        events.add("artifact-delete");
        return events;
    }

    private void right(
            AsyncApi api, World world, String event, RawSocketIo from, RawSocketIo stranger) {
        String argument = argument(api, world, event);
        Optional<JsonNode> answer = ask(api, from, event, argument);
        if (answer.filter(DescribedEventsTest::isError).isPresent()) {
            problems.add(event + " was refused: " + answer);
        }
        Optional<JsonNode> refusal = ask(api, stranger, event, argument);
        if (!api.admits(event, "machine")
                && refusal.filter(DescribedEventsTest::isError).isEmpty()) {
            problems.add(event + " of a machine credential: " + refusal);
        }
    }

    private void wrong(AsyncApi api, World world, String event, RawSocketIo from) {
        JsonNode payload = api.payload(event);
        if (payload.isMissingNode()) {
            return;
        }
        JsonNode right = world.told(api.examples(event).getFirst());
        for (Variants.Variant variant : Variants.of(api.schemas(), payload, right)) {
            Optional<JsonNode> answer = ask(api, from, event, variant.value().toString());
            if (answer.isPresent() && !isError(answer.get())) {
                problems.add(event + " took " + variant.what() + ": " + answer);
            }
        }
    }

    private void rpc(AsyncApi api, World world, RawSocketIo page, RawSocketIo daemon) {
        page.send("427[\"rpc-call\"," + argument(api, world, "rpc-call") + "]");
        String request =
                daemon.awaitPacket(packet -> packet.contains("\"rpc-request\"")).orElseThrow();
        String id = request.substring(2, request.indexOf('['));
        daemon.send("43" + id + "[{\"any\":[1,null]}]");
        JsonNode answer = page.awaitAck(7).orElseThrow();
        assertThat(answer.toString()).isEqualTo("{\"ok\":true,\"result\":{\"any\":[1,null]}}");
        judge("rpc-call", api.problemsOfAcknowledgement("rpc-call", answer));
    }

    /// Empty for an event that has none; whether one comes all the same is seen in the end.
    private Optional<JsonNode> ask(
            AsyncApi api, RawSocketIo socket, String event, String argument) {
        String packet = "[\"" + event + "\"" + (argument.isEmpty() ? "" : "," + argument) + "]";
        if (api.acknowledgement(event).isEmpty()) {
            int id = unanswered.size() + 1000;
            unanswered.put(id, event);
            socket.send("42" + id + packet);
            return Optional.empty();
        }
        Optional<JsonNode> answer = socket.ask(packet);
        if (answer.isEmpty()) {
            problems.add(event + " " + argument + " was not acknowledged");
        }
        answer.ifPresent(ack -> judge(event, api.problemsOfAcknowledgement(event, ack)));
        return answer;
    }

    private static String argument(AsyncApi api, World world, String event) {
        if (api.payload(event).isMissingNode()) {
            return "";
        }
        String now = String.valueOf(System.currentTimeMillis());
        return world.told(api.examples(event).getFirst().toString()).replace("1767225600000", now);
    }

    /// Everything that the sockets got is described, and everything that is described was got.
    private void heard(AsyncApi api, RawSocketIo... sockets) {
        var seen = new TreeSet<String>();
        for (RawSocketIo socket : sockets) {
            assertThat(socket.isServed()).isTrue();
            unanswered.forEach(
                    (id, event) -> {
                        if (socket.ackCount(id) > 0) {
                            problems.add(event + " was acknowledged");
                        }
                    });
            for (String packet : socket.packets()) {
                if (packet.startsWith("42")) {
                    var arguments = (ArrayNode) Json.parse(packet.substring(packet.indexOf('[')));
                    String event = arguments.remove(0).asString();
                    seen.add(event);
                    judge(event, api.problemsOfSent(event, arguments));
                }
            }
        }
        assertThat(seen).isSubsetOf(api.sent());
        // Rows change in the web view alone, and the recordings see them.
        var expected = new TreeSet<>(api.sent());
        expected.removeAll(Set.of("machine-gone", "machine-row"));
        assertThat(seen).containsAll(expected);
    }

    private void judge(String event, List<String> found) {
        found.forEach(problem -> problems.add(event + ": " + problem));
    }

    private static boolean isError(JsonNode answer) {
        return answer.path("result").asString("").equals("error")
                || answer.path("ok").isBoolean() && !answer.path("ok").asBoolean()
                || answer.path("success").isBoolean() && !answer.path("success").asBoolean();
    }
}
