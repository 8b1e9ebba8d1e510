package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Takes the HTTP requests of the Engine.IO path out of a pipeline; everything else passes
/// untouched.
///
/// One request is in work at a time; what the client sends meanwhile waits, so that answers keep
/// the order of the requests. Event loop of its channel only.
final class EngineHttpHandler extends ChannelInboundHandlerAdapter {
    private final EngineServer server;
    private final ArrayDeque<Object> held = new ArrayDeque<>(0);
    private @Nullable HttpExchange exchange;
    private @Nullable RequestPlan plan;
    private @Nullable ByteBuf body;
    private boolean receiving;
    private boolean removed;

    EngineHttpHandler(EngineServer server) {
        this.server = server;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (exchange != null && !receiving) {
            held.add(message);
            ctx.channel().config().setAutoRead(false);
            return;
        }
        if (message instanceof HttpRequest request && server.owns(request.uri())) {
            begin(ctx, request);
        } else if (!receiving || !(message instanceof HttpObject)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            if (message instanceof HttpContent content) {
                content(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        HttpExchange current =
                new HttpExchange(
                        this, ctx, server.config().allowedOrigin(), HttpUtil.isKeepAlive(request));
        exchange = current;
        receiving = true;
        plan =
                RequestPlan.of(
                        server,
                        current,
                        request,
                        server.config().surroundings().clientAddress(ctx.channel()));
        if (HttpUtil.getContentLength(request, 0L) > server.config().maxPayload()) {
            tooLarge(current);
        } else if (HttpUtil.is100ContinueExpected(request)) {
            ctx.writeAndFlush(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        HttpExchange current = exchange;
        RequestPlan request = plan;
        if (current == null || request == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            request.abandon();
            plan = null;
            current.refuse(HttpResponseStatus.BAD_REQUEST);
        } else if (content.content().isReadable() && !collect(ctx, content.content())) {
            tooLarge(current);
        } else if (content instanceof LastHttpContent) {
            receiving = false;
            plan = null;
            request.run(ctx, takeBody());
        }
    }

    private boolean collect(ChannelHandlerContext ctx, ByteBuf part) {
        ByteBuf collected = body;
        if (collected == null) {
            collected = ctx.alloc().heapBuffer(part.readableBytes());
            body = collected;
        }
        if (collected.readableBytes() + part.readableBytes() > server.config().maxPayload()) {
            return false;
        }
        collected.writeBytes(part);
        return true;
    }

    /// The rest of the body is thrown away until the connection ends.
    private void tooLarge(HttpExchange current) {
        RequestPlan request = plan;
        if (request != null) {
            plan = null;
            request.tooLarge();
        }
        current.refuse(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
    }

    private byte[] takeBody() {
        ByteBuf collected = body;
        if (collected == null) {
            return new byte[0];
        }
        body = null;
        byte[] bytes = ByteBufUtil.getBytes(collected);
        collected.release();
        return bytes;
    }

    /// The answer is written: goes on with what came meanwhile.
    void answered(ChannelHandlerContext ctx, HttpExchange done) {
        if (exchange != done || removed) {
            return;
        }
        if (receiving) {
            // Answered before its body was complete; the connection ends with this answer.
            return;
        }
        exchange = null;
        while (exchange == null || receiving) {
            Object next = held.poll();
            if (next == null) {
                if (!ctx.channel().config().isAutoRead()) {
                    ctx.channel().config().setAutoRead(true);
                }
                return;
            }
            channelRead(ctx, next);
            if (next instanceof LastHttpContent) {
                ctx.fireChannelReadComplete();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cleanUp();
        super.channelInactive(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        removed = true;
        cleanUp();
    }

    private void cleanUp() {
        RequestPlan request = plan;
        if (request != null) {
            plan = null;
            request.abandon();
        }
        ByteBuf collected = body;
        if (collected != null) {
            body = null;
            collected.release();
        }
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        HttpExchange current = exchange;
        if (current != null && !removed) {
            current.connectionLost();
        }
    }
}
