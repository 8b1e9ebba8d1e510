package dev.roosthold.conformance.description;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.conformance.RelayRig;
import dev.roosthold.conformance.description.OpenApi.Operation;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Makes requests out of `/v1/openapi.json` alone, right ones and wrong ones, and holds every
/// answer against it.
class DescribedRequestsTest {
    /// Operations that make what the examples name.
    private static final Set<String> MAKERS =
            Set.of("addMachine", "createAccessKey", "createArtifact", "upload", "putJob");

    /// Operations that need what can be used once: a world of their own.
    private static final Set<String> USE_UP =
            Set.of(
                    "approvePairing",
                    "approveLinking",
                    "replaceSecret",
                    "archiveSession",
                    "approveKeyRequest",
                    "rejectKeyRequest",
                    "rejectAssistant");

    /// Operations that only a machine itself may do.
    private static final Set<String> OF_MACHINE =
            Set.of("askForKeys", "keyRequest", "renewMachineKey");

    /// What a relay has not got, with the answer that says so.
    private static final Map<String, Integer> NOT_OFFERED =
            Map.of("startVoice", 500, "voiceUsage", 500, "githubWebhook", 500);

    /// Whatever the body is, the webhook is not configured.
    private static final Set<String> TAKE_ANY_BODY = Set.of("githubWebhook");

    @TempDir Path folder;
    private final List<String> problems = new ArrayList<>();
    private int requests;

    @Test
    void everyOperationAnswersAsDescribedToRightAndToWrongRequests() throws IOException {
        try (RelayRig relay = RelayRig.start(folder);
                HttpClient http = HttpClient.newHttpClient()) {
            OpenApi api = OpenApi.of(relay.url());
            var shared = new World(http, relay.url(), false);
            for (Operation operation : api.operations()) {
                boolean makes = MAKERS.contains(operation.id());
                boolean own =
                        makes
                                || USE_UP.contains(operation.id())
                                || operation.method().equals("DELETE");
                World world = own ? new World(http, relay.url(), makes) : shared;
                // Wrong ones first: they must change nothing that the right one needs.
                new Calls(api, operation, world).wrong();
                new Calls(api, operation, world).right();
            }
            System.out.println(requests + " requests made of the description");
            assertThat(problems).isEmpty();
            assertThat(requests).isGreaterThan(1000);
        }
    }

    private final class Calls {
        private final OpenApi api;
        private final Operation operation;
        private final World world;
        private final String bearer;
        private final String path;
        private final Map<String, String> query = new LinkedHashMap<>();
        private final Optional<JsonNode> body;

        Calls(OpenApi api, Operation operation, World world) {
            this.api = api;
            this.operation = operation;
            this.world = world;
            this.bearer =
                    operation.isOpen()
                            ? ""
                            : OF_MACHINE.contains(operation.id())
                                    ? world.machineToken()
                                    : world.token();
            String filled = operation.template();
            for (JsonNode parameter : operation.parameters()) {
                String name = parameter.path("name").asString();
                String example = world.told(parameter.path("example").asString(""));
                if (parameter.path("in").asString().equals("path")) {
                    filled = filled.replace("{" + name + "}", Query.encode(example));
                } else if (parameter.path("in").asString().equals("query") && !example.isEmpty()) {
                    query.put(name, example);
                }
            }
            this.path = filled;
            JsonNode example = operation.bodyExample();
            this.body =
                    !operation.takesJson()
                            ? Optional.empty()
                            : operation.id().equals("signIn")
                                    ? Optional.of(World.freshSignIn())
                                    : Optional.of(world.told(example));
        }

        void right() {
            body.ifPresent(
                    json ->
                            assertThat(operation.problemsOfRequest(query(), Optional.of(json)))
                                    .as("example of " + operation)
                                    .isEmpty());
            World.Answer answer = send("right", bearer, path + Query.print(query), body);
            int expected = NOT_OFFERED.getOrDefault(operation.id(), operation.firstStatus());
            if (answer.status() != expected) {
                problems.add(operation + " right: " + answer);
            }
        }

        void wrong() {
            credentials();
            paths();
            queries();
            if (body.isPresent() && !TAKE_ANY_BODY.contains(operation.id())) {
                bodies(body.get());
            }
        }

