package dev.roosthold.conformance.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// One file of recorded exchanges, in the order in which they were made.
///
/// @param name the file's number and subject, for example `06-machines`
record Recording(String name, String title, List<Exchange> exchanges) {
    private static final List<String> NAMES =
            List.of(
                    "01-auth",
                    "02-socket-handshake",
                    "03-sessions",
                    "04-messages",
                    "05-socket-session",
                    "06-machines",
                    "07-access-keys",
                    "08-artifacts",
                    "09-kv",
                    "10-account",
                    "11-push",
                    "12-connect",
                    "13-usage",
                    "14-social-feed",
                    "15-attachments",
                    "16-misc",
                    "17-rpc",
                    "18-limits");

    /// The recordings that come with this module, in the order in which they build on each other.
    static List<Recording> bundled() {
        return NAMES.stream().map(Recording::bundled).toList();
    }

    /// The exchange's name in this module, for example `06 #18`.
    String key(Exchange exchange) {
        return id() + " #" + exchange.number();
    }

    /// The two digits at the start of the name.
    String id() {
        return name.substring(0, 2);
    }

    private static Recording bundled(String name) {
        String resource = name + ".json";
        try (InputStream in = Recording.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new ReplayException("recording " + resource + " is missing");
            }
            return parse(name, Json.MAPPER.readTree(in));
        } catch (IOException | JacksonException e) {
            throw new ReplayException("recording " + resource + " cannot be read", e);
        }
    }

    private static Recording parse(String name, JsonNode file) {
        List<Exchange> exchanges = new ArrayList<>();
        for (JsonNode node : file.path("exchanges")) {
            exchanges.add(exchange(node));
        }
        return new Recording(name, file.path("title").asString(), List.copyOf(exchanges));
    }

    private static Exchange exchange(JsonNode node) {
        int number = node.path("n").asInt();
        String label = node.path("label").asString();
        JsonNode request = node.path("request");
        JsonNode response = node.path("response");
        ArrayNode observed = node.path("observed").asArray();
        // A request that is not recorded was made by hand, like a step.
        String kind = node.has("request") ? node.path("kind").asString() : "step";
        return switch (kind) {
            case "http" ->
                    new Exchange.Http(
                            number,
                            label,
                            request.path("method").asString(),
                            request.path("path").asString(),
                            present(request, "auth").map(JsonNode::asString),
                            present(request, "body"),
                            present(request, "raw").map(raw -> raw(request, raw)),
                            response,
                            observed);
            case "socket-connect" ->
                    new Exchange.Connect(
                            number,
                            label,
                            present(request, "auth"),
                            pollingOnly(request.path("options").path("transports")),
                            response,
                            observed);
            case "socket-emit" ->
                    new Exchange.Emit(
                            number,
                            label,
                            request.path("from").asString(),
                            request.path("event").asString(),
                            request.path("args").asArray(),
                            response,
                            observed);
            case "step" -> new Exchange.Step(number, label, response, observed);
            default -> throw new ReplayException("unknown kind of exchange: " + kind);
        };
    }

    private static Exchange.Raw raw(JsonNode request, JsonNode raw) {
        return new Exchange.Raw(raw.asString(), request.path("contentType").asString());
    }

    private static boolean pollingOnly(JsonNode transports) {
        return transports.size() == 1 && transports.path(0).asString().equals("polling");
    }

    private static Optional<JsonNode> present(JsonNode request, String field) {
        JsonNode value = request.path(field);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }
}
