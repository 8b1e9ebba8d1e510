package dev.roosthold.socketio;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/// One Socket.IO namespace: who may come in, what happens on their events, and sending to many.
///
/// Register guards and handlers before the server starts to accept. Handlers belong to the
/// namespace and are shared by all its sockets, so that an idle socket costs no listener memory.
/// Thread-safe.
public interface Namespace {

    /// The name, starting with `/`; the main namespace is `/`.
    String name();

    /// Decides on each CONNECT before it is answered. Without a guard everyone is admitted. At most
    /// one guard.
    Namespace guard(ConnectGuard guard);

    /// Runs once for each admitted socket, after its CONNECT answer was queued and before any of
    /// its events.
    Namespace onConnect(Consumer<Socket> listener);

    /// Receives the named event from every socket. One handler per name; a second registration
    /// throws [IllegalStateException]. Events of one socket are handled one after the other in
    /// arrival order. A [PromptHandler] may be called on the event loop.
    Namespace on(String event, EventHandler handler);

    /// Receives events that have no handler of their own. Without it they are ignored, also when
    /// they ask for an acknowledgement.
    Namespace onUnknown(EventHandler handler);

    /// Runs exactly once for each socket for which [#onConnect] ran, after its last event was
    /// handled. The socket has left all rooms by then.
    Namespace onDisconnect(DisconnectListener listener);

    /// Starts a broadcast to the union of the rooms; a socket in several of them gets one copy.
    Broadcast to(Collection<String> rooms);

    /// Starts a broadcast to the union of the rooms.
    default Broadcast to(String... rooms) {
        return to(java.util.List.of(rooms));
    }

    /// Starts a broadcast to every socket of this namespace.
    Broadcast toAll();

    /// The connected sockets in a room, a snapshot; empty when there is no such room.
    Collection<Socket> socketsIn(String room);

    /// All connected sockets, a snapshot.
    Collection<Socket> sockets();

    /// A connected socket by its [Socket#id()].
    Optional<Socket> socket(String id);
}
