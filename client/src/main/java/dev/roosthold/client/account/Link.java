package dev.roosthold.client.account;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.BearerToken;
import dev.roosthold.client.ConnectionHandler;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayConnection;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.client.changes.Feed;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.rpc.RpcTarget;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// One socket of an account, kept up until it is closed: reconnects for ever, with growing, random
/// pauses, and brings everything that belongs to the connection back each time: missed updates,
/// registered methods, waiting messages. Thread-safe.
public final class Link implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Feed feed;
    private final LinkListener listener;
    private final Runnable onConnect;
    private final List<RpcTarget> handlers = new CopyOnWriteArrayList<>();
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private @Nullable RelaySocket socket;

    /// Connects, and goes on doing so. [Account#connect] is the usual way; this one is for programs
    /// whose bearer does not come from a master secret.
    ///
    /// @param auth how the socket presents itself
    /// @param feed is closed with the link
    /// @param onConnect called after each connect
    /// @param backoff pauses between attempts
    public Link(
            RelayAddress relay,
            String clientName,
            Network network,
            Bearers bearers,
            Function<BearerToken, SocketAuth> auth,
            Feed feed,
            LinkListener listener,
            Runnable onConnect,
            Scheduler scheduler,
            Backoff backoff) {
        this.feed = feed;
        this.listener = listener;
        this.onConnect = onConnect;
        RelayConnection connection =
                new RelayConnection(
                        relay,
                        clientName,
                        network,
                        new Handler(bearers, auth),
                        scheduler,
                        Clock.systemUTC(),
                        backoff);
        thread = Thread.ofVirtual().name("roost-link").start(() -> run(connection));
    }

    private static void run(RelayConnection connection) {
        try {
            connection.run();
        } catch (InterruptedException e) {
            LOG.debug("closed");
        }
    }

    /// Offers these methods on this connection.
    public void serve(RpcTarget methods) {
        handlers.add(methods);
        socket().ifPresent(methods::connected);
    }

    /// The connection, when there is one now.
    public Optional<RelaySocket> socket() {
        lock.lock();
        try {
            RelaySocket live = socket;
            return live == null || live.ended().isDone() ? Optional.empty() : Optional.of(live);
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a connection; empty when there is none in time.
    public Optional<RelaySocket> awaitSocket(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (true) {
                RelaySocket live = socket;
                if (live != null && !live.ended().isDone()) {
                    return Optional.of(live);
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                // The end of a connection is not signalled here; a new one is.
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void set(@Nullable RelaySocket live) {
        lock.lock();
        try {
            socket = live;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Handler implements ConnectionHandler {
        private final Bearers bearers;
        private final Function<BearerToken, SocketAuth> auth;

        Handler(Bearers bearers, Function<BearerToken, SocketAuth> auth) {
            this.bearers = bearers;
            this.auth = auth;
        }

        @Override
        public Preparation prepare() throws InterruptedException {
            return switch (bearers.bearer()) {
                case Reply.Success(BearerToken bearer) -> {
                    feed.connecting();
                    yield new Preparation.Connect(auth.apply(bearer));
                }
                case Reply.CredentialsRefused(String message) -> new Preparation.Later(message);
                case Reply.Denied(int status, String message) -> new Preparation.Later(message);
                case Reply.Unavailable(String reason) -> new Preparation.Later(reason);
            };
        }

        @Override
        public void connected(RelaySocket live) {
            set(live);
            handlers.forEach(methods -> methods.connected(live));
            feed.connected();
            onConnect.run();
            tell(listener::connected);
        }

        @Override
        public void refused(String message) {
            bearers.refused();
        }

        @Override
        public void waiting(String reason, Duration pause) {
            set(null);
            tell(() -> listener.waiting(reason, pause));
        }

        @Override
        public void event(String name, JsonNode argument) {
            event(name, argument, Optional.empty());
        }

        @Override
        public void event(String name, JsonNode argument, Optional<Consumer<JsonNode>> answer) {
            switch (name) {
                case "update" -> feed.live(argument);
                case "rpc-request", "rpc-registered" -> {
                    Consumer<JsonNode> acknowledge = answer.orElse(null);
                    for (RpcTarget methods : handlers) {
                        if (methods.event(name, argument, acknowledge)) {
                            return;
                        }
                    }
                }
                default -> tell(() -> listener.event(name, argument));
            }
        }
    }

    /// A listener that fails must not end the connection.
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("a listener of the connection failed", e);
        }
    }

    /// Says goodbye, which tells the relay that the end is planned, and closes.
    @Override
    public void close() {
        try {
            thread.interrupt();
            feed.close();
            // A connection that was made at this moment is known when the thread has ended.
            thread.join(GOODBYE);
            Optional<RelaySocket> live = socket();
            if (live.isPresent()) {
                live.get().disconnect(GOODBYE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
