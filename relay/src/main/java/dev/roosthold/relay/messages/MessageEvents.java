package dev.roosthold.relay.messages;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import org.jspecify.annotations.Nullable;

/// The socket event `message`.
public final class MessageEvents {
    private static final String NOT_FOUND = "Session not found";

    private final Messages messages;

    public MessageEvents(Messages messages) {
        this.messages = messages;
    }

    public void register(SocketEvents events) {
        events.onAsync("message", ErrorForm.OK_WITH_ERROR, this::message);
    }

    /// Answer to `message` when its sender asked for one.
    ///
    /// @param ok always true
    record Stored(
            boolean ok,
            String id,
            long seq,
            @Nullable String localId,
            long createdAt,
            long updatedAt) {
        Stored(Receipt receipt) {
            this(
                    true,
                    receipt.id(),
                    receipt.seq(),
                    receipt.localId(),
                    receipt.createdAt(),
                    receipt.updatedAt());
        }
    }

    /// `message`: stored in the order of arrival. The sender does not get its own event.
    private void message(SocketCaller socket, Payload payload, Reply reply) {
        var session = new SessionId(payload.id("sid"));
        String content = payload.text("message");
        String localId = payload.textIfAny("localId").orElse(null);
        if (localId != null && localId.length() > MessageRoutes.MAX_LOCAL_ID) {
            throw new InvalidParameters("localId is too long");
        }
        if (!Texts.isWellFormed(content) || (localId != null && !Texts.isWellFormed(localId))) {
            throw new InvalidParameters("half of a surrogate pair");
        }
        messages.send(
                socket.caller(),
                session,
                socket.socketId(),
                messages.draft(localId, content),
                stored ->
                        stored.ifPresentOrElse(
                                receipt -> reply.send(new Stored(receipt)),
                                () -> reply.fail(InvalidParameters.notFound(NOT_FOUND))),
                reply::fail);
    }
}
