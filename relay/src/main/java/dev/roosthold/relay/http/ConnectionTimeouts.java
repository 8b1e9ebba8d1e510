package dev.roosthold.relay.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Ends connections whose client keeps the server waiting: in front of the codec, because a client
/// that sends its headers one byte at a time produces no HTTP objects. Event loop of its connection
/// only.
final class ConnectionTimeouts extends ChannelInboundHandlerAdapter {
    /// Slowest transfer in the long run, in bytes per second.
    private static final long MIN_RATE = 16 << 10;

    private static final byte[] TIMED_OUT =
            "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private enum Wait {
        REQUEST,
        HEAD,
        BODY,
        HANDLER,
        ANSWER,
        CLOSE
    }

    private final HttpConfig config;
    private Wait wait = Wait.REQUEST;
    private long deadline;
    private @Nullable ScheduledFuture<?> check;

    ConnectionTimeouts(HttpConfig config) {
        this.config = config;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        requestAwaited();
        schedule(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (check != null) {
            check.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        handlerRemoved(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (wait == Wait.REQUEST) {
            expect(Wait.HEAD, config.headTimeout());
        } else if (wait == Wait.BODY && message instanceof ByteBuf bytes) {
            deadline += TimeUnit.SECONDS.toNanos(bytes.readableBytes()) / MIN_RATE;
        }
        ctx.fireChannelRead(message);
    }

    /// Nothing is in progress.
    void requestAwaited() {
        expect(Wait.REQUEST, config.idleTimeout());
    }

    /// The head has arrived, the body follows.
    void bodyAwaited() {
        expect(Wait.BODY, config.bodyTimeout());
    }

    /// The client has done its part.
    void handlerAwaited() {
        wait = Wait.HANDLER;
    }

    /// An answer of that size was handed to the connection.
    void answerLeaving(int bytes) {
        expect(Wait.ANSWER, config.bodyTimeout().plusMillis(bytes * 1000L / MIN_RATE));
    }

    /// The last answer is out; the client may finish sending what it began.
    void closeAwaited() {
        expect(Wait.CLOSE, Duration.ofSeconds(3));
    }

    private void expect(Wait next, Duration patience) {
        wait = next;
        deadline = System.nanoTime() + patience.toNanos();
    }

    /// One timer per connection that looks at the deadline of the moment, instead of one per state.
    private void schedule(ChannelHandlerContext ctx) {
        long left =
                wait == Wait.HANDLER
                        ? config.headTimeout().toNanos()
                        : Math.clamp(
                                deadline - System.nanoTime(),
                                TimeUnit.MILLISECONDS.toNanos(10),
                                config.headTimeout().toNanos());
        check = ctx.executor().schedule(() -> look(ctx), left, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        if (wait == Wait.HANDLER || deadline - System.nanoTime() > 0) {
            schedule(ctx);
        } else if (wait == Wait.HEAD || wait == Wait.BODY) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(TIMED_OUT))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            ctx.close();
        }
    }
}
