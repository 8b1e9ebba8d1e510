package dev.roosthold.conformance.replay;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    /// A time in the future of the recording that stands unmasked in a path.
    private static final Pattern CHANGED_SINCE = Pattern.compile("(changedSince=)[0-9]{13}");

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
        Matcher changedSince = CHANGED_SINCE.matcher(path);
        return changedSince.replaceFirst("$1" + (clock.millis() + Duration.ofHours(1).toMillis()));
    }

    /// Whether a received value is what the recorded text stands for. Binds names that have no
    /// value yet.
    boolean matches(String recorded, JsonNode received) {
        Optional<CutText> cut = CutText.of(recorded);
        if (cut.isPresent()) {
            return received.isString() && cut.get().fits(received.asString());
        }
        if (!TOKEN.matcher(recorded).matches()) {
            return received.isString() && embeddedMatches(recorded, received.asString());
        }
        String name = name(recorded);
        return switch (name) {
            case "any" -> true;
            case "ms" -> received.isIntegralNumber() && nearNow(received.asLong());
            case "sec" -> received.isIntegralNumber() && isPastDay(received.asLong());
            case "iso" -> received.isString() && isNearNow(received.asString());
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

    /// Whether an element of a list with the received id can be the one with the recorded id. A
    /// name without a value stands for none of the ids that have a name already. Binds nothing.
    boolean couldBe(String recorded, String received) {
        if (!TOKEN.matcher(recorded).matches()) {
            return recorded.equals(received);
        }
        String known = values.get(name(recorded));
        return known == null ? !values.containsValue(received) : known.equals(received);
    }

    /// Takes a value for a name that a request of our own was answered with.
    void take(String name, String value) {
        values.put(name, value);
    }

    private boolean embeddedMatches(String recorded, String received) {
        if (recorded.equals(received)) {
            return true;
        }
        List<String> unbound = new ArrayList<>();
        StringBuilder pattern = new StringBuilder();
        Matcher token = TOKEN.matcher(recorded);
        int end = 0;
        while (token.find()) {
            pattern.append(Pattern.quote(recorded.substring(end, token.start())));
            String name = name(token.group());
            if (isMadeHere(name) || values.containsKey(name)) {
                pattern.append(Pattern.quote(valueFor(name)));
            } else {
                unbound.add(name);
                pattern.append("([^/?&=]+)");
            }
            end = token.end();
        }
        pattern.append(Pattern.quote(recorded.substring(end)));
        Matcher match = Pattern.compile(pattern.toString()).matcher(received);
        if (end == 0 || !match.matches()) {
            return false;
        }
        for (int i = 0; i < unbound.size(); i++) {
            values.put(unbound.get(i), match.group(i + 1));
        }
        return true;
    }

    private static boolean isMadeHere(String name) {
        return name.equals("base-url") || name.endsWith(" b64");
    }

    /// Starts of hours and of days lie at most a day back.
    private boolean isPastDay(long epochSecond) {
        long age = clock.millis() / 1000 - epochSecond;
        return age >= -NEAR_NOW.toSeconds() && age <= Duration.ofDays(1).plus(NEAR_NOW).toSeconds();
    }

    private boolean isNearNow(String iso) {
        try {
            return nearNow(Instant.parse(iso).toEpochMilli());
        } catch (DateTimeParseException e) {
            return false;
        }
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
        String random = UUID.randomUUID().toString();
        if (name.equals("artifact-plain")) {
            return "plain-" + random;
        }
        // Ids of the recorded server, where a request names one that nobody has.
        return name.startsWith("id-") ? "c" + random.replace("-", "").substring(8) : random;
    }

    private static String name(String token) {
        return token.substring(1, token.length() - 1);
    }
}
