package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.CloseReason;
import dev.roosthold.socketio.engine.EngineListener;
import dev.roosthold.socketio.engine.EngineRequest;
import dev.roosthold.socketio.engine.EngineSession;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One Engine.IO session with the sockets of its namespaces. Event loop of the session, except
/// where said.
///
/// Until the guard of a namespace has accepted, there is no socket of it: an event for it is a
/// breach of the protocol and ends the connection.
final class Connection implements EngineListener {
    private final DefaultServer server;
    private final EngineSession session;
    private final EngineRequest request;
    private final PacketDecoder decoder;
    private Map<String, DefaultSocket> sockets = Map.of();
    private Set<String> connecting = Set.of();
    private Map<String, DefaultSocket> recovering = Map.of();
    private Set<String> left = Set.of();
    private @Nullable ScheduledFuture<?> connectTimer;
    private volatile boolean closed;

    Connection(DefaultServer server, EngineSession session, EngineRequest request) {
        this.server = server;
        this.session = session;
        this.request = request;
        this.decoder = server.newDecoder();
        startConnectTimer();
    }

    EngineSession session() {
        return session;
    }

    private void startConnectTimer() {
        connectTimer =
                session.schedule(
                        () -> {
                            if (sockets.isEmpty()) {
                                session.abort(CloseReason.TRANSPORT_ERROR);
                            }
                        },
                        server.config().connectTimeout());
    }

    private void stopConnectTimer() {
        ScheduledFuture<?> timer = connectTimer;
        if (timer != null) {
            timer.cancel(false);
            connectTimer = null;
        }
    }

    // ---- from the client

    @Override
    public void text(byte[] data, int offset, int length) {
        try {
            Packet packet = decoder.text(data, offset, length);
            // Attachments are kept only for a socket that exists: nobody unknown may fill memory.
            if (packet.attachments() == 0 || addressee(packet) == null) {
                received(packet);
            }
        } catch (InvalidPacketException invalid) {
            session.abort(CloseReason.TRANSPORT_ERROR);
        }
    }

    @Override
    public void binary(byte[] data) {
        try {
            Packet packet = decoder.binary(data);
            if (packet != null) {
                received(packet);
            }
        } catch (InvalidPacketException invalid) {
            session.abort(CloseReason.TRANSPORT_ERROR);
        }
    }

    private @Nullable DefaultSocket addressee(Packet packet) {
        return sockets.get(packet.namespace());
    }

    private void received(Packet packet) throws InvalidPacketException {
        DefaultSocket socket = addressee(packet);
        switch (packet.type()) {
            case CONNECT -> {
                if (socket != null || connecting.contains(packet.namespace())) {
                    throw new InvalidPacketException("connected already");
                }
                connect(packet);
            }
            case DISCONNECT -> {
                if (socket != null) {
                    leave(socket, DisconnectReason.CLIENT_DISCONNECT);
                }
            }
            case EVENT, BINARY_EVENT, ACK, BINARY_ACK -> {
                if (socket != null) {
                    socket.received(packet);
                } else if (!left.contains(packet.namespace())) {
                    throw new InvalidPacketException("not connected");
                }
            }
            case CONNECT_ERROR -> throw new InvalidPacketException("not for a server");
        }
    }

    // ---- connecting

    private void connect(Packet packet) {
        DefaultNamespace namespace = server.find(packet.namespace());
        if (namespace == null) {
            session.send(
                    server.encoder().connectError(packet.namespace(), "Invalid namespace", null));
            return;
        }
        JsonNode payload = packet.data();
        Handshake handshake =
                new Handshake(
                        payload instanceof ObjectNode auth
                                ? auth
                                : JsonNodeFactory.instance.objectNode(),
                        request.query(),
                        request.headers(),
                        request.remoteAddress());
        if (connecting.isEmpty()) {
            connecting = new HashSet<>();
        }
        connecting.add(namespace.name());
        namespace
                .admit(handshake)
                .whenComplete(
                        (admission, failure) ->
                                session.execute(
                                        () -> decided(namespace, handshake, admission, failure)));
    }

    private void decided(
            DefaultNamespace namespace,
            Handshake handshake,
            @Nullable Admission admission,
            @Nullable Throwable failure) {
        if (!(admission instanceof Admission.Accept)) {
            connecting.remove(namespace.name());
        }
        if (closed) {
            return;
        }
        switch (admission) {
            case Admission.Accept accept -> accepted(namespace, handshake, accept);
            case Admission.Refuse refuse -> refuse(namespace, refuse.message(), refuse.data());
            case null -> {
                server.failed(
                        "guard of " + namespace.name(),
                        failure != null ? failure : new NullPointerException("no admission"));
                // Clients try again by themselves after a lost connection, but not when refused.
                session.abort(CloseReason.TRANSPORT_ERROR);
            }
        }
    }

    private void refuse(DefaultNamespace namespace, String message, @Nullable Object data) {
        session.send(server.encoder().connectError(namespace.name(), message, data));
    }

