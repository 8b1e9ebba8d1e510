package dev.roosthold.client.changes;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// All updates of one socket's scope, each once and in order, across reconnects.
///
/// Updates of the socket wait in a queue from before it connects. After each connect everything
/// behind the cursor is read through `/v1/changes` and delivered, then the queue, without what was
/// already read. Nothing can be lost between the two: the relay sends an update to the sockets that
/// are connected when it is committed, and the reading begins when the socket is connected, so an
/// update is in the answer, in the queue, or in both with the same number.
///
/// The queue is bounded. When the listener is so slow that it fills, it is dropped and what was in
/// it is read through `/v1/changes` like after a reconnect.
///
/// Thread-safe. The listener and the cursor are called by one thread of this object.
public final class Feed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final int PAGE = 500;

    static final int MAX_WAITING = 2_000;

    /// Of the messages in the queue.
    private static final long MAX_CHARACTERS = 16L << 20;

    private final Pages pages;
    private final FeedScope scope;
    private final Cursor cursor;
    private final FeedListener listener;
    private final Backoff backoff;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final ArrayDeque<Update> waiting = new ArrayDeque<>();
    private long characters;
    private boolean connected;
    private boolean closed;

    /// Grows whenever the queue alone does not tell everything any more; `replayed` follows when
    /// what is behind the cursor has been read since.
    private long holes = 1;
    private long filled;

    /// Where missed updates are read.
    @FunctionalInterface
    public interface Pages {
        /// @param after number of the last update that is known
        Reply<ChangesPage> after(long after, int limit) throws InterruptedException;
    }

    /// Starts empty-handed: nothing is read before the first [#connected].
    ///
    /// @param pages usually [ChangesPage#read]
    /// @param scope of the socket that [#live] is fed from
    /// @param backoff pauses after failed reads
    public Feed(
            Pages pages, FeedScope scope, Cursor cursor, FeedListener listener, Backoff backoff) {
        this.pages = pages;
        this.scope = scope;
        this.cursor = cursor;
        this.listener = listener;
        this.backoff = backoff;
        thread = Thread.ofVirtual().name("roost-feed").start(this::run);
    }

    /// Before each attempt to connect.
    public void connecting() {
        change(
                () -> {
                    connected = false;
                    holes++;
                    // Read again with what was missed.
                    empty();
                });
    }

    /// After each connect.
    public void connected() {
        change(() -> connected = true);
    }

    /// The argument of an event `update`. Does not block.
    public void live(JsonNode argument) {
        Update update;
        try {
            update = Updates.read(argument);
        } catch (IllegalArgumentException e) {
            LOG.debug("not an update");
            return;
        }
        change(
                () -> {
                    if (waiting.size() >= MAX_WAITING || characters > MAX_CHARACTERS) {
                        holes++;
                        empty();
                    }
                    waiting.add(update);
                    characters += weight(update);
                });
    }

    private void empty() {
        waiting.clear();
        characters = 0;
    }

    private static int weight(Update update) {
        return update.change() instanceof Change.MessageAdded(_, var message)
                ? message.sealed().length()
                : 0;
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                long toFill = next();
                if (toFill == 0) {
                    drain();
                } else if (replay()) {
                    lock.lock();
                    try {
                        filled = toFill;
                    } finally {
                        lock.unlock();
                    }
                    cursor.settled();
                    listener.caughtUp();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("closed");
        }
    }

    /// Waits for work. 0 means that the queue has some; another number is the hole to fill.
    private long next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new InterruptedException();
                }
                if (filled == holes && !waiting.isEmpty()) {
                    return 0;
                }
                if (filled != holes && connected) {
                    return holes;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void drain() throws InterruptedException {
        for (Update update = take(); update != null; update = take()) {
            deliver(update);
        }
        cursor.settled();
    }

    /// The next live update, when it follows what was delivered.
    private @Nullable Update take() {
        lock.lock();
        try {
            Update next = filled == holes ? waiting.poll() : null;
            characters -= next == null ? 0 : weight(next);
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Update update) throws InterruptedException {
        if (update.seq() <= cursor.position().orElse(-1)) {
            return;
        }
        if (scope.includes(update.change())) {
            try {
                listener.update(update);
            } catch (RuntimeException e) {
                LOG.warn("an update was not handled", e);
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        cursor.moveTo(update.seq());
    }

    /// Delivers everything behind the cursor. False when the connection ended meanwhile: then it is
    /// done again after the next connect.
    private boolean replay() throws InterruptedException {
        int failures = 0;
        while (true) {
            // Without a position ask for a number that cannot be: the answer is the gap that it is.
            long after = cursor.position().orElse(Long.MAX_VALUE);
            String problem;
            switch (pages.after(after, PAGE)) {
                case Reply.Success(ChangesPage.Resumed(var updates, long last, boolean more)) -> {
                    for (Update update : updates) {
                        deliver(update);
                    }
                    if (!more) {
                        if (last > cursor.position().orElse(-1)) {
                            cursor.moveTo(last);
                        }
                        return true;
                    }
                    failures = 0;
                    continue;
                }
                case Reply.Success(ChangesPage.Gap(long last)) -> {
                    if (reread()) {
                        cursor.moveTo(last);
                        failures = 0;
                        continue;
                    }
                    problem = "the state could not be read";
                }
                case Reply.CredentialsRefused(String message) -> problem = message;
                case Reply.Denied(int status, String message) -> problem = status + " " + message;
                case Reply.Unavailable(String reason) -> problem = reason;
            }
            failures++;
            LOG.debug("missed updates not read: {}", problem);
            if (!pause(backoff.pause(failures))) {
                return false;
            }
        }
    }

    private boolean reread() throws InterruptedException {
        try {
            return listener.reread();
        } catch (RuntimeException e) {
            LOG.warn("state was not read anew", e);
            return false;
        }
    }

    /// Whether there still is a connection when the pause is over; it ends early when not.
    private boolean pause(Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = pause.toNanos();
            while (left > 0 && connected && !closed) {
                left = changed.awaitNanos(left);
            }
            return connected;
        } finally {
            lock.unlock();
        }
    }

    /// Delivers nothing more; a call of the listener that is under way is interrupted.
    @Override
    public void close() {
        change(() -> closed = true);
        thread.interrupt();
    }
}
