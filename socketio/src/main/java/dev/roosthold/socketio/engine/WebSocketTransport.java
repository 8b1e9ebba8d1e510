package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A websocket, from the end of its handshake on: the only handler left in the pipeline behind what
/// stood before the HTTP codec.
///
/// ``` direct:   OPEN ──────────────────────────────► CLOSING upgrade:  PROBING ─2probe─► PROBED
/// ─5─► JOINING ─► OPEN ─► CLOSING refused:  CLOSING
/// ```
///
/// Event loop of its channel only, except [#congested()].
final class WebSocketTransport extends ChannelInboundHandlerAdapter
        implements Transport, WebSocketDecoder.Sink {
    private static final long CLOSE_TIMEOUT_SECONDS = 3;

    private enum State {
        PROBING,
        PROBED,
        JOINING,
        OPEN,
        CLOSING
    }

    private final EngineServer server;
    private final boolean deflate;
    private final WebSocketDecoder decoder;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable EngineSession session;
    private State state;
    private boolean paused;
    private boolean begun;

    private WebSocketTransport(
            EngineServer server, boolean deflate, @Nullable EngineSession session, State state) {
        this.server = server;
        this.deflate = deflate;
        this.decoder = new WebSocketDecoder(server.config().maxPayload(), deflate);
        this.session = session;
        this.state = state;
    }

    static WebSocketTransport direct(EngineServer server, boolean deflate) {
        return new WebSocketTransport(server, deflate, null, State.OPEN);
    }

    static WebSocketTransport probing(EngineServer server, boolean deflate, EngineSession session) {
        return new WebSocketTransport(server, deflate, session, State.PROBING);
    }

    /// A websocket that is closed as soon as its handshake is complete.
    static WebSocketTransport refused(EngineServer server) {
        return new WebSocketTransport(server, false, null, State.CLOSING);
    }

    void attach(EngineSession owner) {
        session = owner;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    /// Answers the handshake; called when the HTTP handlers are gone.
    void begin(WebSocketHandshake handshake) {
        ChannelHandlerContext context = context();
        context.write(Unpooled.wrappedBuffer(handshake.response()), context.voidPromise());
        if (state == State.CLOSING) {
            refuse();
        } else if (state == State.PROBING) {
            context.executor()
                    .schedule(
                            this::probeTimedOut,
                            server.config().upgradeTimeout().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    private void probeTimedOut() {
        if (state == State.PROBING || state == State.PROBED) {
            fail(WebSocketFrames.PROTOCOL_ERROR);
        }
    }

    /// Starts to read; what came before was kept.
    void receive() {
        begun = true;
        decoder.resume(context().alloc(), this);
    }

    boolean joining() {
        return state == State.JOINING;
    }

    // ---- from the client

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (context.channel().isActive()) {
            EngineSession owner = session;
            if (owner != null && state == State.OPEN) {
                owner.heard();
            }
            decoder.decode(context.alloc(), bytes, this);
        } else {
            bytes.release();
        }
    }

    @Override
    public boolean accepting() {
        return begun && !paused && state != State.JOINING;
    }

    @Override
    public void message(boolean binary, byte[] data) {
        EngineSession owner = session;
        switch (state) {
            case OPEN -> {
                if (owner != null && binary) {
                    owner.binary(data);
                } else if (owner != null) {
                    owner.packet(data, 0, data.length);
                }
            }
            case PROBING -> {
                if (!binary && isProbe(data) && owner != null) {
                    state = State.PROBED;
                    write(
                            EngineMessage.packet(
                                    context().alloc(), new byte[] {'3', 'p', 'r', 'o', 'b', 'e'}));
                    flush();
                    owner.execute(owner::probed);
                } else {
                    fail(WebSocketFrames.PROTOCOL_ERROR);
                }
            }
            case PROBED -> {
                if (!binary && data.length == 1 && data[0] == '5' && owner != null) {
                    state = State.JOINING;
                    context().channel().config().setAutoRead(false);
                    LoopHub hub = server.hub(context().channel().eventLoop());
                    owner.execute(() -> owner.move(this, hub));
                } else {
                    fail(WebSocketFrames.PROTOCOL_ERROR);
                }
            }
            case JOINING, CLOSING -> {}
        }
    }

    private static boolean isProbe(byte[] data) {
        return data.length == 6
                && data[0] == '2'
                && data[1] == 'p'
                && data[2] == 'r'
                && data[3] == 'o'
                && data[4] == 'b'
                && data[5] == 'e';
    }

    @Override
    public void control(int opcode, byte[] data) {
        switch (opcode) {
            case WebSocketFrames.PING -> pong(data);
            case WebSocketFrames.CLOSE -> {
                if (state == State.CLOSING) {
                    context().close();
                } else {
                    sendClose(WebSocketFrames.NORMAL_CLOSURE);
                    ended(CloseReason.TRANSPORT_CLOSE);
                    closeWhenWritten();
                }
            }
            default -> {}
        }
    }

    private void pong(byte[] data) {
        if (state == State.CLOSING) {
            return;
        }
        context().writeAndFlush(frame(WebSocketFrames.PONG, data), context().voidPromise());
        // A client that pings and reads nothing must not fill our memory with answers.
        EngineSession owner = session;
        long allowed = owner == null ? server.config().outboundBudget() : owner.allowedToWait();
        if (waiting() > allowed) {
            ended(CloseReason.SLOW_CONSUMER);
            context().close();
        }
    }

    @Override
    public void violation(int closeCode) {
        if (state == State.CLOSING) {
            context().close();
        } else {
            fail(closeCode);
        }
    }

    private void fail(int closeCode) {
        sendClose(closeCode);
        ended(CloseReason.TRANSPORT_ERROR);
        closeSoon();
    }

    /// Completes the websocket's handshake and closes it: the session has, or is getting, another
    /// one.
    void refuse() {
        sendClose(WebSocketFrames.NORMAL_CLOSURE);
        state = State.CLOSING;
        session = null;
        closeSoon();
    }

    /// Leaves the session to its fate: closes it when this is its transport, or tells it that the
    /// upgrade failed.
    private void ended(CloseReason reason) {
        State before = state;
        state = State.CLOSING;
        EngineSession owner = session;
        if (owner == null) {
            return;
        }
        switch (before) {
            case OPEN -> owner.close(reason);
            case PROBING, PROBED -> {
                session = null;
                owner.execute(owner::upgradeFailed);
            }
            // The move is under way to this loop: what happened is seen after it.
            case JOINING -> owner.execute(() -> owner.close(reason));
            case CLOSING -> {}
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended(CloseReason.TRANSPORT_CLOSE);
        decoder.release();
        EngineSession owner = session;
        if (owner != null) {
            owner.execute(owner::transportGone);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            server.unexpected("websocket", cause);
        }
        ended(CloseReason.TRANSPORT_ERROR);
        context.close();
    }

    // ---- to the client

    @Override
    public void write(EngineMessage message) {
        ChannelHandlerContext context = context();
        EngineMessage written = deflate ? message.deflated() : message;
        context.write(written.frame().retainedDuplicate(), context.voidPromise());
        for (ByteBuf attachment : written.attachments()) {
            context.write(attachment.retainedDuplicate(), context.voidPromise());
        }
        message.release();
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public long waiting() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public boolean writable() {
        return context().channel().isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        EngineSession owner = session;
        if (owner != null && state == State.OPEN && context.channel().isWritable()) {
            owner.becameWritable();
        }
    }

    @Override
    public boolean congested() {
        ChannelHandlerContext context = ctx;
        ChannelOutboundBuffer buffer =
                context == null ? null : context.channel().unsafe().outboundBuffer();
        return buffer != null && buffer.totalPendingWriteBytes() > 0;
    }

    @Override
    public void admitted() {
        server.config().surroundings().admitted(context().channel());
    }

    @Override
    public void pause(boolean pause) {
        paused = pause;
        if (state != State.OPEN) {
            return;
        }
        if (!pause) {
            // Not at once: the caller may be inside the handling of an earlier message.
            context().executor().execute(this::readOn);
        } else {
            context().channel().config().setAutoRead(false);
        }
    }

    private void readOn() {
        if (!paused && state == State.OPEN) {
            decoder.resume(context().alloc(), this);
        }
        if (!paused) {
            context().channel().config().setAutoRead(true);
        }
    }

    /// The session has arrived on this loop.
    void joined(PollingTransport.Unsent unsent, boolean pausedByApplication) {
        if (state != State.JOINING) {
            unsent.release();
            return;
        }
        state = State.OPEN;
        paused = pausedByApplication;
        for (EngineMessage message : unsent.messages()) {
            write(message);
        }
        readOn();
    }

    @Override
    public void close(CloseReason reason, boolean graceful) {
        if (state == State.CLOSING) {
            return;
        }
        state = State.CLOSING;
        if (reason == CloseReason.SLOW_CONSUMER) {
            context().close();
            return;
        }
        sendClose(
                switch (reason) {
                    case SERVER_SHUTDOWN -> WebSocketFrames.GOING_AWAY;
                    case TRANSPORT_ERROR -> WebSocketFrames.PROTOCOL_ERROR;
                    default -> WebSocketFrames.NORMAL_CLOSURE;
                });
        closeSoon();
    }

    /// Leaves the client time to read what was sent and to answer the close frame, whose answer
    /// ends the connection.
    private void closeSoon() {
        ChannelHandlerContext context = context();
        paused = false;
        context.channel().config().setAutoRead(true);
        context.executor().schedule(() -> context.close(), CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private void closeWhenWritten() {
        ChannelHandlerContext context = context();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        closeSoon();
    }

    private void sendClose(int code) {
        byte[] payload = {(byte) (code >> 8), (byte) code};
        context().writeAndFlush(frame(WebSocketFrames.CLOSE, payload), context().voidPromise());
    }

    private ByteBuf frame(int opcode, byte[] payload) {
        ByteBuf frame = context().alloc().buffer(2 + payload.length);
        frame.writeByte(WebSocketFrames.FIN | opcode).writeByte(payload.length).writeBytes(payload);
        return frame;
    }

    private ChannelHandlerContext context() {
        return java.util.Objects.requireNonNull(ctx);
    }
}
