package dev.roosthold.relay.jazz;

import dev.roosthold.jazz.relay.JazzRelay;
import dev.roosthold.relay.http.HttpServer;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.limits.ClientAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes the requests of Jazz's paths out of a pipeline and makes websockets of them; everything
/// else passes untouched. Event loop of its channel only.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel
final class JazzUpgrade extends ChannelInboundHandlerAdapter {
    /// The longest message: content of one value with very many sessions.
    static final int MAX_FRAME = 16 << 20;

    private static final String DECODER = "wsdecoder";
    private static final String BEARER = "Bearer ";

    private final Jazz jazz;
    private final ChannelHandler next;
    private @Nullable HttpRequest request;
    private long begunNanos;

    JazzUpgrade(Jazz jazz, ChannelHandler next) {
        this.jazz = jazz;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addAfter(ctx.name(), null, next);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (request == null) {
            if (!(message instanceof HttpRequest head) || !isOurs(head)) {
                ctx.fireChannelRead(message);
                return;
            }
            request = head;
            begunNanos = System.nanoTime();
        }
        HttpRequest current = request;
        boolean last = message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (last) {
            begin(ctx, current);
        }
    }

    private boolean isOurs(HttpRequest head) {
        String uri = head.uri();
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        if (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return jazz.limits().paths().contains(path) && (!path.isEmpty() || wantsWebSocket(head));
    }

    private static boolean wantsWebSocket(HttpRequest head) {
        return head.headers()
                .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        if (!head.method().equals(HttpMethod.GET) || !wantsWebSocket(head)) {
            refuse(ctx, 426, "This is the address of a websocket");
            return;
        }
        String credential = credential(head);
        SocketAddress client = HttpServer.client(ctx.channel());
        jazz.blocking()
                .execute(
                        () -> {
                            Doorkeeper.Verdict verdict;
                            JazzRelay relay = null;
                            try {
                                verdict = judge(credential, client);
                                if (verdict instanceof Doorkeeper.Admitted) {
                                    relay = jazz.relay();
                                }
                            } catch (IOException | RuntimeException e) {
                                Jazz.failed("letting a client in", e);
                                verdict = new Doorkeeper.Refused(503, "Not available");
                            }
                            Doorkeeper.Verdict said = verdict;
                            JazzRelay open = relay;
                            ctx.executor().execute(() -> decided(ctx, head, client, said, open));
                        });
    }

    private Doorkeeper.Verdict judge(String credential, SocketAddress client) {
        Doorkeeper.Verdict verdict = jazz.doorkeeper().judge(credential);
        if (verdict == Doorkeeper.INVALID
                && !jazz.failures().tryTake(ClientAddress.network(client))) {
            return new Doorkeeper.Refused(429, "Too many requests");
        }
        return verdict;
    }

    private static String credential(HttpRequest head) {
        String header = head.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        if (header.startsWith(BEARER)) {
            return header.substring(BEARER.length());
        }
        try {
            Map<String, List<String>> query = new QueryStringDecoder(head.uri()).parameters();
            for (String name : List.of("token", "key")) {
                List<String> values = query.getOrDefault(name, List.of());
                if (!values.isEmpty() && !values.getFirst().isEmpty()) {
                    return values.getFirst();
                }
            }
        } catch (IllegalArgumentException e) {
            // An escape that is none.
        }
        return "";
    }

    private void decided(
            ChannelHandlerContext ctx,
            HttpRequest head,
            SocketAddress client,
            Doorkeeper.Verdict verdict,
            @Nullable JazzRelay relay) {
        if (!ctx.channel().isActive() || ctx.isRemoved()) {
            return;
        }
        if (verdict instanceof Doorkeeper.Refused(int status, String error)) {
            refuse(ctx, status, error);
            return;
        }
        var guest = (Doorkeeper.Admitted) verdict;
        HttpServer.known(ctx.channel());
        if (relay == null || !jazz.enter(guest.space())) {
            refuse(ctx, 429, "Too many connections of this account");
            return;
        }
        upgrade(ctx, head, new JazzSocket(jazz, guest, client, relay));
    }

    private void upgrade(ChannelHandlerContext ctx, HttpRequest head, JazzSocket socket) {
        var full =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        head.uri(),
                        Unpooled.EMPTY_BUFFER,
                        head.headers(),
                        EmptyHttpHeaders.INSTANCE);
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshaker13(
                        head.uri(),
                        null,
                        WebSocketDecoderConfig.newBuilder()
                                .maxFramePayloadLength(MAX_FRAME)
                                .allowExtensions(false)
                                .build());
        var pipeline = ctx.pipeline();
        // Nobody behind this knows what a frame is.
        var behind = new ArrayList<ChannelHandler>();
        boolean passed = false;
        for (Map.Entry<String, ChannelHandler> entry : pipeline) {
            if (passed) {
                behind.add(entry.getValue());
            }
            passed |= entry.getValue() == this;
        }
        try {
            handshaker
                    .handshake(ctx.channel(), full)
                    .addListener(
                            done -> {
                                if (!done.isSuccess()) {
                                    ctx.close();
                                }
                            });
        } catch (WebSocketHandshakeException e) {
            jazz.leave(socket.guest().space());
            refuse(ctx, 400, "The handshake of the websocket is malformed");
            return;
        }
        for (ChannelHandler handler : behind) {
            // One of them leaves by itself once the answer is written.
            if (pipeline.context(handler) != null) {
                pipeline.remove(handler);
            }
        }
        pipeline.addBefore(DECODER, null, socket.receiver());
        pipeline.addLast(new WebSocketFrameAggregator(MAX_FRAME), socket);
        pipeline.remove(this);
    }

    private void refuse(ChannelHandlerContext ctx, int status, String error) {
        request = null;
        byte[] body = ("{\"error\":\"" + error + "\"}").getBytes(StandardCharsets.UTF_8);
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (status == 426) {
            headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        }
        if (status == 429) {
            headers.set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        jazz.requests()
                .answered(
                        new RequestListener.Answered(
                                "GET",
                                "/jazz",
                                status,
                                "",
                                System.nanoTime() - begunNanos,
                                ClientAddress.of(HttpServer.client(ctx.channel())),
                                Optional.empty()));
        ctx.writeAndFlush(response);
    }
}
