package dev.roosthold.relay.jazz;

import dev.roosthold.jazz.relay.JazzRelay;
import dev.roosthold.jazz.relay.Link;
import dev.roosthold.jazz.relay.RelayPeer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One websocket. What [Link] asks for comes from any thread, all else runs on the event loop
/// of the channel.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel
final class JazzSocket extends SimpleChannelInboundHandler<WebSocketFrame> implements Link {
    /// Beyond it the relay gives no more and takes no more from this client.
    private static final long CONGESTED = 1 << 20;

    private static final long DRAINED = 256 << 10;

    /// What may wait behind the frame that is being written; beyond it the socket is closed.
    private static final long MOST_WAITING = 8 << 20;

    private static final long BEAT_MS = 1_500;

    /// A client that takes nothing for so long is gone.
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int PROBE_BEATS = 14;
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(75);
    private static final int CLOSE_SECONDS = 3;
    private static final int TOO_BIG = 1009;
    private static final int BAD_DATA = 1007;
    private static final int BROKEN = 1002;
    private static final int TEXT_ONLY = 1003;

    private final Jazz jazz;
    private final Doorkeeper.Admitted guest;
    private final SocketAddress remote;
    private final JazzRelay relay;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile long progressNanos = System.nanoTime();
    private volatile @Nullable ChannelHandlerContext ctx;
    private volatile boolean closing;
    private @Nullable RelayPeer peer;
    private @Nullable ScheduledFuture<?> beat;
    private long receiving;
    private long heardNanos = System.nanoTime();
    private int beats;

    JazzSocket(Jazz jazz, Doorkeeper.Admitted guest, SocketAddress remote, JazzRelay relay) {
        this.jazz = jazz;
        this.guest = guest;
        this.remote = remote;
        this.relay = relay;
    }

    Doorkeeper.Admitted guest() {
        return guest;
    }

    SocketAddress remote() {
        return remote;
    }

    /// Counts the bytes of frames that are not whole yet; belongs before the decoder.
    ChannelHandler receiver() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof ByteBuf bytes) {
                    receiving += bytes.readableBytes();
                    if (!jazz.mayReceive(bytes.readableBytes())) {
                        ReferenceCountUtil.release(message);
                        close(TRY_LATER, "the relay has too much to do");
                        return;
                    }
                }
                context.fireChannelRead(message);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        jazz.opened(this);
        peer = relay.connect(guest.space(), this);
        jazz.heard(this);
        beat =
                context.executor()
                        .scheduleAtFixedRate(this::beat, BEAT_MS, BEAT_MS, TimeUnit.MILLISECONDS);
    }

    // ---- from the client

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        heardNanos = System.nanoTime();
        jazz.received(receiving);
        receiving = 0;
        RelayPeer to = peer;
        switch (frame) {
            case TextWebSocketFrame text when to != null && !closing -> {
                jazz.heard(this);
                to.receive(text.content().toString(StandardCharsets.UTF_8));
            }
            case PingWebSocketFrame ping -> {
                if (waiting.get() < CONGESTED) {
                    write(new PongWebSocketFrame(ping.content().retain()), 0);
                }
            }
            case PongWebSocketFrame _ -> {}
            case CloseWebSocketFrame close -> {
                closing = true;
                context.writeAndFlush(close.retainedDuplicate())
                        .addListener(ChannelFutureListener.CLOSE);
            }
            case TextWebSocketFrame _ -> {}
            default -> close(TEXT_ONLY, "only text is spoken here");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ended();
    }

    private void ended() {
        ScheduledFuture<?> timer = beat;
        if (timer != null) {
            timer.cancel(false);
        }
        jazz.received(receiving);
        receiving = 0;
        RelayPeer gone = peer;
        peer = null;
        if (gone != null) {
            gone.closed();
            jazz.closed(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case TooLongFrameException _ -> close(TOO_BIG, "a message is too long");
            case CorruptedFrameException broken ->
                    close(
                            String.valueOf(broken.getMessage()).contains("UTF-8")
                                    ? BAD_DATA
                                    : BROKEN,
                            "not a frame");
            case IOException _ -> context.close();
            default -> {
                Jazz.failed("handling a frame", cause);
                context.close();
            }
        }
    }

    private void beat() {
        long now = System.nanoTime();
        if (waiting.get() > 0 && now - progressNanos > STUCK_NANOS) {
            abort();
            return;
        }
        if (now - heardNanos > SILENT_NANOS) {
            close(GOING_AWAY, "nothing was heard");
            return;
        }
        if (waiting.get() > DRAINED) {
            return;
        }
        if (++beats % PROBE_BEATS == 0) {
            write(new PingWebSocketFrame(), 0);
        }
        send(
                "{\"type\":\"ping\",\"time\":"
                        + System.currentTimeMillis()
                        + ",\"dc\":\"roosthold\"}");
    }

    // ---- to the client, any thread

    @Override
    public void send(String frame) {
        ChannelHandlerContext context = ctx;
        if (context == null || closing) {
            return;
        }
        if (waiting.get() > MOST_WAITING) {
            abort();
            return;
        }
        write(
                new TextWebSocketFrame(ByteBufUtil.writeUtf8(context.alloc(), frame)),
                frame.length());
    }

    private void write(WebSocketFrame frame, int size) {
        ChannelHandlerContext context = ctx;
        if (context == null) {
            frame.release();
            return;
        }
        if (waiting.getAndAdd(size) == 0) {
            progressNanos = System.nanoTime();
        }
        context.writeAndFlush(frame)
                .addListener(
                        _ -> {
                            progressNanos = System.nanoTime();
                            long left = waiting.addAndGet(-size);
                            RelayPeer to = peer;
                            if (left < DRAINED && told.compareAndSet(true, false) && to != null) {
                                to.drained();
                            }
                        });
    }

    @Override
    public boolean congested() {
        if (waiting.get() <= CONGESTED) {
            return false;
        }
        told.set(true);
        // It may have drained before it was asked to tell.
        return waiting.get() > DRAINED;
    }

    @Override
    public void pause(boolean stop) {
        ChannelHandlerContext context = ctx;
        if (context != null) {
            context.channel().config().setAutoRead(!stop);
        }
    }

    @Override
    public void close(int code, String reason) {
        ChannelHandlerContext context = ctx;
        if (context == null || closing) {
            return;
        }
        closing = true;
        context.writeAndFlush(new CloseWebSocketFrame(code, reason))
                .addListener(ChannelFutureListener.CLOSE);
        context.executor().schedule(() -> context.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    /// Ends a connection that takes nothing.
    private void abort() {
        closing = true;
        ChannelHandlerContext context = ctx;
        if (context != null) {
            context.close();
        }
    }
}
