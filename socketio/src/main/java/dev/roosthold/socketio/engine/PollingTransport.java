package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Long polling: packets wait here until a GET fetches them; POST bodies bring the packets of the
/// client.
///
/// Event loop of the session only, except [#congested()].
final class PollingTransport implements Transport {
    /// How long a poll that arrives during an upgrade is held before it is answered with a noop.
    private static final Duration UPGRADE_HOLD = Duration.ofMillis(100);

    /// How long a closed session waits for the poll that fetches its last packets.
    private static final Duration LAST_POLL = Duration.ofSeconds(3);

    /// How long a session that its client has closed waits for a poll that the close packet
    /// overtook: the two come over two connections.
    private static final Duration OVERTAKEN_POLL = Duration.ofSeconds(1);

    /// Below this the buffer counts as writable; Netty's default for a channel.
    private static final int WRITABLE_BYTES = 64 << 10;

    private static final byte[] NOOP = {'6'};
    private static final byte[] CLOSE = {'1'};

    private final EngineServer server;
    private @Nullable EngineSession session;
    private final ArrayDeque<EngineMessage> buffer = new ArrayDeque<>();
    private long buffered;
    private @Nullable HttpExchange poll;
    private @Nullable HttpExchange unansweredPost;
    private boolean upgrading;
    private boolean polledInUpgrade;
    private boolean paused;
    private boolean ended;
    private byte[] lastAnswer = CLOSE;
    private volatile boolean idle;

    /// What a session that moves to a websocket takes along.
    record Unsent(ArrayDeque<EngineMessage> messages) {
        void release() {
            messages.forEach(EngineMessage::release);
        }
    }

    PollingTransport(EngineServer server) {
        this.server = server;
    }

    void attach(EngineSession owner) {
        session = owner;
    }

    private EngineSession session() {
        return java.util.Objects.requireNonNull(session);
    }

    @Override
    public void write(EngineMessage message) {
        buffer.add(message);
        buffered += message.size();
    }

    @Override
    public void flush() {
        HttpExchange waiting = poll;
        if (waiting != null && !buffer.isEmpty()) {
            poll = null;
            waiting.body(payload());
            session().becameWritable();
        }
        idle = poll != null && buffer.isEmpty();
    }

    @Override
    public long waiting() {
        return buffered;
    }

    @Override
    public boolean writable() {
        return buffered < WRITABLE_BYTES;
    }

    @Override
    public boolean congested() {
        return !idle;
    }

    @Override
    public void pause(boolean pause) {
        paused = pause;
        HttpExchange post = unansweredPost;
        if (!pause && post != null) {
            unansweredPost = null;
            answerPost(post);
        }
    }

    /// Nothing to tell: each poll may come over another connection.
    @Override
    public void admitted() {}

    /// The client has sent its probe, or the upgrade has failed.
    void upgrading(boolean now) {
        upgrading = now;
        HttpExchange waiting = poll;
        if (now && waiting != null) {
            if (polledInUpgrade) {
                answerNoopLater(waiting);
            } else {
                answerNoop();
            }
        }
    }

    private void answerNoopLater(HttpExchange exchange) {
        session()
                .schedule(
                        () -> {
                            if (poll == exchange) {
                                answerNoop();
                            }
                        },
                        UPGRADE_HOLD);
    }

    void poll(HttpExchange exchange, boolean closed) {
        if (ended) {
            exchange.fail(EngineError.UNKNOWN_SID);
            return;
        }
        if (closed) {
            if (buffer.isEmpty()) {
                exchange.body(lastAnswer);
                end();
            } else {
                exchange.body(payload());
            }
            return;
        }
        if (poll != null) {
            exchange.fail(EngineError.BAD_REQUEST);
            session().close(CloseReason.TRANSPORT_ERROR);
            return;
        }
        poll = exchange;
        polledInUpgrade = session().upgradeBegun();
        exchange.whenLost(
                () ->
                        session()
                                .execute(
                                        () -> {
                                            if (poll == exchange) {
                                                poll = null;
                                                session().transportGone();
                                            }
                                        }));
        flush();
        if (upgrading && poll != null) {
            answerNoopLater(exchange);
        }
    }

    private void answerNoop() {
        HttpExchange waiting = poll;
        if (waiting != null) {
            poll = null;
            idle = false;
            waiting.body(NOOP);
        }
    }

    void post(HttpExchange exchange, byte[] body) {
        EngineSession owner = session();
        boolean valid =
                PollPayload.decode(
                        body,
                        new PollPayload.Sink() {
                            @Override
                            public boolean packet(byte[] data, int offset, int length) {
                                return owner.packet(data, offset, length);
                            }

                            @Override
                            public boolean binary(byte[] data) {
                                return owner.binary(data);
                            }
                        });
        if (!valid) {
            exchange.fail(EngineError.BAD_REQUEST);
            owner.close(CloseReason.TRANSPORT_ERROR);
        } else if (paused && owner.open()) {
            // The client sends its next body only after this answer: that is the back-pressure of
            // polling.
            unansweredPost = exchange;
        } else {
            answerPost(exchange);
        }
    }

    private void answerPost(HttpExchange exchange) {
        session().endPost();
        exchange.body(new byte[] {'o', 'k'});
    }

    @Override
    public void close(CloseReason reason, boolean graceful) {
        HttpExchange post = unansweredPost;
        if (post != null) {
            unansweredPost = null;
            answerPost(post);
        }
        HttpExchange waiting = poll;
        poll = null;
        boolean byClient = reason == CloseReason.TRANSPORT_CLOSE;
        if (byClient) {
            lastAnswer = NOOP;
            discard();
        }
        if (waiting != null && (buffer.isEmpty() || !graceful)) {
            waiting.body(lastAnswer);
            end();
            return;
        }
        if (waiting != null) {
            // The close packet comes alone in the next answer: clients handle it before they hand
            // out the events of the same body.
            waiting.body(payload());
        }
        if (graceful) {
            session().schedule(this::end, byClient ? OVERTAKEN_POLL : LAST_POLL);
        } else {
            end();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            discard();
            session().transportGone();
        }
    }

    private void discard() {
        buffer.forEach(EngineMessage::release);
        buffer.clear();
    }

    /// Ends polling because the session becomes a websocket.
    Unsent detach() {
        HttpExchange waiting = poll;
        if (waiting != null && polledInUpgrade) {
            poll = null;
            waiting.fail(EngineError.BAD_REQUEST);
        }
        answerNoop();
        ended = true;
        HttpExchange post = unansweredPost;
        if (post != null) {
            unansweredPost = null;
            answerPost(post);
        }
        return new Unsent(buffer);
    }

    /// Takes waiting messages as one body: at least one, and more while they fit into the payload
    /// limit.
    private ByteBuf payload() {
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer(256);
        EngineMessage message = buffer.peekFirst();
        while (message != null
                && (!body.isReadable()
                        || body.readableBytes() + message.pollSize()
                                < server.config().maxPayload())) {
            buffer.removeFirst();
            buffered -= message.size();
            message.writeTo(body);
            message.release();
            message = buffer.peekFirst();
        }
        return body;
    }
}
