package dev.roosthold.socketio.engine;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// An Engine.IO 4 server inside an existing Netty HTTP server. Thread-safe.
public final class EngineServer {
    private static final Map<String, List<String>> PLAIN_WEBSOCKET =
            Map.of("EIO", List.of("4"), "transport", List.of("websocket"));

    private final EngineConfig config;
    private final EngineApplication application;
    private final BiConsumer<String, Throwable> errorListener;
    private final Map<String, EngineSession> sessions = new ConcurrentHashMap<>();
    private final Map<EventLoop, LoopHub> hubs = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    /// @param errorListener told of exceptions that nobody expected, with the place where they came
    ///     up
    public EngineServer(
            EngineConfig config,
            EngineApplication application,
            BiConsumer<String, Throwable> errorListener) {
        this.config = config;
        this.application = application;
        this.errorListener = errorListener;
    }

    /// A new handler for one channel, to be put behind its HTTP codec. It takes the requests of the
    /// configured path and passes all others on. After a websocket handshake it removes the HTTP
    /// codec and every handler behind it; handlers in front of the codec (TLS, traffic limits)
    /// stay.
    public ChannelHandler httpHandler() {
        return new EngineHttpHandler(this);
    }

    /// Refuses new sessions with 503 from now on and closes all that exist; completes when all are
    /// gone.
    public CompletionStage<Void> drain() {
        draining = true;
        for (EngineSession session : sessions.values()) {
            session.closeAfterSending(CloseReason.SERVER_SHUTDOWN);
        }
        completeIfDrained();
        return drained.copy();
    }

    /// Sessions that exist, also those that are closing.
    public int sessionCount() {
        return sessions.size();
    }

    EngineConfig config() {
        return config;
    }

    EngineApplication application() {
        return application;
    }

    boolean draining() {
        return draining;
    }

    LoopHub hub(EventLoop loop) {
        LoopHub hub = hubs.get(loop);
        return hub != null ? hub : hubs.computeIfAbsent(loop, l -> new LoopHub(l, config));
    }

    @Nullable EngineSession session(String sid) {
        return sessions.get(sid);
    }

    void forget(EngineSession session) {
        sessions.remove(session.id(), session);
        completeIfDrained();
    }

    private void completeIfDrained() {
        if (draining && sessions.isEmpty()) {
            drained.complete(null);
        }
    }

    void unexpected(String place, Throwable failure) {
        errorListener.accept(place, failure);
    }

    /// Whether the path of the request is the configured one, with or without a trailing slash.
    boolean owns(String uri) {
        String path = config.path();
        if (!uri.startsWith(path)) {
            return false;
        }
        int end = path.length();
        if (end < uri.length() && uri.charAt(end) == '/') {
            end++;
        }
        return end == uri.length() || uri.charAt(end) == '?';
    }

    /// What is kept of a request; equal small queries share one map to keep idle connections small.
    EngineRequest keep(Map<String, List<String>> query, HttpHeaders headers, SocketAddress remote) {
        HttpHeaders kept = EmptyHttpHeaders.INSTANCE;
        for (String name : config.keptHeaders()) {
            List<String> values = headers.getAll(name);
            if (!values.isEmpty()) {
                if (kept == EmptyHttpHeaders.INSTANCE) {
                    kept = new DefaultHttpHeaders();
                }
                kept.add(name, values);
            }
        }
        return new EngineRequest(
                query.equals(PLAIN_WEBSOCKET) ? PLAIN_WEBSOCKET : Map.copyOf(query), kept, remote);
    }

    void openPolling(ChannelHandlerContext ctx, HttpExchange exchange, EngineRequest request) {
        PollingTransport transport = new PollingTransport(this);
        EngineSession session =
                new EngineSession(this, newId(), hub(ctx.channel().eventLoop()), transport);
        transport.attach(session);
        sessions.put(session.id(), session);
        EngineMessage open = session.openPacket();
        var body = ctx.alloc().buffer(open.pollSize());
        open.writeTo(body);
        open.release();
        exchange.body(body);
        session.start(request);
        closeIfDraining(session);
    }

    void openWebSocket(
            ChannelHandlerContext ctx,
            WebSocketHandshake handshake,
            EngineRequest request,
            @Nullable EngineSession upgrading) {
        WebSocketTransport transport;
        EngineSession session = null;
        if (upgrading == null) {
            transport = WebSocketTransport.direct(this, handshake.deflate());
            session = new EngineSession(this, newId(), hub(ctx.channel().eventLoop()), transport);
            transport.attach(session);
            sessions.put(session.id(), session);
        } else if (upgrading.beginUpgrade()) {
            transport = WebSocketTransport.probing(this, handshake.deflate(), upgrading);
        } else {
            transport = WebSocketTransport.refused(this);
        }
        install(ctx.pipeline(), transport);
        transport.begin(handshake);
        if (session != null) {
            transport.write(session.openPacket());
            session.start(request);
            closeIfDraining(session);
        }
        transport.flush();
        transport.receive();
    }

    /// Replaces the HTTP codec and everything behind it by the websocket. The codec goes last:
    /// bytes it already holds pass to the next handler, which must be the websocket.
    private static void install(ChannelPipeline pipeline, WebSocketTransport transport) {
        List<ChannelHandler> removable = new ArrayList<>();
        String codecName = null;
        ChannelHandler codec = null;
        for (Map.Entry<String, ChannelHandler> entry : pipeline.toMap().entrySet()) {
            ChannelHandler handler = entry.getValue();
            if (codec != null) {
                removable.add(handler);
            } else if (handler instanceof HttpServerCodec
                    || handler instanceof HttpRequestDecoder) {
                codec = handler;
                codecName = entry.getKey();
            }
        }
        if (codec == null) {
            throw new IllegalStateException("no HttpServerCodec in front of the Engine.IO handler");
        }
        pipeline.addAfter(codecName, null, transport);
        removable.forEach(pipeline::remove);
        pipeline.remove(codec);
    }

    private void closeIfDraining(EngineSession session) {
        if (draining) {
            session.closeAfterSending(CloseReason.SERVER_SHUTDOWN);
        }
    }

    private String newId() {
        byte[] bytes = new byte[15];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }
}
