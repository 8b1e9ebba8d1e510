package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.UpdateAnswer;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.SessionKey;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import dev.roosthold.socketio.DisconnectReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The socket events of sessions, which every socket of the account may send, and what the coming
/// and going of sockets of sessions means.
public final class SessionEvents implements ConnectionListener {
    private final Sessions sessions;
    private final Presence<SessionKey> presence;

    public SessionEvents(Sessions sessions) {
        this.sessions = sessions;
        this.presence = sessions.presence();
    }

    public void register(SocketEvents events) {
        events.onAsync("update-metadata", ErrorForm.RESULT, this::updateMetadata);
        events.onAsync("update-state", ErrorForm.RESULT, this::updateState);
        events.on("session-alive", ErrorForm.SILENT, this::alive);
        events.on("session-end", ErrorForm.SILENT, this::end);
    }

    /// `session-alive`: `mode` is ignored.
    private Optional<Object> alive(SocketCaller socket, Payload payload) {
        var session = new SessionId(payload.id("sid"));
        JsonNode thinking = payload.node("thinking");
        sessions.alive(
                socket,
                session,
                payload.timeMs("time"),
                thinking.isBoolean() && thinking.booleanValue());
        return Optional.empty();
    }

    /// `session-end`.
    private Optional<Object> end(SocketCaller socket, Payload payload) {
        var session = new SessionId(payload.id("sid"));
        sessions.end(socket.caller(), session, payload.timeMs("time"));
        return Optional.empty();
    }

    @Override
    public void connected(SocketCaller socket) {
        own(socket).ifPresent(key -> sessions.connected(socket, key.session()));
    }

    @Override
    public void heard(SocketCaller socket) {
        own(socket).ifPresent(key -> presence.heard(key, socket.connection()));
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        own(socket)
                .ifPresent(
                        key ->
                                presence.disconnected(
                                        key, socket.connection(), Presence.End.of(reason)));
    }

    /// The session that this socket belongs to, if it belongs to one.
    private static Optional<SessionKey> own(SocketCaller socket) {
        return switch (socket.scope()) {
            case ClientScope.Session(var session) ->
                    Optional.of(new SessionKey(socket.account(), session));
            case ClientScope.User(), ClientScope.Machine _ -> Optional.empty();
        };
    }

    /// `update-metadata`.
    private void updateMetadata(SocketCaller socket, Payload payload, Reply reply) {
        replace(socket, payload, VersionedField.METADATA, payload.text("metadata"), reply);
    }

    /// `update-state`: null takes the state away.
    private void updateState(SocketCaller socket, Payload payload, Reply reply) {
        String state = payload.textOrNull("agentState").orElse(null);
        replace(socket, payload, VersionedField.AGENT_STATE, state, reply);
    }

    private void replace(
            SocketCaller socket,
            Payload payload,
            VersionedField field,
            @Nullable String value,
            Reply reply) {
        var session = new SessionId(payload.id("sid"));
        long expected = payload.version("expectedVersion");
        if (value != null && !Texts.isWellFormed(value)) {
            throw new InvalidParameters("half of a surrogate pair");
        }
        sessions.replace(
                socket.caller(),
                session,
                field,
                value,
                expected,
                outcome -> {
                    switch (outcome) {
                        case FieldWrite.Saved(var now) ->
                                reply.send(field.answer(UpdateAnswer.SUCCESS, now));
                        case FieldWrite.Mismatch(var now) ->
                                reply.send(field.answer(UpdateAnswer.VERSION_MISMATCH, now));
                        case FieldWrite.Unknown() ->
                                reply.fail(InvalidParameters.notFound("Session not found"));
                    }
                },
                reply::fail);
    }
}
