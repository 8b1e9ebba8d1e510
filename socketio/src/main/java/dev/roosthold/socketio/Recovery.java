package dev.roosthold.socketio;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Connection state recovery: lets a client that was cut off continue as the same socket, with its
// rooms and with the
/// events it missed.
///
/// The protocol: the answer to CONNECT carries a `pid`, secret to the client. An event whose last
// argument is a text
/// moves the client's offset to that text. A client that comes back presents both in its CONNECT
// payload; when it is
/// recovered it gets the same `pid` again, which is how it knows.
///
/// So an implementation on a durable log emits its events with their log position as the last
// argument, and answers
/// [#recover] from the log.
public interface Recovery {

    /// One event to replay. Its last argument must be the offset of the event.
    record MissedEvent(String event, List<Object> args) {
        public MissedEvent {
            args = List.copyOf(args);
        }
    }

    /// What a client continues with.
    ///
    /// @param socketId the [Socket#id()] it had
    /// @param rooms joined in addition to those of the admission
    /// @param missed every event it missed, in order; consumed piece by piece as the client reads
    record Continuation(String socketId, Set<String> rooms, Iterable<MissedEvent> missed) {
        public Continuation {
            rooms = Set.copyOf(rooms);
        }
    }

    /// A client was admitted as a new socket. Called on an event loop; must not block.
    ///
    /// @return the `pid` it is told; empty when it cannot be recovered later
    Optional<String> begin(Namespace namespace, String socketId, Admission.Accept admission);

    /// A client asks to continue. Called on an event loop after the guard has admitted it; must not
    // block.
    ///
    /// The socket is already in the rooms of its admission; what is sent to it from now on is held
    // back and follows
    /// the missed events, except events that were among the missed ones already (same last
    // argument). So an answer
    /// read from a log after this call leaves no gap and no double.
    ///
    /// @return empty when not every missed event can be replayed; the client then becomes a new
    // socket
    CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission);

    /// A socket has gone for a reason after which its client may come back. Called once, with the
    // rooms it had.
    default void interrupted(Namespace namespace, String pid, Socket socket, Set<String> rooms) {}

    /// No recovery: CONNECT answers carry no `pid`.
    static Recovery off() {
        return NoRecovery.INSTANCE;
    }
}

enum NoRecovery implements Recovery {
    INSTANCE;

    @Override
    public Optional<String> begin(
            Namespace namespace, String socketId, Admission.Accept admission) {
        return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission) {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
