package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Between messages and their JSON. What has not all that its form requires is unreadable as a
/// whole: half a message would be shown as something that nobody said.
final class MessageCodec {
    private MessageCodec() {}

    static ObjectNode write(SessionMessage.Person person) {
        JsonObject content = JsonObject.empty().with("type", "text").with("text", person.text());
        return message("user", content, person.meta());
    }

    static ObjectNode write(SessionMessage.Protocol message) {
        JsonObject envelope = EnvelopeCodec.write(message.envelope());
        JsonObject content =
                message.wrapped()
                        ? JsonObject.empty().with("type", "session").with("data", envelope)
                        : envelope;
        return message("session", content, message.meta());
    }

    private static ObjectNode message(String role, JsonObject content, MessageMeta meta) {
        JsonObject message = JsonObject.empty().with("role", role).with("content", content);
        return (meta.json().isEmpty() ? message : message.with("meta", meta.json())).tree();
    }

    static SessionMessage read(JsonNode plaintext) {
        JsonObject message = JsonObject.from(plaintext).orElse(JsonObject.empty());
        Optional<JsonObject> content = message.object("content");
        String role = message.text("role").orElse("");
        return content.flatMap(
                        body ->
                                switch (role) {
                                    case "user" -> person(body, message);
                                    case "session" -> protocol(body, message);
                                    case "agent" -> older(body, message);
                                    default -> Optional.empty();
                                })
                .orElseGet(() -> new SessionMessage.Unreadable(message));
    }

    private static Optional<SessionMessage> person(JsonObject content, JsonObject message) {
        if (content.text("type").equals(Optional.of("session"))) {
            return wrapped(content, message);
        }
        return content.text("type").equals(Optional.of("text"))
                ? content.text("text")
                        .map(
                                text ->
                                        new SessionMessage.Person(
                                                text, MessageMeta.of(message.object("meta"))))
                : Optional.empty();
    }

    private static Optional<SessionMessage> protocol(JsonObject content, JsonObject message) {
        return content.text("type").equals(Optional.of("session"))
                ? wrapped(content, message)
                : envelope(Optional.of(content), false, message);
    }

    private static Optional<SessionMessage> wrapped(JsonObject content, JsonObject message) {
        return envelope(content.object("data"), true, message);
    }

    private static Optional<SessionMessage> envelope(
            Optional<JsonObject> json, boolean wrapped, JsonObject message) {
        return json.flatMap(EnvelopeCodec::read)
                .map(
                        envelope ->
                                new SessionMessage.Protocol(
                                        envelope, wrapped, MessageMeta.of(message.object("meta"))));
    }

    private static Optional<SessionMessage> older(JsonObject content, JsonObject message) {
        String type = content.text("type").orElse("");
        Optional<JsonObject> data = content.object("data");
        return switch (type) {
            case "session" -> wrapped(content, message);
            case "" -> Optional.empty();
            case "output" ->
                    data.flatMap(TranscriptCodec::read)
                            .map(line -> new SessionMessage.Transcript(line, message));
            case "event" ->
                    data.map(
                            notice ->
                                    new SessionMessage.Notice(
                                            content.text("id").orElse(""),
                                            notice(notice),
                                            message));
            case "acp" ->
                    data.map(
                            step ->
                                    new SessionMessage.Agent(
                                            content.text("provider").orElse(type),
                                            AgentStepCodec.read(step),
                                            message));
            default ->
                    data.map(
                            step ->
                                    new SessionMessage.Agent(
                                            type, AgentStepCodec.read(step), message));
        };
    }

    private static SessionNotice notice(JsonObject data) {
        Optional<SessionNotice> notice =
                switch (data.text("type").orElse("")) {
                    case "ready" -> Optional.of(new SessionNotice.Ready());
                    case "switch" -> data.text("mode").map(SessionNotice.Switch::new);
                    case "message" -> data.text("message").map(SessionNotice.Note::new);
                    case "limit-reached" ->
                            data.number("endsAt").isPresent()
                                    ? Optional.of(
                                            new SessionNotice.LimitReached(
                                                    data.number("endsAt").getAsLong()))
                                    : Optional.empty();
                    default -> Optional.empty();
                };
        return notice.orElseGet(() -> new SessionNotice.Unknown(data));
    }
}
