package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;

/// Between envelopes of the session protocol and their JSON.
final class EnvelopeCodec {
    private EnvelopeCodec() {}

    static JsonObject write(Envelope envelope) {
        JsonObject json =
                JsonObject.empty()
                        .with("id", envelope.id())
                        .with("time", envelope.timeMs())
                        .with("role", envelope.role().wireName())
                        .withText("turn", envelope.turn())
                        .withText("subagent", envelope.subagent())
                        .withText("claudeUuid", envelope.claudeUuid())
                        .withText("codexItemId", envelope.codexItemId());
        return envelope.usage()
                .map(usage -> json.with("usage", usage.json()))
                .orElse(json)
                .with("ev", write(envelope.event()));
    }

    private static JsonObject write(SessionEvent event) {
        return switch (event) {
            case SessionEvent.Text(String text, boolean thinking) -> {
                JsonObject json = event("text").with("text", text);
                yield thinking ? json.with("thinking", true) : json;
            }
            case SessionEvent.Service(String text) -> event("service").with("text", text);
            case SessionEvent.ToolCallStart start ->
                    event("tool-call-start")
                            .with("call", start.call())
                            .with("name", start.name())
                            .with("title", start.title())
                            .with("description", start.description())
                            .with("args", start.args());
            case SessionEvent.ToolCallEnd(String call) -> event("tool-call-end").with("call", call);
            case SessionEvent.FileAttached file -> {
                JsonObject json =
                        event("file")
                                .with("ref", file.ref())
                                .with("name", file.name())
                                .with("size", file.size())
                                .withText("mimeType", file.mimeType());
                yield file.image().map(image -> json.with("image", write(image))).orElse(json);
            }
            case SessionEvent.TurnStart() -> event("turn-start");
            case SessionEvent.TurnEnd(SessionEvent.TurnStatus status) ->
                    event("turn-end").with("status", status.wireName());
            case SessionEvent.Start(Optional<String> title) ->
                    event("start").withText("title", title);
            case SessionEvent.Stop() -> event("stop");
        };
    }

    private static JsonObject write(SessionEvent.Picture image) {
        return JsonObject.empty()
                .with("width", image.width())
                .with("height", image.height())
                .withText("thumbhash", image.thumbhash());
    }

    private static JsonObject event(String type) {
        return JsonObject.empty().with("t", type);
    }

    /// Empty when it is not what readers accept.
    static Optional<Envelope> read(JsonObject json) {
        Optional<String> id = json.text("id");
        OptionalLong time = json.number("time");
        Optional<Envelope.Role> role = json.text("role").flatMap(Envelope.Role::of);
        Optional<SessionEvent> event = json.object("ev").flatMap(EnvelopeCodec::readEvent);
        if (id.isEmpty() || time.isEmpty() || role.isEmpty() || event.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> subagent = json.text("subagent");
        if (subagent.isPresent() && !Envelope.isSubagentId(subagent.get())) {
            return Optional.empty();
        }
        if (role.get() == Envelope.Role.USER && isAgentsOwn(event.get())) {
            return Optional.empty();
        }
        return Optional.of(
                new Envelope(
                        id.get(),
                        time.getAsLong(),
                        role.get(),
                        json.text("turn"),
                        subagent,
                        json.text("claudeUuid"),
                        json.text("codexItemId"),
                        json.object("usage").flatMap(TokenUsage::of),
                        event.get()));
    }

    private static boolean isAgentsOwn(SessionEvent event) {
        return event instanceof SessionEvent.Service
                || event instanceof SessionEvent.Start
                || event instanceof SessionEvent.Stop;
    }

    private static Optional<SessionEvent> readEvent(JsonObject json) {
        return switch (json.text("t").orElse("")) {
            case "text" ->
                    json.text("text")
                            .map(
                                    text ->
                                            new SessionEvent.Text(
                                                    text, json.flag("thinking").orElse(false)));
            case "service" -> json.text("text").map(SessionEvent.Service::new);
            case "tool-call-start" -> toolCallStart(json);
            case "tool-call-end" -> json.text("call").map(SessionEvent.ToolCallEnd::new);
            case "file" -> file(json);
            case "turn-start" -> Optional.of(new SessionEvent.TurnStart());
            case "turn-end" ->
                    json.text("status")
                            .flatMap(SessionEvent.TurnStatus::of)
                            .map(SessionEvent.TurnEnd::new);
            case "start" -> Optional.of(new SessionEvent.Start(json.text("title")));
            case "stop" -> Optional.of(new SessionEvent.Stop());
            default -> Optional.empty();
        };
    }

    /// Only what identifies the row is required: a row without a title is better than none.
    private static Optional<SessionEvent> toolCallStart(JsonObject json) {
        Optional<String> call = json.text("call");
        Optional<String> name = json.text("name");
        if (call.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new SessionEvent.ToolCallStart(
                        call.get(),
                        name.get(),
                        json.text("title").orElse(name.get()),
                        json.text("description").orElse(""),
                        json.object("args").orElse(JsonObject.empty())));
    }

    private static Optional<SessionEvent> file(JsonObject json) {
        Optional<String> ref = json.text("ref");
        Optional<String> name = json.text("name");
        OptionalLong size = json.number("size");
        if (ref.isEmpty() || name.isEmpty() || size.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new SessionEvent.FileAttached(
                        ref.get(),
                        name.get(),
                        size.getAsLong(),
                        json.text("mimeType"),
                        json.object("image").flatMap(EnvelopeCodec::image)));
    }

    private static Optional<SessionEvent.Picture> image(JsonObject json) {
        OptionalLong width = json.number("width");
        OptionalLong height = json.number("height");
        return width.isEmpty() || height.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new SessionEvent.Picture(
                                width.getAsLong(), height.getAsLong(), json.text("thumbhash")));
    }
}
