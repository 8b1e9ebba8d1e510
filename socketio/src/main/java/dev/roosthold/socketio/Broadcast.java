package dev.roosthold.socketio;

/// Sending one event to many sockets. Encoded once, the same bytes are shared by all receivers.
/// Immutable: each method returns a narrowed copy. Not for keeping: rooms are looked up when
/// [#emit] is called.
public interface Broadcast {

    /// Leaves out the sockets that are in the room.
    Broadcast except(String room);

    /// Leaves out one socket.
    Broadcast except(Socket socket);

    /// Leaves out the socket of that id, also when its client is just coming back and the recovery
    /// is being decided; nothing when there is none.
    Broadcast exceptSocket(String id);

    /// Only sockets that can take the event now: those with bytes still waiting are skipped.
    Broadcast volatileOnly();

    /// Sends; returns the number of sockets it was queued for. Two broadcasts made by one thread
    /// reach every common receiver in the order of the calls.
    int emit(String event, Object... args);
}
