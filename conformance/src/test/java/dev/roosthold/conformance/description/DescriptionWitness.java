package dev.roosthold.conformance.description;

import dev.roosthold.conformance.replay.Witness;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// Holds everything that a replay sends and gets against the documents of the relay: every answer,
/// acknowledgement and event is described, and what the relay accepts is what the documents allow.
/// Used by the thread of the replay.
public final class DescriptionWitness implements Witness {
    /// Requests that are no operations, by the beginning of their targets, with the reason.
    private static final Map<String, String> NO_OPERATIONS =
            Map.of("/v1/updates", "the path of Engine.IO, which /v1/asyncapi.json describes");

    private static final Set<String> ANSWERED_FOR_EVERY_PATH = Set.of("HEAD", "OPTIONS");

    private final OpenApi rest;
    private final AsyncApi socket;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> operations = new TreeSet<>();
    private final Map<String, Integer> seen = new LinkedHashMap<>();

    public DescriptionWitness(URI server) {
        rest = OpenApi.of(server);
        socket = AsyncApi.of(server);
    }

    /// What the documents do not say, one line each.
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /// How many answers, acknowledgements and events were looked at, in one line.
    public String summary() {
        return seen + ", " + operations.size() + " operations";
    }

    @Override
    public void answered(String method, String target, Optional<JsonNode> body, JsonNode answer) {
        if (ANSWERED_FOR_EVERY_PATH.contains(method)
                || NO_OPERATIONS.keySet().stream().anyMatch(target::startsWith)) {
            return;
        }
        String[] parts = target.split("\\?", 2);
        String query = parts.length == 2 ? parts[1] : "";
        int status = answer.path("status").asInt();
        String type = answer.path("headers").path("content-type").asString("");
        Optional<JsonNode> json =
                Optional.of(answer.path("body"))
                        .filter(b -> !b.isMissingNode() && type.startsWith("application/json"));
        Optional<OpenApi.Operation> operation = rest.find(method, parts[0]);
        count("answers");
        if (operation.isEmpty()) {
            if (status != 404) {
                problems.add(method + " " + target + " is no operation and answered " + status);
            }
            return;
        }
        operations.add(operation.get().id());
        operation
                .get()
                .problemsOfAnswer(status, type, json)
                .forEach(problem -> problems.add(method + " " + target + ": " + problem));
        if (status / 100 == 2) {
            operation
                    .get()
                    .problemsOfRequest(query, body)
                    .forEach(p -> problems.add(method + " " + target + " was accepted: " + p));
        }
    }

    @Override
    public void connected(JsonNode auth, Optional<String> refusal) {
        count("connects");
        JsonNode channel = socket.document().at("/channels/socket");
        if (refusal.isEmpty()) {
            socket.schemas()
                    .received(channel.path("x-connect"), auth)
                    .forEach(problem -> problems.add("connect was accepted: " + problem));
        } else if (channel.path("x-refusals")
                .valueStream()
                .noneMatch(text -> text.asString().equals(refusal.get()))) {
            problems.add("connect was refused with " + refusal.get());
        }
    }

    @Override
    public void sent(String event, ArrayNode arguments, Optional<ArrayNode> acknowledgement) {
        if (acknowledgement.isEmpty()) {
            return;
        }
        count("acknowledgements");
        JsonNode answer = acknowledgement.get().path(0);
        socket.problemsOfAcknowledgement(event, answer)
                .forEach(problem -> problems.add(event + " " + arguments + ": " + problem));
        if (acknowledgement.get().size() != 1) {
            problems.add(event + " was acknowledged with " + acknowledgement.get());
        }
        boolean error =
                answer.path("result").asString("").equals("error")
                        || !answer.path("ok").asBoolean(true)
                        || !answer.path("success").asBoolean(true);
        if (!error && !arguments.isEmpty()) {
            socket.problemsOfArguments(event, arguments.get(0))
                    .forEach(p -> problems.add(event + " " + arguments + " was accepted: " + p));
        }
    }

    @Override
    public void received(String event, ArrayNode arguments) {
        count("events");
        socket.problemsOfSent(event, arguments)
                .forEach(problem -> problems.add(event + " " + arguments + ": " + problem));
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }
}
