package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Hostile requests on the long-polling transport, each against a fresh, admitted session: the
/// server refuses them or ends the connection, and never answers that it failed itself.
///
/// Used by one thread.
final class PollingAttacks {
    private static final String PATH = "/v1/updates/?EIO=4&transport=polling";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http;
    private final URI server;
    private final TestAccount account;

    PollingAttacks(HttpClient http, URI server, TestAccount account) {
        this.http = http;
        this.server = server;
        this.account = account;
    }

    /// One request.
    ///
    /// @param session whether it names an admitted session
    private record Attack(String method, boolean session, String query, BodyPublisher body) {}

    /// Names of the attacks, in order.
    List<String> names() {
        return List.copyOf(attacks(0).keySet());
    }

    /// Makes one attack.
    ///
    /// @return what the server did that it must not do
    Optional<String> make(String name) {
        JsonNode open = open();
        String session = "&sid=" + open.path("sid").asString();
        admit(session);
        Attack attack = attacks(open.path("maxPayload").asLong()).get(name);
        if (attack == null) {
            throw new IllegalArgumentException(name);
        }
        String query = (attack.session() ? session : "") + attack.query();
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(PATH + query))
                        .timeout(PATIENCE)
                        .header("Content-Type", "text/plain;charset=UTF-8")
                        .method(attack.method(), attack.body())
                        .build();
        try {
            int status = http.send(request, BodyHandlers.discarding()).statusCode();
            return status >= 500 ? Optional.of("answered with " + status) : Optional.empty();
        } catch (IOException e) {
            // Ending the connection is an answer too.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }

    private static Map<String, Attack> attacks(long maxPayload) {
        Map<String, Attack> attacks = new LinkedHashMap<>();
        attacks.put("a body above the limit", post(new byte[Math.toIntExact(maxPayload + 1)]));
        attacks.put("no body", post(new byte[0]));
        attacks.put("invalid UTF-8", post(new byte[] {'4', '2', '[', '"', (byte) 0xFF, '"', ']'}));
        attacks.put("100,000 separators", post(text("\u001e".repeat(100_000))));
        attacks.put("100,000 pongs", post(text("3\u001e".repeat(100_000) + "3")));
        attacks.put("10,000 probes", post(text("2probe\u001e".repeat(10_000) + "2probe")));
        attacks.put("binary that is no base64", post(text("b***")));
        attacks.put("binary that nobody announced", post(text("bAAEC")));
        attacks.put("an unknown packet type", post(text("x")));
        attacks.put("a second CONNECT", post(text("40")));
        attacks.put("close, then an event", post(text("1\u001e42[\"ping\"]")));
        attacks.put("a name of 1 MB", post(text("42[\"" + "x".repeat(1 << 20) + "\"]")));
        attacks.put("a form", post(text("d=42%5B%22ping%22%5D")));
        for (String method : List.of("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")) {
            attacks.put(
                    "method " + method,
                    new Attack(method, true, "", BodyPublishers.ofString("42[\"ping\"]")));
        }
        attacks.put(
                "an unknown session",
                new Attack("POST", false, "&sid=nope", BodyPublishers.ofString("3")));
        attacks.put(
                "an empty session",
                new Attack("POST", false, "&sid=", BodyPublishers.ofString("3")));
        attacks.put("no session", new Attack("POST", false, "", BodyPublishers.ofString("3")));
        attacks.put(
                "a session id of 5,000 characters",
                new Attack("GET", false, "&sid=" + "s".repeat(5_000), BodyPublishers.noBody()));
        attacks.put(
                "an upgrade that is none",
                new Attack("GET", true, "&transport=websocket", BodyPublishers.noBody()));
        return attacks;
    }

    private static Attack post(byte[] body) {
        return new Attack("POST", true, "", BodyPublishers.ofByteArray(body));
    }

    private static byte[] text(String packets) {
        return packets.getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode open() {
        String body = send(HttpRequest.newBuilder(server.resolve(PATH)));
        return JsonMapper.shared().readTree(body.substring(1));
    }

    private void admit(String session) {
        URI address = server.resolve(PATH + session);
        send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "text/plain;charset=UTF-8")
                        .POST(BodyPublishers.ofString("40" + account.userAuth())));
        String answer = send(HttpRequest.newBuilder(address));
        if (!answer.startsWith("40{")) {
            throw new WireException("not admitted: " + answer);
        }
    }

    private String send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new WireException("polling answered " + response.statusCode());
            }
            return response.body();
        } catch (IOException e) {
            throw new WireException("polling failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }
}
