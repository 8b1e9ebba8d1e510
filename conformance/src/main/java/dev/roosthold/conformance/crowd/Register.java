package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.Api.Answer;
import dev.roosthold.conformance.history.Operation.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A versioned value of an account: how it is read and written over the wire. Immutable.
sealed interface Register {
    /// Its name in the history.
    String name();

    /// What is there now; empty when that was not told.
    Optional<Seen> read(Api api);

    /// @param version of the value
    record Seen(long version, String value) {}

    /// Written by an event with an acknowledgement.
    sealed interface ByEvent extends Register {
        /// JSON array of name and argument.
        String event(long expected, String value);

        /// The field of the acknowledgement that holds the value.
        String valueField();

        /// What an acknowledgement says.
        default WriteOutcome outcome(JsonNode ack) {
            return switch (ack.path("result").asString("")) {
                case "success" -> new WriteOutcome.Stored(ack.path("version").asLong(-1));
                case "version-mismatch" ->
                        new WriteOutcome.Mismatch(
                                ack.path("version").asLong(-1),
                                ack.path(valueField()).asString(""));
                // An internal error says nothing about what happened.
                default -> new WriteOutcome.Unknown();
            };
        }
    }

    /// Written by a request.
    sealed interface ByRequest extends Register {
        Optional<Answer> write(Api api, long expected, String value);

        /// What the answer of a request that was understood says.
        WriteOutcome outcome(Answer answer);
    }

    private static String event(String name, Map<String, ?> argument) {
        return Api.JSON.writeValueAsString(List.of(name, argument));
    }

    private static Optional<Seen> seen(JsonNode row, String value, String version) {
        return row.has(version)
                ? Optional.of(new Seen(row.path(version).asLong(), row.path(value).asString("")))
                : Optional.empty();
    }

    private static Optional<JsonNode> session(Api api, String id) {
        return api.call("GET", "/v1/sessions", null)
                .filter(Answer::ok)
                .flatMap(
                        answer ->
                                answer.body()
                                        .path("sessions")
                                        .valueStream()
                                        .filter(row -> row.path("id").asString("").equals(id))
                                        .findFirst());
    }

    /// @param field `metadata` or `agentState`
    record OfSession(String id, String field) implements ByEvent {
        @Override
        public String name() {
            return "session " + id + " " + field;
        }

        @Override
        public Optional<Seen> read(Api api) {
            return session(api, id).flatMap(row -> Register.seen(row, field, field + "Version"));
        }

        @Override
        public String event(long expected, String value) {
            return Register.event(
                    field.equals("metadata") ? "update-metadata" : "update-state",
                    Map.of("sid", id, field, value, "expectedVersion", expected));
        }

        @Override
        public String valueField() {
            return field;
        }
    }

    /// @param field `metadata` or `daemonState`
    record OfMachine(String id, String field) implements ByEvent {
        @Override
        public String name() {
            return "machine " + id + " " + field;
        }

        @Override
        public Optional<Seen> read(Api api) {
            return api.call("GET", "/v1/machines/" + id, null)
                    .filter(Answer::ok)
                    .flatMap(
                            answer ->
                                    Register.seen(
                                            answer.body().path("machine"),
                                            field,
                                            field + "Version"));
        }

        @Override
        public String event(long expected, String value) {
            return Register.event(
                    field.equals("metadata") ? "machine-update-metadata" : "machine-update-state",
                    Map.of("machineId", id, field, value, "expectedVersion", expected));
        }

        @Override
        public String valueField() {
            return field;
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(JsonNode base64) {
        try {
            return new String(
                    Base64.getDecoder().decode(base64.asString("")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "not base64: " + base64;
        }
    }

    /// A key of the key-value store.
    record OfKey(String key, String account) implements ByRequest {
        @Override
        public String name() {
            return "key " + account + " " + key;
        }

        @Override
        public Optional<Seen> read(Api api) {
            return api.call("GET", "/v1/kv/" + key, null)
                    .filter(Answer::ok)
                    .map(
                            answer ->
                                    new Seen(
                                            answer.body().path("version").asLong(),
                                            text(answer.body().path("value"))));
        }

        @Override
        public Optional<Answer> write(Api api, long expected, String value) {
            Map<String, Object> mutation =
                    Map.of("key", key, "value", base64(value), "version", expected);
            return api.call("POST", "/v1/kv", Map.of("mutations", List.of(mutation)));
        }

        @Override
        public WriteOutcome outcome(Answer answer) {
            if (answer.ok() && answer.body().path("success").asBoolean(false)) {
                return new WriteOutcome.Stored(
                        answer.body().path("results").path(0).path("version").asLong(-1));
            }
            JsonNode error = answer.body().path("errors").path(0);
            return answer.status() == 409
                    ? new WriteOutcome.Mismatch(
                            error.path("version").asLong(-1), text(error.path("value")))
                    : new WriteOutcome.Unknown();
        }
    }

    /// @param part `header` or `body`
    record OfArtifact(String id, String part) implements ByRequest {
        @Override
        public String name() {
            return "artifact " + id + " " + part;
        }

        @Override
        public Optional<Seen> read(Api api) {
            return api.call("GET", "/v1/artifacts/" + id, null)
                    .filter(Answer::ok)
                    .filter(answer -> answer.body().has(part + "Version"))
                    .map(
                            answer ->
                                    new Seen(
                                            answer.body().path(part + "Version").asLong(),
                                            text(answer.body().path(part))));
        }

        @Override
        public Optional<Answer> write(Api api, long expected, String value) {
            return api.call(
                    "POST",
                    "/v1/artifacts/" + id,
                    Map.of(part, base64(value), "expected" + capital() + "Version", expected));
        }

        @Override
        public WriteOutcome outcome(Answer answer) {
            JsonNode body = answer.body();
            if (!answer.ok()) {
                return new WriteOutcome.Unknown();
            }
            return body.path("success").asBoolean(false)
                    ? new WriteOutcome.Stored(body.path(part + "Version").asLong(-1))
                    : new WriteOutcome.Mismatch(
                            body.path("current" + capital() + "Version").asLong(-1),
                            text(body.path("current" + capital())));
        }

        private String capital() {
            return part.equals("header") ? "Header" : "Body";
        }
    }

    /// The settings of an account.
    record OfAccount(String account) implements ByRequest {
        @Override
        public String name() {
            return "settings " + account;
        }

        @Override
        public Optional<Seen> read(Api api) {
            return api.call("GET", "/v1/account/settings", null)
                    .filter(Answer::ok)
                    .flatMap(answer -> Register.seen(answer.body(), "settings", "settingsVersion"));
        }

        @Override
        public Optional<Answer> write(Api api, long expected, String value) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("settings", value);
            body.put("expectedVersion", expected);
            return api.call("POST", "/v1/account/settings", body);
        }

        @Override
        public WriteOutcome outcome(Answer answer) {
            JsonNode body = answer.body();
            if (!answer.ok()) {
                return new WriteOutcome.Unknown();
            }
            return body.path("success").asBoolean(false)
                    ? new WriteOutcome.Stored(body.path("version").asLong(-1))
                    : new WriteOutcome.Mismatch(
                            body.path("currentVersion").asLong(-1),
                            body.path("currentSettings").asString(""));
        }
    }
}