        private void credentials() {
            if (operation.isOpen()) {
                return;
            }
            refused("without a bearer", "", path, 401);
            refused("unknown bearer", "nobody", path, 401);
            if (!operation.admits("machine")) {
                refused("bearer of a machine", world.machineToken(), path, 403);
            } else {
                send(
                        "bearer of a machine",
                        world.machineToken(),
                        path.replace(world.told("cmexamplesession000000001"), "absent")
                                + Query.print(query),
                        body);
            }
        }

        private void paths() {
            for (JsonNode parameter : operation.parameters()) {
                if (parameter.path("in").asString().equals("path")) {
                    String example = Query.encode(world.told(parameter.path("example").asString()));
                    String other = path.replace("/" + example, "/absent");
                    send(
                            "absent " + parameter.path("name"),
                            bearer,
                            other + Query.print(query),
                            body);
                }
            }
        }

        private void queries() {
            for (JsonNode parameter : operation.parameters()) {
                if (!parameter.path("in").asString().equals("query")) {
                    continue;
                }
                String name = parameter.path("name").asString();
                var without = new LinkedHashMap<>(query);
                without.remove(name);
                JsonNode schema = api.schemas().resolve(parameter.path("schema"));
                var texts = new ArrayList<>(List.of("", "text", "-1", "0", "1.5", "a".repeat(300)));
                if (schema.has("maximum")) {
                    texts.add(String.valueOf(schema.path("maximum").asLong() + 1));
                }
                tryQuery(without, name + " is missing");
                for (String text : texts) {
                    var with = new LinkedHashMap<>(without);
                    with.put(name, text);
                    tryQuery(with, name + " is " + text);
                }
            }
        }

        private void tryQuery(Map<String, String> values, String what) {
            String printed = Query.print(values);
            boolean wrong =
                    !operation
                            .problemsOfRequest(
                                    printed.isEmpty() ? "" : printed.substring(1), Optional.empty())
                            .isEmpty();
            World.Answer answer = send("query: " + what, bearer, path + printed, body);
            if (wrong && answer.status() / 100 != 4) {
                problems.add(operation + " took " + what + ": " + answer);
            }
        }

        private void bodies(JsonNode right) {
            for (Variants.Variant variant :
                    Variants.of(api.schemas(), operation.bodySchema(), right)) {
                World.Answer answer =
                        send(variant.what(), bearer, path, Optional.of(variant.value()));
                if (answer.status() / 100 != 4) {
                    problems.add(operation + " took " + variant.what() + ": " + answer);
                }
            }
            refusedBody("text/plain", "text", 415);
            refusedBody("application/json", "{", 400);
            if (operation.bodyLimit() <= 70_000) {
                refusedBody("application/json", " ".repeat((int) operation.bodyLimit() + 1), 413);
            }
        }

        private void refusedBody(String type, String text, int status) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            World.Answer answer = world.send(bearer, operation.method(), path, type, bytes);
            judge(type + " of " + bytes.length + " bytes", answer);
            if (answer.status() != status) {
                problems.add(operation + " with " + type + ": " + answer);
            }
        }

        private void refused(String what, String token, String target, int status) {
            World.Answer answer = send(what, token, target + Query.print(query), body);
            if (answer.status() != status) {
                problems.add(operation + " " + what + ": " + answer);
            }
        }

        private World.Answer send(
                String what, String token, String target, Optional<JsonNode> json) {
            byte[] bytes =
                    operation.takesBytes()
                            ? new byte[6]
                            : json.map(Json.MAPPER::writeValueAsBytes).orElse(null);
            World.Answer answer =
                    world.send(token, operation.method(), target, "application/json", bytes);
            judge(what, answer);
            return answer;
        }

        private void judge(String what, World.Answer answer) {
            requests++;
            operation
                    .problemsOfAnswer(answer.status(), answer.type(), answer.body())
                    .forEach(problem -> problems.add(operation + " " + what + ": " + problem));
        }

        private String query() {
            String printed = Query.print(query);
            return printed.isEmpty() ? "" : printed.substring(1);
        }
    }
}
