package dev.roosthold.socketio;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Connection state recovery: lets a client that was cut off continue as the same socket, with its
/// rooms and with the events it missed.
///
/// The protocol: the answer to CONNECT carries a `pid`, secret to the client. An event whose last
/// argument is a text moves the client's offset to that text. A client that comes back presents
/// both in its CONNECT payload, the offset only if it ever had one; when it is recovered it gets
/// the same `pid` again, which is how it knows. A client that is not recovered gets a new `pid` and
/// keeps the offset it had.
///
/// An implementation on a durable log emits its events with their log position as the last
/// argument, leaves [#recorded] alone, and answers [#recover] from the log. One that keeps events
/// itself adds the offsets in [#recorded]. Implementations must be thread-safe.
public interface Recovery {

    /// One event to replay.
    ///
    /// @param args with the offset of the event as the last one
    record MissedEvent(String event, List<@Nullable Object> args) {}

    /// What a client continues with.
    ///
    /// @param socketId the [Socket#id()] it had
    /// @param rooms joined in addition to those of the admission
    /// @param missed every event it missed, in order. Its iterator is asked for when the socket has
    ///     joined its rooms, and consumed piece by piece, on the event loop, as the client reads;
    ///     when it throws, the connection ends and the client may try again
    /// @param done called once, when the last missed event was taken or none will be taken any
    ///     more: what they occupy can be given to others. On any thread, under locks: must not
    ///     block
    record Continuation(
            String socketId, Set<String> rooms, Iterable<MissedEvent> missed, Runnable done) {
        public Continuation {
            rooms = Set.copyOf(rooms);
        }

        public Continuation(String socketId, Set<String> rooms, Iterable<MissedEvent> missed) {
            this(socketId, rooms, missed, () -> {});
        }
    }

    /// Whom an event is for.
    ///
    /// @param socketId the only receiver, or null
    /// @param rooms receivers are the members of any of these; null for all of the namespace
    /// @param exceptRooms without the members of these
    /// @param exceptSockets without the sockets of these ids
    record Audience(
            @Nullable String socketId,
            @Nullable Set<String> rooms,
            Set<String> exceptRooms,
            Set<String> exceptSockets) {

        /// Whether a socket that is in the given rooms belongs to the audience.
        public boolean includes(String id, Set<String> memberOf) {
            if (socketId != null) {
                return socketId.equals(id);
            }
            return (rooms == null || rooms.stream().anyMatch(memberOf::contains))
                    && exceptRooms.stream().noneMatch(memberOf::contains)
                    && !exceptSockets.contains(id);
        }
    }

    /// Whether clients are offered recovery at all.
    default boolean offered() {
        return true;
    }

    /// Whether [#recorded] wants to see the events of this namespace. Recording puts all events of
    /// the namespace into one order and so costs parallelism.
    default boolean records(Namespace namespace) {
        return false;
    }

    /// An event without acknowledgement is about to be sent, in the order in which receivers get
    /// them. Called only when [#records] says so; must not block and must not use the namespace.
    ///
    /// @return the offset that is added as the last argument, or null for none
    default @Nullable String recorded(
            Namespace namespace, Audience audience, String event, List<@Nullable Object> args) {
        return null;
    }

    /// A client was admitted as a new socket. Called on an event loop; must not block.
    ///
    /// @return the `pid` it is told; empty when it cannot be recovered later
    Optional<String> begin(Namespace namespace, String socketId, Admission.Accept admission);

    /// A client asks to continue. Called on an event loop after the guard has admitted it; must not
    /// block.
    ///
    /// The client is already in the rooms of its admission: what is sent to them from now on is
    /// held back and follows the missed events, except events that were among the missed ones
    /// already (those with the same last argument). So an answer read from a log after this call
    /// leaves no gap; and no double if everything that was read had been sent to the rooms before
    /// the answer completes.
    ///
    /// A socket with the id of the continuation may still be there, because the end of its
    /// transport was not noticed: it is ended, without a word to the client, when the new one
    /// enters.
    ///
    /// @param offset of the last event the client has got; empty when it has got none yet
    /// @return empty when not every missed event can be replayed, or when the pid was given to
    ///     another account; the client then becomes a new socket
    CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission);

    /// The transport below a socket has ended and its client may come back. Called once, with the
    /// rooms that the socket had; must not block.
    default void interrupted(Namespace namespace, String pid, String socketId, Set<String> rooms) {}

    /// No recovery: CONNECT answers carry no `pid`.
    static Recovery off() {
        return NoRecovery.INSTANCE;
    }

    /// Keeps the latest events and the interrupted sockets in memory; lost with the process.
    ///
    /// @param maxAge how long a client may stay away
    /// @param maxEvents events kept, over all namespaces; older ones are forgotten
    static Recovery inMemory(Duration maxAge, int maxEvents) {
        return new InMemoryRecovery(maxAge, maxEvents);
    }
}
