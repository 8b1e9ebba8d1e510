package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The placeholders of the recordings: what they stand for in this run, made or learned at their
/// first appearance.
final class RecordedTexts {
    private static final Pattern PLACEHOLDER = Pattern.compile("<[A-Za-z][^<>]*>");

    /// Fields that this relay adds to recorded objects; clients ignore what they do not know.
    private static final Set<String> ADDED =
            Set.of("lastActiveAt", "seq", "id", "active", "activeAt");

    /// Keys that stand in the paths of the recording as they are.
    private static final Map<String, String> KEYS_IN_PATHS =
            Map.of(
                    "<ephemeral-public-key b64>", "2e09oek7E230T8CnJwYuAyw8gi+ASmya3QT3Oebs5Fo=",
                    "<ephemeral-v1-public-key b64>",
                            "h86gTbvzloaFuM8c8X6sjpYeGtsXwjR5AnDTpgwnXl8=");

    private final RelayRig rig;
    private final Map<String, String> bound = new HashMap<>(KEYS_IN_PATHS);
    private final Map<String, byte[]> keys = new HashMap<>();

    RecordedTexts(RelayRig rig) {
        this.rig = rig;
    }

    void bind(String placeholder, String value) {
        bound.put(placeholder, value);
    }

    /// A recorded text of a request, ready to be sent.
    String request(String text) {
        var timed =
                text.replace("\"<ms>\"", String.valueOf(rig.now()))
                        .replace("\"<now+1h>\"", time(Duration.ofHours(1)))
                        .replace("\"<now-11min>\"", time(Duration.ofMinutes(-11)));
        if (timed.contains("challenge b64>") && timed.contains("<A-sign-public-key b64>")) {
            signIn(timed.contains("<A2-") ? "A2" : timed.contains("<A-ch") ? "A" : "other", "A");
        } else if (timed.contains("<B-challenge b64>")) {
            signIn("B", "B");
        }
        return PLACEHOLDER
                .matcher(timed)
                .replaceAll(found -> bound.computeIfAbsent(found.group(), RecordedTexts::make));
    }

    /// Whether the relay answered what was recorded.
    ///
    /// @param differing fields that are meant to differ here
    void compare(String what, JsonNode recorded, JsonNode actual, Set<String> differing) {
        if (recorded.isObject()) {
            recorded.propertyStream()
                    .filter(field -> !differing.contains(field.getKey()))
                    .forEach(
                            field -> {
                                String where = what + " " + field.getKey();
                                if (isValidation(recorded, field.getKey())) {
                                    comparePlaces(where, field.getValue(), actual);
                                } else {
                                    assertThat(actual.has(field.getKey())).as(where).isTrue();
                                    compare(
                                            where,
                                            field.getValue(),
                                            actual.path(field.getKey()),
                                            differing);
                                }
                            });
            assertThat(actual.propertyNames())
                    .as(what)
                    .allMatch(name -> recorded.has(name) || ADDED.contains(name));
        } else if (recorded.isArray()) {
            assertThat(actual.size()).as(what).isEqualTo(recorded.size());
            for (int i = 0; i < recorded.size(); i++) {
                compare(what + " " + i, recorded.get(i), actual.path(i), differing);
            }
        } else if (recorded.isString()) {
            compareText(what, recorded.asString(), actual);
        } else {
            assertThat(actual).as(what).isEqualTo(recorded);
        }
    }

    private void compareText(String what, String recorded, JsonNode actual) {
        switch (recorded) {
            case "<ms>" ->
                    assertThat(actual.longValue())
                            .as(what)
                            .isBetween(rig.now() - 60_000, rig.now());
            case "<update-id>" -> assertThat(actual.asString()).as(what).matches("[A-Za-z0-9]{12}");
            case "<sid>" -> assertThat(actual.asString()).as(what).isNotEmpty();
            default -> {
                if (PLACEHOLDER.matcher(recorded).matches()) {
                    String known = bound.putIfAbsent(recorded, actual.asString());
                    assertThat(actual.asString())
                            .as(what)
                            .isNotEmpty()
                            .isEqualTo(known == null ? actual.asString() : known);
                } else {
                    assertThat(actual.asString()).as(what).isEqualTo(recorded);
                }
            }
        }
    }

    /// The words of a validation message come from a library; which fields it names counts.
    private static void comparePlaces(String where, JsonNode recorded, JsonNode actual) {
        String message = actual.path("message").asString();
        assertThat(message).as(where).isNotEmpty();
        Pattern.compile("(body|querystring)/\\w+")
                .matcher(recorded.asString())
                .results()
                .forEach(place -> assertThat(message).as(where).contains(place.group()));
    }

    private static boolean isValidation(JsonNode recorded, String field) {
        return field.equals("message") && recorded.path("statusCode").asInt() >= 400;
    }

    private void signIn(String challenge, String person) {
        byte[] key = keys.computeIfAbsent(person, _ -> RelayRig.randomBytes(32));
        var body = RelayRig.signIn(key);
        var other = RelayRig.signIn(key);
        String prefix = challenge.equals("other") ? "<" : "<" + challenge + "-";
        bound.put("<" + person + "-sign-public-key b64>", (String) body.get("publicKey"));
        bound.put(prefix + "challenge b64>", (String) body.get("challenge"));
        bound.put(prefix + "signature b64>", (String) body.get("signature"));
        bound.put("<signature-of-another-challenge b64>", (String) other.get("signature"));
    }

    private String time(Duration fromNow) {
        return String.valueOf(rig.now() + fromNow.toMillis());
    }

    private static String make(String placeholder) {
        return placeholder.endsWith(" b64>")
                ? Base64.getEncoder().encodeToString(RelayRig.randomBytes(32))
                : UUID.randomUUID().toString();
    }
}
