package dev.roosthold.relay.http;

import dev.roosthold.relay.limits.ClientAddress;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Lets one request of a connection in at a time, so that pipelined requests are answered in order
/// whoever answers them, and ends the connection where HTTP says so. Stands between the codec and
/// the handlers of requests. Event loop of its connection only.
///
/// A connection that ends while the client is still sending is half-closed first and drained for a
/// moment: closing at once would make the client's system throw away the answer unread.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel
final class RequestGate extends ChannelDuplexHandler {
    /// Asks to end the connection as soon as no request is in progress.
    enum Drain {
        EVENT
    }

    private final ConnectionTimeouts timeouts;
    private final FrontDoor door;
    private final RequestListener listener;
    private final ArrayDeque<HttpObject> held = new ArrayDeque<>();

    private boolean receiving;
    private boolean answering;
    private boolean interim;
    private boolean closing;
    private boolean closed;
    private boolean upgraded;
    private boolean readWanted;
    private @Nullable String origin;

    RequestGate(ConnectionTimeouts timeouts, FrontDoor door, RequestListener listener) {
        this.timeouts = timeouts;
        this.door = door;
        this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpObject object) || upgraded) {
            ctx.fireChannelRead(message);
        } else if (closed) {
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                ctx.close();
            }
        } else if (!held.isEmpty() || (message instanceof HttpRequest && busy())) {
            held.addLast(object);
        } else {
            pass(ctx, object);
        }
    }

    /// Reading goes on while a request is in progress, to notice a client that leaves, but not
    /// beyond the first piece of the next one.
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (held.isEmpty()) {
            ctx.read();
        } else {
            readWanted = true;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (upgraded) {
            ctx.write(message, promise);
            return;
        }
        if (message instanceof HttpResponse response) {
            begin(response);
        }
        boolean last = message instanceof LastHttpContent && !interim;
        if (last) {
            int size =
                    message instanceof FullHttpResponse full ? full.content().readableBytes() : 0;
            timeouts.answerLeaving(size);
            promise.addListener(_ -> answered(ctx));
        }
        ctx.write(message, promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Drain.EVENT && !upgraded) {
            closing = true;
            if (!busy()) {
                ctx.close();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    private boolean busy() {
        return receiving || answering;
    }

    private void pass(ChannelHandlerContext ctx, HttpObject object) {
        if (object instanceof HttpRequest request) {
            receiving = true;
            answering = true;
            interim = false;
            closing |= !HttpUtil.isKeepAlive(request);
            timeouts.bodyAwaited();
            origin = null;
            // Whoever sent the request before on this connection of a proxy was somebody else.
            ctx.channel().attr(Visit.KEY).set(null);
            var problem = HeadCheck.problem(request).or(() -> door.enter(ctx.channel(), request));
            if (problem.isPresent()) {
                ReferenceCountUtil.release(object);
                refuse(ctx, problem.get());
                return;
            }
            origin = request.headers().get(HttpHeaderNames.ORIGIN);
        } else if (object.decoderResult().isFailure()) {
            ReferenceCountUtil.release(object);
            refuse(ctx, HeadCheck.malformed("The body is malformed"));
            return;
        }
        if (object instanceof LastHttpContent) {
            receiving = false;
            timeouts.handlerAwaited();
        }
        ctx.fireChannelRead(object);
    }

    private void refuse(ChannelHandlerContext ctx, Response response) {
        if (response.status() >= 400) {
            String address = ClientAddress.of(HttpServer.client(ctx.channel()));
            listener.turnedAway(response.status(), address);
        }
        closing = true;
        receiving = true;
        if (answering) {
            write(ctx, Answer.of(response).toHttp(true), ctx.newPromise());
            ctx.flush();
        } else {
            ctx.close();
        }
    }

    private void begin(HttpResponse response) {
        HttpResponseStatus status = response.status();
        upgraded = status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        interim = status.codeClass() == HttpStatusClass.INFORMATIONAL && !upgraded;
        if (interim || upgraded) {
            return;
        }
        door.leave(response, origin);
        if (!(response instanceof FullHttpResponse)) {
            timeouts.answerLeaving(Math.toIntExact(HttpUtil.getContentLength(response, 0L)));
        }
        closing |=
                response.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        if (closing) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    private void answered(ChannelHandlerContext ctx) {
        answering = false;
        if (upgraded) {
            timeouts.handlerAwaited();
            ctx.pipeline().remove(timeouts);
            // The socket handler may have removed its HTTP companions already.
            if (ctx.pipeline().get(RestHandler.class) != null) {
                ctx.pipeline().remove(RestHandler.class);
            }
            ctx.pipeline().remove(this);
        } else if (closing) {
            close(ctx);
        } else if (receiving) {
            timeouts.bodyAwaited();
        } else {
            timeouts.requestAwaited();
            next(ctx);
        }
    }

    private void close(ChannelHandlerContext ctx) {
        closed = true;
        if (receiving && ctx.channel() instanceof DuplexChannel channel) {
            timeouts.closeAwaited();
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls == null) {
                channel.shutdownOutput();
            } else {
                tls.closeOutbound().addListener(_ -> channel.shutdownOutput());
            }
            channel.config().setAutoRead(true);
        } else {
            ctx.close();
        }
    }

    private void next(ChannelHandlerContext ctx) {
        while (!held.isEmpty() && !closed && !(held.peek() instanceof HttpRequest && busy())) {
            pass(ctx, held.remove());
        }
        if (held.isEmpty() && readWanted) {
            readWanted = false;
            ctx.read();
        }
    }
}
