package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One HTTP request of the Engine.IO path and its answer. Answers may come from any thread; only
/// the first counts.
final class HttpExchange {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String JSON = "application/json";

    private final EngineHttpHandler handler;
    private final ChannelHandlerContext ctx;
    private final String allowedOrigin;
    private final boolean keepAlive;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile @Nullable Runnable lost;

    HttpExchange(
            EngineHttpHandler handler,
            ChannelHandlerContext ctx,
            String allowedOrigin,
            boolean keepAlive) {
        this.handler = handler;
        this.ctx = ctx;
        this.allowedOrigin = allowedOrigin;
        this.keepAlive = keepAlive;
    }

    /// Runs the action, on the channel's loop, when the connection ends before an answer was given
    /// or sent.
    void whenLost(Runnable action) {
        lost = action;
        if (!ctx.channel().isActive()) {
            ctx.executor().execute(this::connectionLost);
        }
    }

    void connectionLost() {
        Runnable action = lost;
        if (action != null && answered.compareAndSet(false, true)) {
            action.run();
        }
    }

    void body(byte[] body) {
        body(Unpooled.wrappedBuffer(body));
    }

    /// 200 with text; takes over the buffer.
    void body(ByteBuf body) {
        answer(HttpResponseStatus.OK, TEXT, body, keepAlive);
    }

    void fail(EngineError error) {
        ByteBuf body = Unpooled.copiedBuffer(error.json(), StandardCharsets.UTF_8);
        answer(HttpResponseStatus.BAD_REQUEST, JSON, body, keepAlive);
    }

    /// An answer without a body, after which the connection ends.
    void refuse(HttpResponseStatus status) {
        answer(status, TEXT, Unpooled.EMPTY_BUFFER, false);
    }

    void preflight(@Nullable String requestedHeaders) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        FullHttpResponse response = response(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,OPTIONS");
        if (requestedHeaders != null) {
            response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, requestedHeaders);
        }
        write(response, keepAlive);
    }

    private void answer(HttpResponseStatus status, String type, ByteBuf body, boolean keep) {
        if (!answered.compareAndSet(false, true)) {
            body.release();
            return;
        }
        FullHttpResponse response = response(status, body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        if (ctx.executor().inEventLoop()) {
            write(response, keep);
        } else {
            ctx.executor().execute(() -> write(response, keep));
        }
    }

    private FullHttpResponse response(HttpResponseStatus status, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        if (!allowedOrigin.isEmpty()) {
            response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin);
            if (!allowedOrigin.equals("*")) {
                response.headers().set(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
            }
        }
        return response;
    }

    private void write(FullHttpResponse response, boolean keep) {
        HttpUtil.setKeepAlive(response, keep);
        ChannelFuture written = ctx.writeAndFlush(response);
        Runnable action = lost;
        if (action != null) {
            written.addListener(
                    done -> {
                        if (!done.isSuccess()) {
                            action.run();
                        }
                    });
        }
        if (keep) {
            handler.answered(ctx, this);
        } else {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
