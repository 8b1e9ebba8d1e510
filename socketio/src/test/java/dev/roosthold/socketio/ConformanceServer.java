package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.CloseReason;
import dev.roosthold.socketio.engine.EngineConfig;
import dev.roosthold.socketio.engine.EngineListener;
import dev.roosthold.socketio.engine.EngineMessage;
import dev.roosthold.socketio.engine.EngineServer;
import dev.roosthold.socketio.engine.EngineSession;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// The server that the public test suites of Engine.IO 4 and Socket.IO 5 describe, for running them
/// against this library: `ConformanceServer [port] [enginePort] [loops]`.
///
/// The port serves Socket.IO at `/socket.io/` with the namespaces `/` and `/custom`, the engine
/// port an Engine.IO echo at `/engine.io/`.
public final class ConformanceServer implements AutoCloseable {
    private static final Duration PING_INTERVAL = Duration.ofMillis(300);
    private static final Duration PING_TIMEOUT = Duration.ofMillis(200);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_PAYLOAD = 1_000_000;

    /// How long `auth` stays behind the CONNECT answer when the official Socket.IO suite is the
    /// client.
    ///
    /// That suite listens for one message at a time, and in Node.js `ws` hands out all frames of
    /// one read at once. So it misses `auth` when both frames come in one read, from any server:
    /// two writes, as the npm server makes, only lower the odds. Nothing that the suite sends tells
    /// that it has read the first frame; what remains is time.
    private static final Duration FOR_THE_OFFICIAL_SUITE = Duration.ofMillis(20);

    private final StandaloneServer socketIo;
    private final StandaloneServer engineIo;

    private ConformanceServer(StandaloneServer socketIo, StandaloneServer engineIo) {
        this.socketIo = socketIo;
        this.engineIo = engineIo;
    }

    public static ConformanceServer start(int port, int enginePort, int loops) {
        return start(port, enginePort, loops, Duration.ZERO);
    }

    private static ConformanceServer start(
            int port, int enginePort, int loops, Duration beforeAuth) {
        SocketIoServer server =
                SocketIoServer.create(
                        SocketIoConfig.defaults()
                                .withPath("/socket.io/")
                                .withPingInterval(PING_INTERVAL)
                                .withPingTimeout(PING_TIMEOUT)
                                .withConnectTimeout(CONNECT_TIMEOUT)
                                .withMaxPayload(MAX_PAYLOAD));
        for (String name : new String[] {"/", "/custom"}) {
            server.namespace(name)
                    .onConnect(
                            socket -> {
                                LockSupport.parkNanos(beforeAuth.toNanos());
                                socket.emit("auth", socket.handshake().auth());
                            })
                    .on(
                            "message",
                            (socket, args, ack) -> socket.emit("message-back", args.toArray()))
                    .on("message-with-ack", (socket, args, ack) -> ack.send(args.toArray()));
        }
        EngineServer engine =
                new EngineServer(
                        new EngineConfig(
                                "/engine.io/",
                                PING_INTERVAL,
                                PING_TIMEOUT,
                                Duration.ofSeconds(10),
                                MAX_PAYLOAD,
                                8L << 20,
                                Set.of(),
                                "",
                                false),
                        (session, request) -> new Echo(session),
                        (place, failure) -> ErrorListener.logging().failed(place, failure));
        return new ConformanceServer(
                StandaloneServer.start(server, local(port), loops),
                StandaloneServer.start(
                        engine::httpHandler, engine::drain, local(enginePort), loops));
    }

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public int port() {
        return socketIo.port();
    }

    public int enginePort() {
        return engineIo.port();
    }

    @Override
    public void close() {
        socketIo.close();
        engineIo.close();
    }

    public static void main(String[] args) throws InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 3000;
        int enginePort = args.length > 1 ? Integer.parseInt(args[1]) : port + 1;
        int loops = args.length > 2 ? Integer.parseInt(args[2]) : 2;
        ConformanceServer server = start(port, enginePort, loops, FOR_THE_OFFICIAL_SUITE);
        System.out.println("socket.io " + server.port() + ", engine.io " + server.enginePort());
        Thread.currentThread().join();
    }

    private record Echo(EngineSession session) implements EngineListener {
        @Override
        public void text(byte[] data, int offset, int length) {
            session.send(EngineMessage.text(ByteBufAllocator.DEFAULT, data, offset, length));
        }

        @Override
        public void binary(byte[] data) {
            session.send(EngineMessage.binary(ByteBufAllocator.DEFAULT, data));
        }

        @Override
        public void closed(CloseReason reason) {}
    }
}
