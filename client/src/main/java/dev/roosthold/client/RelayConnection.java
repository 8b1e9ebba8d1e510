package dev.roosthold.client;

import dev.roosthold.client.ConnectionHandler.Preparation;
import dev.roosthold.client.network.Network;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Keeps one socket to the relay: connects, hands the socket to its handler, and connects again
/// with growing, random pauses whenever it ends.
///
/// A dead connection is noticed by a watchdog of its own: `ping` with acknowledgement each 15 s,
/// 20 s patience; so at most 35 s after the last sign of life, long before the transport's own
/// 60 s. On a slow line a ping may stand behind much that is sent: it is waited for as long as that
/// moves. The network of the host is not asked: reconnecting works on the loopback interface alone.
/// Who learns that something has happened to it says so with [#checkNow].
///
/// An attempt may take its time, for lines are slow; so that none is begun on a line that swallows
/// everything, and then waited for when the line has long healed, each attempt after a failure
/// comes only when the relay's address has answered. It is asked every 3 s.
public final class RelayConnection {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);
    private static final Watchdog WATCHDOG =
            new Watchdog(Duration.ofSeconds(15), Duration.ofSeconds(20));

    /// For the ping of [#checkNow]: shorter, as there is a reason to doubt.
    private static final Duration CHECK_PATIENCE = Duration.ofSeconds(3);

    /// However slowly the line moves.
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(10);

    private static final Duration PROBE_PERIOD = Duration.ofSeconds(3);

    /// A connection that lasted this long was a good one: the next failure counts as the first.
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private final RelayAddress relay;
    private final String clientName;
    private final Network network;
    private final ConnectionHandler handler;
    private final Scheduler scheduler;
    private final Clock clock;
    private final Backoff backoff;
    private final Watchdog watchdog;
    private volatile @Nullable IoSocket current;
    private volatile CompletableFuture<Boolean> pauseOver = CompletableFuture.completedFuture(true);

    /// Reaches the relay as the environment of this process says, see [Network].
    ///
    /// @param clientName `kind/version`
    /// @param random spreads the pauses
    public RelayConnection(
            RelayAddress relay,
            String clientName,
            ConnectionHandler handler,
            Scheduler scheduler,
            Clock clock,
            RandomGenerator random) {
        this(
                relay,
                clientName,
                Network.ofEnvironment(),
                handler,
                scheduler,
                clock,
                Backoff.reconnecting(random));
    }

    /// @param clientName `kind/version`
    /// @param network the way to the relay
    /// @param backoff the pauses between attempts
    public RelayConnection(
            RelayAddress relay,
            String clientName,
            Network network,
            ConnectionHandler handler,
            Scheduler scheduler,
            Clock clock,
            Backoff backoff) {
        this(relay, clientName, network, handler, scheduler, clock, backoff, WATCHDOG);
    }

    RelayConnection(
            RelayAddress relay,
            String clientName,
            Network network,
            ConnectionHandler handler,
            Scheduler scheduler,
            Clock clock,
            Backoff backoff,
            Watchdog watchdog) {
        this.relay = relay;
        this.clientName = clientName;
        this.network = network;
        this.handler = handler;
        this.scheduler = scheduler;
        this.clock = clock;
        this.backoff = backoff;
        this.watchdog = watchdog;
    }

    /// @param period from an answer to the next ping
    /// @param patience how long nothing may be heard of one while nothing that is sent moves
    record Watchdog(Duration period, Duration patience) {}

    /// Blocks until the handler gives up. Call it once.
    ///
    /// @throws InterruptedException when the thread was interrupted: the way to end it from
    ///     outside. A socket that is connected then is left open for the handler to end properly.
    public void run() throws InterruptedException {
        int failures = 0;
        while (true) {
            String reason;
            switch (handler.prepare()) {
                case Preparation.GiveUp _ -> {
                    return;
                }
                case Preparation.Later(String why) -> reason = why;
                case Preparation.Connect(SocketAuth auth) -> {
                    long since = clock.millis();
                    reason = connectOnce(auth);
                    if (clock.millis() - since > SETTLED.toMillis()) {
                        failures = 0;
                    }
                }
            }
            failures++;
            Duration pause = backoff.pause(failures);
            handler.waiting(reason, pause);
            sleep(pause);
            untilAnswered();
        }
    }

    /// Says that the network may have changed, or that this computer has slept: a connection that
    /// is dead is noticed within 3 s, and a pause ends. Returns at once. Thread-safe.
    public void checkNow() {
        IoSocket socket = current;
        if (socket != null) {
            var _ = ping(socket, CHECK_PATIENCE);
        }
        pauseOver.complete(true);
    }

    private void untilAnswered() throws InterruptedException {
        try (var relayAddress = new Reachability(relay, clientName, network)) {
            while (!relayAddress.answered().isDone()) {
                relayAddress.ask();
                within(PROBE_PERIOD, relayAddress.answered());
            }
        }
    }

    /// One attempt and, when it succeeds, the whole life of the connection. Returns why it ended.
    private String connectOnce(SocketAuth auth) throws InterruptedException {
        IoSocket socket =
                new IoSocket(
                        relay,
                        auth,
                        clientName,
                        network,
                        CONNECT_PATIENCE,
                        scheduler,
                        handler::event);
        IoSocket.Attempt outcome;
        try {
            outcome = await(socket.attempt());
        } catch (InterruptedException e) {
            socket.abort("stopped");
            throw e;
        }
        return switch (outcome) {
            case IoSocket.Attempt.Failed(String reason) -> reason;
            case IoSocket.Attempt.Refused(String message) -> {
                handler.refused(message);
                yield message;
            }
            case IoSocket.Attempt.Connected() -> live(socket);
        };
    }

    private String live(IoSocket socket) throws InterruptedException {
        current = socket;
        watch(socket);
        try {
            handler.connected(socket);
            return await(socket.ended());
        } catch (SocketGoneException e) {
            socket.abort(String.valueOf(e.getMessage()));
            return await(socket.ended());
        } catch (RuntimeException e) {
            socket.abort("failed");
            throw e;
        } finally {
            current = null;
        }
    }

    /// Pings as long as the connection lives. The timer that is left when it ends finds that out by
    /// itself.
    private void watch(IoSocket socket) {
        var _ =
                scheduler.after(
                        watchdog.period(),
                        () -> {
                            if (!socket.ended().isDone()) {
                                var _ =
                                        ping(socket, watchdog.patience())
                                                .thenRun(() -> watch(socket));
                            }
                        });
    }

    /// Completes with the answer; without one the connection is cut.
    private CompletableFuture<Void> ping(IoSocket socket, Duration patience) {
        boolean behind = socket.uplink().waiting() > 0;
        CompletableFuture<Void> answered =
                socket.call("ping", null, MOST_PATIENCE)
                        .whenComplete(
                                (_, failure) -> {
                                    if (failure != null) {
                                        socket.abort("no sign of life");
                                    }
                                })
                        .thenAccept(_ -> {});
        waitWhileItMoves(socket, answered, patience, behind);
        return answered;
    }

    /// @param behind whether something waited to be sent when this wait began: what the system takes
    ///     while nothing waits says nothing of the line
    private void waitWhileItMoves(
            IoSocket socket,
            CompletableFuture<Void> answered,
            Duration patience,
            boolean behind) {
        Uplink uplink = socket.uplink();
        long before = uplink.taken();
        Scheduler.Cancellation timer =
                scheduler.after(
                        patience,
                        () -> {
                            if (answered.isDone()) {
                                return;
                            }
                            boolean waits = uplink.waiting() > 0;
                            if ((waits || behind) && uplink.taken() > before) {
                                waitWhileItMoves(socket, answered, patience, waits);
                            } else {
                                socket.abort("no sign of life");
                            }
                        });
        var _ = answered.whenComplete((_, _) -> timer.cancel());
    }

    private void sleep(Duration pause) throws InterruptedException {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        pauseOver = over;
        within(pause, over);
    }

    /// Waits until it is done, at most this long.
    private void within(Duration most, CompletableFuture<Boolean> done)
            throws InterruptedException {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        Scheduler.Cancellation timer = scheduler.after(most, () -> over.complete(true));
        try {
            Object _ = await(CompletableFuture.anyOf(done, over));
        } finally {
            timer.cancel();
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("these futures never fail", e);
        }
    }
}
