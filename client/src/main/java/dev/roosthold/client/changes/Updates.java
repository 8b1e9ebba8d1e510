package dev.roosthold.client.changes;

import dev.roosthold.client.MachineRow;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.sessions.Sessions;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.Message;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads the argument of the event `update`, which is also an element of `/v1/changes`.
final class Updates {
    private Updates() {}

    /// A body that does not have the form of its type becomes [Change.Other]: one odd update must
    /// not stop those behind it.
    ///
    /// @throws IllegalArgumentException when it has no number
    static Update read(JsonNode update) {
        JsonNode seq = update.path("seq");
        if (!seq.isIntegralNumber() || !seq.canConvertToLong()) {
            throw new IllegalArgumentException("an update without a number");
        }
        return new Update(
                seq.asLong(), update.path("createdAt").asLong(0), change(update.path("body")));
    }

    private static Change change(JsonNode body) {
        String type = body.path("t").asString("");
        try {
            return switch (type) {
                case "new-session" -> new Change.SessionAdded(Sessions.row(body));
                case "update-session" ->
                        new Change.SessionChanged(
                                new SessionId(id(body, "id")),
                                field(body, "metadata"),
                                field(body, "agentState"));
                case "delete-session" -> new Change.SessionRemoved(new SessionId(id(body, "sid")));
                case "new-message" ->
                        new Change.MessageAdded(
                                new SessionId(id(body, "sid")),
                                StoredMessage.of(
                                        Codec.mapper()
                                                .treeToValue(body.path("message"), Message.class)));
                case "new-machine" -> new Change.MachineAdded(MachineRow.ofUpdate(body));
                case "update-machine" ->
                        new Change.MachineChanged(
                                new MachineId(id(body, "machineId")),
                                field(body, "metadata"),
                                field(body, "daemonState"),
                                body.path("active").asBoolean(false));
                case "delete-machine" ->
                        new Change.MachineRemoved(new MachineId(id(body, "machineId")));
                case "update-account" ->
                        field(body, "settings")
                                .<Change>map(Change.SettingsChanged::new)
                                .orElseGet(() -> new Change.Other(type, body));
                default -> new Change.Other(type, body);
            };
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            return new Change.Other(type, body);
        }
    }

    private static String id(JsonNode body, String field) {
        return body.path(field).asString("");
    }

    private static Optional<Versioned> field(JsonNode body, String name) {
        JsonNode field = body.path(name);
        if (!field.isObject()) {
            return Optional.empty();
        }
        JsonNode value = field.path("value");
        return Optional.of(
                new Versioned(
                        value.isString() ? value.asString() : null, field.path("version").asInt()));
    }
}
