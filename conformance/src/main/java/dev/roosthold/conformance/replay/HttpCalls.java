package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.Http1;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends recorded requests and writes the answers in the form of the recordings. Used by the
/// thread of its replay only.
final class HttpCalls implements AutoCloseable {
    private final HttpClient client =
            Http1.client()
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private final URI server;
    private final Placeholders placeholders;
    private final Witness witness;

    HttpCalls(URI server, Placeholders placeholders, Witness witness) {
        this.server = server;
        this.placeholders = placeholders;
        this.witness = witness;
    }

    JsonNode send(Exchange.Http exchange) {
        return send(exchange, placeholders.resolvePath(exchange.path()), Map.of());
    }

    /// The answer as `{status, headers, body}`; the body is JSON where it is JSON, else text. Of
    /// the headers, the content type and those that are recorded.
    ///
    /// @param address path, or absolute
    /// @param unrecorded headers that the recorded client sent and the recording does not show
    JsonNode send(Exchange.Http exchange, String address, Map<String, String> unrecorded) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(address))
                        .timeout(Duration.ofSeconds(30))
                        .method(exchange.method(), body(exchange));
        exchange.auth().map(this::authorization).ifPresent(a -> request.header("Authorization", a));
        exchange.body().ifPresent(_ -> request.header("Content-Type", "application/json"));
        exchange.raw().ifPresent(raw -> request.header("Content-Type", raw.contentType()));
        unrecorded.forEach(request::header);
        try {
            JsonNode answer =
                    answer(exchange, client.send(request.build(), BodyHandlers.ofString()));
            witness.answered(exchange.method(), target(address), sent(exchange), answer);
            return answer;
        } catch (IOException e) {
            throw new ReplayException(exchange.method() + " " + exchange.path() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private BodyPublisher body(Exchange.Http exchange) {
        if (exchange.raw().isPresent()) {
            return BodyPublishers.ofString(whole(exchange.raw().get().text()));
        }
        return exchange.body()
                .map(body -> BodyPublishers.ofString(placeholders.resolve(body).toString()))
                .orElse(BodyPublishers.noBody());
    }

    private String target(String address) {
        URI uri = server.resolve(address);
        return uri.getRawQuery() == null
                ? uri.getRawPath()
                : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    private Optional<JsonNode> sent(Exchange.Http exchange) {
        return exchange.raw().isPresent()
                ? Optional.of(body(whole(exchange.raw().get().text())))
                        .filter(body -> !body.isMissingNode())
                : exchange.body().map(placeholders::resolve);
    }

    private static String whole(String raw) {
        return CutText.of(raw).map(CutText::whole).orElse(raw);
    }

    private String authorization(String recorded) {
        String value = placeholders.resolve(recorded);
        return recorded.startsWith("<") ? "Bearer " + value : value;
    }

    private static JsonNode answer(Exchange.Http exchange, HttpResponse<String> response) {
        String type = response.headers().firstValue("content-type").orElse("");
        ObjectNode node = Json.NODES.objectNode();
        node.put("status", response.statusCode());
        ObjectNode headers = node.putObject("headers").put("content-type", normalized(type));
        exchange.response().path("headers").propertyNames().stream()
                .filter(name -> !name.equals("content-type"))
                .forEach(
                        name ->
                                response.headers()
                                        .firstValue(name)
                                        .ifPresent(value -> headers.put(name, value)));
        JsonNode body = body(response.body());
        if (body.isMissingNode()) {
            node.put("text", response.body());
        } else {
            node.set("body", body);
        }
        return node;
    }

    /// JSON, also behind the `0` that marks an Engine.IO open packet.
    private static JsonNode body(String text) {
        String json = text.startsWith("0{") ? text.substring(1) : text;
        try {
            return Json.MAPPER.readTree(json);
        } catch (JacksonException e) {
            return Json.NODES.missingNode();
        }
    }

    /// Media types and character set names are the same in any case and with or without the space.
    static String normalized(String contentType) {
        return contentType.toLowerCase(Locale.ROOT).replace(" ", "").replace(";", "; ");
    }
}
