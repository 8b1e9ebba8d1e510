package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.UpdateAnswer;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import org.jspecify.annotations.Nullable;

/// The socket events of sessions, from every socket of the account.
public final class SessionEvents {
    private final Sessions sessions;

    public SessionEvents(Sessions sessions) {
        this.sessions = sessions;
    }

    public void register(SocketEvents events) {
        events.onAsync("update-metadata", ErrorForm.RESULT, this::updateMetadata);
        events.onAsync("update-state", ErrorForm.RESULT, this::updateState);
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
                                reply.fail(new InvalidParameters("Session not found"));
                    }
                },
                reply::fail);
    }
}
