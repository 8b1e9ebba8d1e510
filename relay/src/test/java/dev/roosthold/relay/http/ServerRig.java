package dev.roosthold.relay.http;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// A server on a free port with its clients. Tokens: `good`, `machine` (machine-scoped); `broken`
/// makes the authenticator throw; all others are unknown.
final class ServerRig implements AutoCloseable {
    /// Answers requests of `/socket` by itself after a moment, as a socket server would.
    static final class SlowSocketPath extends ChannelInboundHandlerAdapter {
        private boolean mine;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                mine = request.uri().startsWith("/socket");
                if (request.uri().equals("/upgrade")) {
                    upgrade(ctx, request);
                    return;
                }
            }
            if (!mine) {
                ctx.fireChannelRead(message);
                return;
            }
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                var _ = ctx.executor().schedule(() -> answer(ctx), 50, TimeUnit.MILLISECONDS);
            }
        }

        private static void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
            var whole =
                    new DefaultFullHttpRequest(
                            request.protocolVersion(),
                            request.method(),
                            request.uri(),
                            Unpooled.EMPTY_BUFFER,
                            request.headers(),
                            new DefaultHttpHeaders());
            var handshaker =
                    new WebSocketServerHandshakerFactory("/upgrade", null, false)
                            .newHandshaker(whole);
            var _ = handshaker.handshake(ctx.channel(), whole);
            ctx.pipeline().addLast(new Echo());
        }

        private static void answer(ChannelHandlerContext ctx) {
            var response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.OK,
                            Unpooled.copiedBuffer("socket", StandardCharsets.UTF_8));
            response.headers().setInt("content-length", 6);
            var _ = ctx.writeAndFlush(response);
        }
    }

    /// Sends each frame back.
    static final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
            var _ = ctx.writeAndFlush(frame.retain());
        }
    }

    final HttpServer server;
    final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    private ServerRig(HttpConfig config, Consumer<Routes> routes, HealthCheck health)
            throws IOException {
        server = HttpServer.start(config, routes, ServerRig::authenticate, health, this::handler);
    }

    static ServerRig start(Consumer<Routes> routes) throws IOException {
        return start(routes, config -> config);
    }

    static ServerRig start(Consumer<Routes> routes, UnaryOperator<HttpConfig> change)
            throws IOException {
        return new ServerRig(change.apply(loopback()), routes, Optional::empty);
    }

    static ServerRig withHealth(HealthCheck health) throws IOException {
        return new ServerRig(loopback(), _ -> {}, health);
    }

    private static HttpConfig loopback() {
        return HttpConfig.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private ChannelHandler handler() {
        return new SlowSocketPath();
    }

    private static Optional<Caller> authenticate(String token) {
        return switch (token) {
            case "good" -> Optional.of(caller(new Scope.Account()));
            case "machine" -> Optional.of(caller(new Scope.Machine(new MachineId("m1"))));
            case "broken" -> throw new IllegalStateException("database gone");
            default -> Optional.empty();
        };
    }

    private static Caller caller(Scope scope) {
        return new Caller(new AccountId("account"), new DeviceId("device"), scope);
    }

    java.net.http.HttpRequest.Builder request(String path) {
        return java.net.http.HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> get(String path, String... headers)
            throws IOException, InterruptedException {
        var builder = request(path);
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return client.send(builder.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        var builder = request(path).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return client.send(builder.build(), BodyHandlers.ofString());
    }

    RawConnection raw() throws IOException {
        return new RawConnection(server.port());
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