    private void accepted(
            DefaultNamespace namespace, Handshake handshake, Admission.Accept accept) {
        DefaultSocket socket = new DefaultSocket(namespace, this, handshake, accept.data());
        Recovery recovery = server.config().recovery();
        String pid = handshake.auth().path("pid").stringValue("");
        JsonNode position = handshake.auth().path("offset");
        String offset = position.stringValue("");
        boolean odd = !position.isMissingNode() && offset.isEmpty();
        if (!recovery.offered() || pid.isEmpty() || odd) {
            enter(socket, accept, null, pid);
            return;
        }
        socket.holdBack();
        namespace.reserve(socket, accept.rooms());
        recovering = new HashMap<>(recovering);
        recovering.put(namespace.name(), socket);
        CompletionStage<Optional<Recovery.Continuation>> answer;
        try {
            answer = recovery.recover(namespace, pid, offset, handshake, accept);
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        answer.whenComplete(
                (continuation, failure) ->
                        session.execute(
                                () -> {
                                    if (recovering.get(namespace.name()) == socket) {
                                        recovering.remove(namespace.name());
                                        if (failure != null) {
                                            server.failed("recovery", failure);
                                        }
                                        enter(
                                                socket,
                                                accept,
                                                continuation == null
                                                        ? null
                                                        : continuation.orElse(null),
                                                pid);
                                    } else if (continuation != null) {
                                        continuation.ifPresent(unused -> unused.done().run());
                                    }
                                }));
    }

    /// @param continuation what the client continues with, null for a new socket
    /// @param presented the pid that the client came with
    private void enter(
            DefaultSocket socket,
            Admission.Accept accept,
            Recovery.@Nullable Continuation continuation,
            String presented) {
        DefaultNamespace namespace = socket.namespace();
        String name = namespace.name();
        connecting.remove(name);
        stopConnectTimer();
        session.admitted();
        if (continuation == null) {
            String id = server.newId();
            socket.identify(id, newPid(namespace, id, accept), false);
        } else {
            socket.identify(continuation.socketId(), presented, true);
        }
        if (sockets.isEmpty()) {
            sockets = Map.of(name, socket);
        } else {
            sockets = new HashMap<>(sockets);
            sockets.put(name, socket);
        }
        Set<String> rooms = new HashSet<>(accept.rooms());
        if (continuation != null) {
            rooms.addAll(continuation.rooms());
        }
        try {
            namespace.enter(
                    socket,
                    rooms,
                    () -> session.send(server.encoder().connect(name, socket.id(), socket.pid())),
                    () -> socket.missed(continuation));
        } catch (RuntimeException failure) {
            server.failed("recovery", failure);
            session.abort(CloseReason.TRANSPORT_ERROR);
            return;
        }
        socket.post(() -> namespace.notifyConnect(socket));
        socket.replay();
    }

    private @Nullable String newPid(
            DefaultNamespace namespace, String socketId, Admission.Accept accept) {
        Recovery recovery = server.config().recovery();
        if (!recovery.offered()) {
            return null;
        }
        try {
            return recovery.begin(namespace, socketId, accept).orElse(null);
        } catch (RuntimeException failure) {
            server.failed("recovery", failure);
            return null;
        }
    }

    // ---- ending

    /// Ends one socket while the connection goes on. Any thread.
    void left(DefaultSocket socket, DisconnectReason reason) {
        socket.end(reason, false);
        session.execute(() -> leave(socket, reason));
    }

    private void leave(DefaultSocket socket, DisconnectReason reason) {
        socket.end(reason, false);
        String name = socket.namespace().name();
        if (closed || sockets.get(name) != socket) {
            return;
        }
        Map<String, DefaultSocket> others = new HashMap<>(sockets);
        others.remove(name);
        sockets = Map.copyOf(others);
        if (left.isEmpty()) {
            left = new HashSet<>();
        }
        // What the client sent before it heard of the end is no breach of the protocol.
        left.add(name);
        if (sockets.isEmpty()) {
            stopConnectTimer();
            startConnectTimer();
        }
    }

    /// Ends the transport after what was sent before. Any thread.
    void close() {
        session.closeAfterSending(CloseReason.SERVER_CLOSE);
    }

    /// Ends the transport at once: nobody listens at its other end. Any thread.
    void abandon() {
        session.abort(CloseReason.SERVER_CLOSE);
    }

    @Override
    public void closed(CloseReason reason) {
        closed = true;
        stopConnectTimer();
        for (DefaultSocket socket : List.copyOf(sockets.values())) {
            socket.end(meaning(reason), true);
        }
        for (DefaultSocket socket : recovering.values()) {
            socket.namespace().remove(socket);
            socket.discardReplay();
        }
        recovering = Map.of();
    }

    private static DisconnectReason meaning(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_CLOSE -> DisconnectReason.TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> DisconnectReason.TRANSPORT_ERROR;
            case PING_TIMEOUT -> DisconnectReason.PING_TIMEOUT;
            case SLOW_CONSUMER -> DisconnectReason.SLOW_CONSUMER;
            case SERVER_CLOSE -> DisconnectReason.SERVER_DISCONNECT;
            case SERVER_SHUTDOWN -> DisconnectReason.SERVER_SHUTDOWN;
        };
    }
}
