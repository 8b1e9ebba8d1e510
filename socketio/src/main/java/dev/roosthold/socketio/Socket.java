package dev.roosthold.socketio;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// One client in one namespace. Thread-safe; what one thread sends leaves in the order of its
/// calls, and everything sent by handlers of this socket leaves in the order in which they sent it.
public interface Socket {

    /// Identifier of this connection, unguessable, never reused except by recovery. Not a secret of
    /// the client.
    String id();

    Namespace namespace();

    /// What the client presented when it connected.
    Handshake handshake();

    /// The value given by the guard in [Admission.Accept#data()]; the type is the caller's
    /// knowledge.
    ///
    /// @throws ClassCastException when the guard stored another type
    <T> T data(Class<T> type);

    /// True when this connection continues an earlier one and every missed event was replayed.
    boolean recovered();

    boolean connected();

    /// Sends an event. Arguments are anything the server's JSON mapper writes; `byte[]` travels as
    /// a binary attachment; `tools.jackson.databind.util.RawValue` is written as it is. After the
    /// socket has gone this does nothing.
    void emit(String event, Object... args);

    /// Sends an event and waits for its acknowledgement without blocking. The future fails with
    /// [AckTimeoutException] after `timeout`, with [SocketClosedException] as soon as the socket
    /// goes.
    CompletableFuture<List<JsonNode>> emitWithAck(Duration timeout, String event, Object... args);

    /// Like [#emitWithAck], but the future completes where the answer arrives or the socket ends,
    /// mostly on an event loop. What depends on it must not block; it saves a change of threads.
    CompletableFuture<List<JsonNode>> emitWithPromptAck(
            Duration timeout, String event, Object... args);

    void join(String room);

    void leave(String room);

    /// The rooms this socket is in, a snapshot.
    Set<String> rooms();

    /// Ends this socket with a Socket.IO DISCONNECT packet. Clients do **not** reconnect by
    /// themselves after it.
    void disconnect();

    /// Ends the transport below this socket without a DISCONNECT packet; the client sees `transport
    /// close` and reconnects by itself. All namespaces of the same connection end. What was queued
    /// before is sent first.
    void closeTransport();
}
