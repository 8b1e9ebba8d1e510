package dev.roosthold.conformance.replay;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the `<...>` texts of the recordings stand for in this replay.
///
/// A name gets its value where it first appears: in a request it is made here, in an answer it is
/// taken from the server. From then on every appearance must be the same value.
///
/// Used by the thread of its replay only.
final class Placeholders {
    /// How far a server's time may be from ours. Far below the hour by which one recorded heartbeat
    /// lies in the future, so that a server that does not clamp it is noticed.
    private static final Duration NEAR_NOW = Duration.ofMinutes(2);

    private static final Pattern TOKEN = Pattern.compile("<[^<>]+>");
    private static final Pattern UPDATE_ID = Pattern.compile("[A-Za-z0-9]{12}");

    /// Values that stand unmasked in recorded paths, with the placeholder they belong to. The
    /// pairing keys are random; asking for a recorded one would only work once per server.
    private static final Map<String, String> UNMASKED =
            Map.of(
                    "2e09oek7E230T8CnJwYuAyw8gi%2BASmya3QT3Oebs5Fo%3D",
                    "ephemeral-public-key b64",
                    "h86gTbvzloaFuM8c8X6sjpYeGtsXwjR5AnDTpgwnXl8%3D",
                    "ephemeral-v1-public-key b64");

    private final URI server;
    private final Clock clock;
    private final Identities identities = new Identities();
    private final Map<String, String> values = new HashMap<>();

    Placeholders(URI server, Clock clock) {
        this.server = server;
        this.clock = clock;
    }

    /// The request value to send for a recorded one.
    JsonNode resolve(JsonNode recorded) {
        return switch (recorded) {
            case ObjectNode object -> {
                ObjectNode out = Json.NODES.objectNode();
                object.properties().forEach(e -> out.set(e.getKey(), resolve(e.getValue())));
                yield out;
            }
            case ArrayNode array -> {
                ArrayNode out = Json.NODES.arrayNode();
                array.forEach(element -> out.add(resolve(element)));
                yield out;
            }
            default -> recorded.isString() ? resolveText(recorded.asString()) : recorded;
        };
    }

    /// The text to send for a recorded one, with every placeholder inside replaced.
    String resolve(String recorded) {
        return TOKEN.matcher(recorded)
                .replaceAll(match -> Matcher.quoteReplacement(valueFor(name(match.group()))));
    }

    /// The path to request for a recorded one.
    String resolvePath(String recorded) {
        String path = resolve(recorded);
        for (Map.Entry<String, String> unmasked : UNMASKED.entrySet()) {
            if (path.contains(unmasked.getKey())) {
                String encoded =
                        URLEncoder.encode(valueFor(unmasked.getValue()), StandardCharsets.UTF_8);
                path = path.replace(unmasked.getKey(), encoded);
            }
        }
        return path;
    }

    /// Whether a received value is what the recorded text stands for. Binds names that have no
    /// value yet.
    boolean matches(String recorded, JsonNode received) {
        if (!TOKEN.matcher(recorded).matches()) {
            return received.isString() && embeddedMatches(recorded, received.asString());
        }
        String name = name(recorded);
        return switch (name) {
            case "any" -> true;
            case "ms" -> received.isIntegralNumber() && nearNow(received.asLong());
            case "int" -> received.isIntegralNumber();
            case "update-id" ->
                    received.isString() && UPDATE_ID.matcher(received.asString()).matches();
            case "sid", "text" -> received.isString() && !received.asString().isEmpty();
            default ->
                    received.isString()
                            && !received.asString().isEmpty()
                            && bind(name, received.asString());
        };
    }

    private boolean embeddedMatches(String recorded, String received) {
        return recorded.equals(received)
                || (TOKEN.matcher(recorded).find() && resolve(recorded).equals(received));
    }

    private boolean nearNow(long epochMilli) {
        return Math.abs(epochMilli - clock.millis()) <= NEAR_NOW.toMillis();
    }

    private boolean bind(String name, String value) {
        String known = values.putIfAbsent(name, value);
        return known == null || known.equals(value);
    }

    private JsonNode resolveText(String recorded) {
        long now = clock.millis();
        return switch (recorded) {
            case "<ms>" -> Json.NODES.numberNode(now);
            case "<now+1h>" -> Json.NODES.numberNode(now + Duration.ofHours(1).toMillis());
            case "<now-11min>" -> Json.NODES.numberNode(now - Duration.ofMinutes(11).toMillis());
            default -> Json.NODES.stringNode(resolve(recorded));
        };
    }

    private String valueFor(String name) {
        String known = values.get(name);
        if (known != null) {
            return known;
        }
        String made = make(name);
        values.put(name, made);
        return made;
    }

    private String make(String name) {
        if (name.equals("base-url")) {
            return server.toString();
        }
        Optional<String> key = identities.value(name);
        if (key.isPresent()) {
            return key.get();
        }
        if (name.startsWith("token-") || name.startsWith("account-")) {
            throw new ReplayException("no earlier answer gave <" + name + ">");
        }
        return UUID.randomUUID().toString();
    }

    private static String name(String token) {
        return token.substring(1, token.length() - 1);
    }
}
