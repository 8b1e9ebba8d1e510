package dev.roosthold.conformance.description;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The description of the socket, as a client reads it.
final class AsyncApi {
    private final JsonNode document;
    private final Schemas schemas;

    private AsyncApi(JsonNode document) {
        this.document = document;
        this.schemas = new Schemas(document);
    }

    static AsyncApi of(URI server) {
        return new AsyncApi(Json.fetch(server, "/v1/asyncapi.json"));
    }

    JsonNode document() {
        return document;
    }

    Schemas schemas() {
        return schemas;
    }

    /// Names of the events that a client may send.
    Set<String> received() {
        return events("receive");
    }

    /// Names of the events that the relay sends.
    Set<String> sent() {
        return events("send");
    }

    boolean admits(String event, String scheme) {
        return operation("receive", event)
                .path("security")
                .valueStream()
                .anyMatch(s -> s.path("$ref").asString().endsWith("/" + scheme));
    }

    JsonNode payload(String event) {
        return message(event).path("payload");
    }

    List<JsonNode> examples(String event) {
        return message(event).path("examples").valueStream().map(e -> e.path("payload")).toList();
    }

    /// Schema of the acknowledgement; empty when the event has none.
    Optional<JsonNode> acknowledgement(String event) {
        return reply(operation("receive", event));
    }

    List<String> problemsOfArguments(String event, JsonNode argument) {
        JsonNode payload = payload(event);
        return payload.isMissingNode() ? List.of() : schemas.received(payload, argument);
    }

    /// What is wrong with an acknowledgement from the relay.
    List<String> problemsOfAcknowledgement(String event, JsonNode answer) {
        return acknowledgement(event)
                .map(schema -> schemas.sent(schema, answer))
                .orElse(List.of("has no acknowledgement"));
    }

    /// What is wrong with an event from the relay.
    List<String> problemsOfSent(String event, ArrayNode arguments) {
        if (!sent().contains(event)) {
            return List.of("is not documented as sent");
        }
        var problems = new ArrayList<String>(schemas.sent(payload(event), arguments.path(0)));
        JsonNode further = message(event).path("x-further-arguments");
        for (int i = 1; i < arguments.size(); i++) {
            JsonNode schema = further.path(i - 1);
            if (schema.isMissingNode()) {
                problems.add("argument " + i + " is not documented");
            } else {
                problems.addAll(schemas.sent(schema, arguments.get(i)));
            }
        }
        return problems;
    }

    private Optional<JsonNode> reply(JsonNode operation) {
        JsonNode ref = operation.at("/reply/messages/0");
        return ref.isMissingNode()
                ? Optional.empty()
                : Optional.of(schemas.resolve(ref).path("payload"));
    }

    private JsonNode message(String event) {
        return schemas.resolve(document.at("/channels/socket/messages/" + event));
    }

    private JsonNode operation(String action, String event) {
        return document.path("operations")
                .valueStream()
                .filter(o -> o.path("action").asString().equals(action))
                .filter(o -> events(o).contains(event))
                .findFirst()
                .orElse(Json.NODES.missingNode());
    }

    private Set<String> events(String action) {
        var events = new TreeSet<String>();
        document.path("operations")
                .valueStream()
                .filter(o -> o.path("action").asString().equals(action))
                .forEach(o -> events.addAll(events(o)));
        return events;
    }

    private List<String> events(JsonNode operation) {
        return operation
                .path("messages")
                .valueStream()
                .map(m -> schemas.resolve(m).path("name").asString())
                .toList();
    }
}
