package dev.roosthold.client.conversation;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// How a session is followed, and its process called. Thread-safe.
sealed interface SessionWay extends AutoCloseable {

    /// Makes a call; lost when there is no connection.
    CompletableFuture<RpcResult> with(Function<RelaySocket, CompletableFuture<RpcResult>> call);

    /// Waits until the relay answers.
    boolean await(Duration patience) throws InterruptedException;

    @Override
    void close();

    /// As a client of the person.
    record Connected(Link link) implements SessionWay {
        @Override
        public CompletableFuture<RpcResult> with(
                Function<RelaySocket, CompletableFuture<RpcResult>> call) {
            return link.socket()
                    .map(call)
                    .orElseGet(
                            () ->
                                    CompletableFuture.completedFuture(
                                            new RpcResult.Lost("not connected")));
        }

        @Override
        public boolean await(Duration patience) throws InterruptedException {
            return link.awaitSocket(patience).isPresent();
        }

        @Override
        public void close() {
            link.close();
        }
    }

    /// With the credential of a machine, which may not connect as a client of the person, and whose
    /// other connections would show the session or the machine as active: reads the session again
    /// and again. Only for a call it connects as a process of the session.
    final class Reading implements SessionWay {
        private static final Duration PERIOD = Duration.ofMillis(500);
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        private final Account account;
        private final SessionId session;
        private final CountDownLatch answered = new CountDownLatch(1);
        private final Thread thread;

        <T extends FeedListener & LinkListener> Reading(
                Account account, SessionId session, T listener) {
            this.account = account;
            this.session = session;
            thread = Thread.ofVirtual().name("roost-reading").start(() -> read(listener));
        }

        private <T extends FeedListener & LinkListener> void read(T listener) {
            boolean there = false;
            try {
                while (true) {
                    boolean now = listener.reread();
                    if (now && !there) {
                        answered.countDown();
                        listener.caughtUp();
                    } else if (!now) {
                        listener.waiting("the relay does not answer", PERIOD);
                    }
                    there = now;
                    Thread.sleep(PERIOD);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public CompletableFuture<RpcResult> with(
                Function<RelaySocket, CompletableFuture<RpcResult>> call) {
            CompletableFuture<RpcResult> result = new CompletableFuture<>();
            Thread.startVirtualThread(() -> result.complete(once(call)));
            return result;
        }

        private RpcResult once(Function<RelaySocket, CompletableFuture<RpcResult>> call) {
            Link link =
                    account.connectSession(
                            session, Cursor.inMemory(), new Nothing(), new LinkListener() {});
            try {
                Optional<RelaySocket> socket = link.awaitSocket(PATIENCE);
                return socket.isEmpty()
                        ? new RpcResult.Lost("not connected")
                        : call.apply(socket.get()).join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return new RpcResult.Lost("interrupted");
            } finally {
                link.close();
            }
        }

        @Override
        public boolean await(Duration patience) throws InterruptedException {
            return answered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    /// The session is read anyway.
    final class Nothing implements FeedListener {
        @Override
        public void update(Update update) {}

        @Override
        public boolean reread() {
            return true;
        }
    }
}
