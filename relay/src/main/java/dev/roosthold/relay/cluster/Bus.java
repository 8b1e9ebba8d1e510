package dev.roosthold.relay.cluster;

import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection of this node to NATS. Thread-safe.
///
/// Nothing that is sent waits, and nothing is sure to arrive: while there is no connection, or when
/// the server is slower than this node, it is dropped. What one node sends on one subject arrives
/// in order. A node does not hear itself.
public final class Bus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    private static final LogBudget FAILURES = LogBudget.of(new Rate(20, 2));
    private static final byte[] NOTHING = {};

    /// What a message needs beside its body, at most.
    private static final int HEAD_BYTES = 8 << 10;

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(200);

    /// A connection that has gone without a word is noticed after two of them.
    private static final Duration PING = Duration.ofSeconds(2);

    private static final int NO_RESPONDERS = 503;

    private final String prefix;
    private final Connection connection;
    private final Dispatcher accounts;
    private final Dispatcher calls;

    /// Where nobody listens, and where that is said.
    private final String nobody;

    private final String echoes;
    private final AtomicLong echo = new AtomicLong();
    private final Map<String, CompletableFuture<Boolean>> settling = new ConcurrentHashMap<>();
    private final List<Runnable> losses = new CopyOnWriteArrayList<>();
    private final List<Runnable> returns = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final AtomicBoolean away = new AtomicBoolean();
    private volatile boolean closing;

    /// Which thread a message comes on: what is slow in one lane does not hold up the other.
    /// Handlers must not block.
    public enum Lane {
        ACCOUNTS,
        CALLS
    }

    /// Takes what arrives.
    public interface Handler {
        void on(Message message);

        /// Nobody listens where a request went.
        ///
        /// @param subject to which its answer would have come
        default void nobody(String subject) {}
    }

    /// An open ear.
    public interface Ear extends AutoCloseable {
        @Override
        void close();
    }

    private Bus(NatsUrl url, ClusterKey key) throws IOException, InterruptedException {
        prefix = "roost." + key.name("bus").substring(0, 16) + ".";
        var options =
                new Options.Builder()
                        .servers(url.servers().toArray(String[]::new))
                        .connectionName("roost")
                        .noEcho()
                        .maxReconnects(-1)
                        .reconnectWait(AGAIN)
                        .reconnectJitter(AGAIN)
                        .connectionTimeout(CONNECT)
                        .pingInterval(PING)
                        .maxPingsOut(2)
                        .discardMessagesWhenOutgoingQueueFull()
                        .connectionListener((_, event) -> changed(event))
                        .errorListener(new Errors());
        if (url.user().isPresent()) {
            options.userInfo(url.user().get(), url.password().orElse(""));
        } else if (url.password().isPresent()) {
            options.token(url.password().get().toCharArray());
        }
        connection = Nats.connect(options.build());
        accounts = connection.createDispatcher();
        calls = connection.createDispatcher();
        String own = key.name(UUID.randomUUID().toString());
        nobody = "nobody." + own;
        echoes = "echo." + own + ".";
        connection.createDispatcher().subscribe(prefix + echoes + "*", this::settled);
    }

    /// Connects.
    ///
    /// @throws IOException with a message for the operator
    public static Bus connect(NatsUrl url, ClusterKey key) throws IOException {
        try {
            return new Bus(url, key);
        } catch (IOException e) {
            throw new IOException("cannot connect to NATS at " + url.place(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    public boolean isConnected() {
        return connection.getStatus() == Connection.Status.CONNECTED;
    }

    /// Adds what is done when the connection is lost; on a thread of the bus, must not block.
    public void onLoss(Runnable action) {
        losses.add(action);
    }

    /// Adds what is done when something may have been lost and the connection is there again; on a
    /// thread of the bus, must not block.
    public void onReturn(Runnable action) {
        returns.add(action);
    }

    /// How large a body may be.
    public int maxBody() {
        long server = connection.getMaxPayload();
        return (int) Math.min(Math.max(server, 4L * HEAD_BYTES), 1 << 20) - HEAD_BYTES;
    }

    /// What was not sent since the start.
    public long dropped() {
        return dropped.sum();
    }

    /// How often the connection was lost since the start.
    public long lost() {
        return lost.sum();
    }

    public void send(String subject, List<String> parts) {
        send(subject, null, parts, NOTHING, 0, 0);
    }

    public void send(String subject, List<String> parts, byte[] body) {
        send(subject, null, parts, body, 0, body.length);
    }

    /// Sends a part of the bytes.
    public void send(String subject, List<String> parts, byte[] body, int from, int length) {
        send(subject, null, parts, body, from, length);
    }

    /// Sends something and names where the answer goes; when nobody listens there comes
    /// [Handler#nobody] at once.
    ///
    /// @return false when it was surely not sent
    public boolean ask(String subject, String replyTo, List<String> parts, byte[] body) {
        return send(subject, replyTo, parts, body, 0, body.length);
    }

    private boolean send(
            String subject,
            @org.jspecify.annotations.Nullable String replyTo,
            List<String> parts,
            byte[] body,
            int from,
            int length) {
        if (!isConnected() || length > maxBody()) {
            dropped.increment();
            return false;
        }
        try {
            byte[] bytes = Message.encode(parts, body, from, length);
            if (replyTo == null) {
                connection.publish(prefix + subject, bytes);
            } else {
                connection.publish(prefix + subject, prefix + replyTo, bytes);
            }
            return true;
        } catch (IllegalStateException e) {
            // It closes, or its queue is full.
            dropped.increment();
            return false;
        } catch (IllegalArgumentException e) {
            dropped.increment();
            failed("a message could not be sent", e);
            return false;
        }
    }

    /// Answers a message; a reply subject is complete already.
    ///
    /// @param replyTo from a message that came
    public void reply(String replyTo, List<String> parts, byte[] body, int from, int length) {
        if (replyTo.startsWith(prefix)) {
            send(replyTo.substring(prefix.length()), parts, body, from, length);
        }
    }

    /// Listens to a subject, where `*` stands for any one word.
    public Ear listen(Lane lane, String subject, Handler handler) {
        Dispatcher dispatcher = dispatcher(lane);
        Subscription subscription = dispatcher.subscribe(prefix + subject, m -> take(handler, m));
        return () -> end(dispatcher, subscription);
    }

    /// Listens to a subject whose messages go to only one of all who listen with this.
    public Ear serve(Lane lane, String subject, Handler handler) {
        Dispatcher dispatcher = dispatcher(lane);
        Subscription subscription =
                dispatcher.subscribe(prefix + subject, "one", m -> take(handler, m));
        return () -> end(dispatcher, subscription);
    }

    /// Waits until the server knows what this node listens to; at most that long.
    ///
    /// It is asked for something that nobody serves, and says so when it has read all before. Not
    /// by a flush: the library counts each one that waits as a ping without an answer, and when
    /// three sockets connect at the same moment it gives the connection up.
    public void settle(Duration patience) {
        String inbox = echoes + echo.incrementAndGet();
        var heard = new CompletableFuture<Boolean>();
        settling.put(prefix + inbox, heard);
        try {
            if (echo(inbox)) {
                heard.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            // What is missed is found in the database.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            settling.remove(prefix + inbox);
        }
    }

    /// Asks for an echo: [Handler#nobody] comes to that subject after everything that the server
    /// has for this node already.
    ///
    /// @return false when it was surely not sent
    public boolean echo(String replyTo) {
        return ask(nobody, replyTo, List.of("echo"), NOTHING);
    }

    private void settled(io.nats.client.Message message) {
        CompletableFuture<Boolean> heard = settling.get(message.getSubject());
        if (heard != null) {
            heard.complete(true);
        }
    }

    private Dispatcher dispatcher(Lane lane) {
        return switch (lane) {
            case ACCOUNTS -> accounts;
            case CALLS -> calls;
        };
    }

    private void end(Dispatcher dispatcher, Subscription subscription) {
        try {
            dispatcher.unsubscribe(subscription);
        } catch (IllegalStateException e) {
            // Closed: it has ended already.
        }
    }

    private void take(Handler handler, io.nats.client.Message message) {
        try {
            String subject = message.getSubject().substring(prefix.length());
            if (message.isStatusMessage()) {
                if (message.getStatus().getCode() == NO_RESPONDERS) {
                    handler.nobody(subject);
                }
                return;
            }
            Message.decode(subject, message.getData(), message.getReplyTo()).ifPresent(handler::on);
        } catch (RuntimeException e) {
            failed("a message of another node was not understood", e);
        }
    }

    private void changed(ConnectionListener.Events event) {
        if (closing) {
            return;
        }
        switch (event) {
            // It comes again with attempts to connect that go wrong.
            case DISCONNECTED -> {
                if (away.compareAndSet(false, true)) {
                    lost.increment();
                    LOG.warn("the connection to NATS is lost; updates come from the database now");
                }
                losses.forEach(Runnable::run);
            }
            // Everything that is listened to is known to the server again.
            case RESUBSCRIBED -> {
                away.set(false);
                LOG.info("the connection to NATS is there again");
                returns.forEach(Runnable::run);
            }
            default -> {}
        }
    }

    private static void failed(String what, Exception cause) {
        FAILURES.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atWarn()
                                        .addKeyValue("withheld", withheld)
                                        .setCause(cause)
                                        .log(what));
    }

    private final class Errors implements ErrorListener {
        @Override
        public void errorOccurred(Connection where, String error) {
            FAILURES.tryTake().ifPresent(_ -> LOG.warn("NATS reports: {}", error));
        }

        @Override
        public void exceptionOccurred(Connection where, Exception cause) {
            LOG.debug("the connection to NATS failed", cause);
        }

        /// This node is slower than the others and has lost something.
        @Override
        public void slowConsumerDetected(Connection where, Consumer consumer) {
            FAILURES.tryTake().ifPresent(_ -> LOG.warn("NATS brings more than can be taken"));
            returns.forEach(Runnable::run);
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            connection.flush(AGAIN);
        } catch (TimeoutException | IllegalStateException e) {
            // Nobody waits for it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
