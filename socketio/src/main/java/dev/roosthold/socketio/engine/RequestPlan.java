package dev.roosthold.socketio.engine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What will be done with a request once its body is complete; decided when its head has arrived.
sealed interface RequestPlan {

    void run(ChannelHandlerContext ctx, byte[] body);

    /// The body will not become complete.
    default void abandon() {}

    /// The body is larger than allowed.
    default void tooLarge() {}

    record Fail(HttpExchange exchange, EngineError error) implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            exchange.fail(error);
        }
    }

    record Unavailable(HttpExchange exchange) implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            exchange.refuse(HttpResponseStatus.SERVICE_UNAVAILABLE);
        }
    }

    record Preflight(HttpExchange exchange, @Nullable String requestedHeaders)
            implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            exchange.preflight(requestedHeaders);
        }
    }

    record OpenPolling(EngineServer server, HttpExchange exchange, EngineRequest request)
            implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            server.openPolling(ctx, exchange, request);
        }
    }

    record Poll(HttpExchange exchange, EngineSession session) implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            session.execute(() -> session.poll(exchange));
        }
    }

    record Post(HttpExchange exchange, EngineSession session) implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            session.execute(() -> session.post(exchange, body));
        }

        @Override
        public void abandon() {
            session.endPost();
        }

        @Override
        public void tooLarge() {
            session.abort(CloseReason.TRANSPORT_ERROR);
        }
    }

    /// A websocket handshake, for a new session or, with a session, for an upgrade.
    record OpenWebSocket(
            EngineServer server,
            WebSocketHandshake handshake,
            EngineRequest request,
            @Nullable EngineSession session)
            implements RequestPlan {
        @Override
        public void run(ChannelHandlerContext ctx, byte[] body) {
            server.openWebSocket(ctx, handshake, request, session);
        }
    }

    static RequestPlan of(
            EngineServer server, HttpExchange exchange, HttpRequest request, SocketAddress remote) {
        if (request.method().equals(HttpMethod.OPTIONS)
                && !server.config().allowedOrigin().isEmpty()) {
            return new Preflight(
                    exchange,
                    request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS));
        }
        Map<String, List<String>> query;
        try {
            query = new QueryStringDecoder(request.uri()).parameters();
        } catch (IllegalArgumentException malformed) {
            return new Fail(exchange, EngineError.BAD_REQUEST);
        }
        boolean websocket = first(query, "transport").equals("websocket");
        if (!websocket && !first(query, "transport").equals("polling")) {
            return new Fail(exchange, EngineError.UNKNOWN_TRANSPORT);
        }
        String sid = first(query, "sid");
        return sid.isEmpty()
                ? opening(server, exchange, request, remote, query, websocket)
                : continuing(server, exchange, request, remote, query, websocket, sid);
    }

    private static RequestPlan opening(
            EngineServer server,
            HttpExchange exchange,
            HttpRequest request,
            SocketAddress remote,
            Map<String, List<String>> query,
            boolean websocket) {
        if (!request.method().equals(HttpMethod.GET)) {
            return new Fail(exchange, EngineError.BAD_HANDSHAKE_METHOD);
        }
        WebSocketHandshake handshake = null;
        if (websocket) {
            handshake = WebSocketHandshake.of(request, server.config().compression());
            if (handshake == null) {
                return new Fail(exchange, EngineError.BAD_REQUEST);
            }
        }
        if (!first(query, "EIO").equals("4")) {
            return new Fail(exchange, EngineError.UNSUPPORTED_PROTOCOL_VERSION);
        }
        if (server.draining()) {
            return new Unavailable(exchange);
        }
        EngineRequest opened = server.keep(query, request.headers(), remote);
        return handshake == null
                ? new OpenPolling(server, exchange, opened)
                : new OpenWebSocket(server, handshake, opened, null);
    }

    private static RequestPlan continuing(
            EngineServer server,
            HttpExchange exchange,
            HttpRequest request,
            SocketAddress remote,
            Map<String, List<String>> query,
            boolean websocket,
            String sid) {
        EngineSession session = server.session(sid);
        if (session == null) {
            return new Fail(exchange, EngineError.UNKNOWN_SID);
        }
        if (websocket) {
            WebSocketHandshake handshake =
                    WebSocketHandshake.of(request, server.config().compression());
            return handshake == null
                    ? new Fail(exchange, EngineError.BAD_REQUEST)
                    : new OpenWebSocket(
                            server,
                            handshake,
                            server.keep(query, request.headers(), remote),
                            session);
        }
        if (request.method().equals(HttpMethod.GET)) {
            return new Poll(exchange, session);
        }
        if (!request.method().equals(HttpMethod.POST)) {
            return new Fail(exchange, EngineError.BAD_REQUEST);
        }
        if (!session.beginPost()) {
            session.abort(CloseReason.TRANSPORT_ERROR);
            return new Fail(exchange, EngineError.BAD_REQUEST);
        }
        return new Post(exchange, session);
    }

    private static String first(Map<String, List<String>> query, String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? "" : values.getFirst();
    }
}
