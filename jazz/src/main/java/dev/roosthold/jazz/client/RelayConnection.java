package dev.roosthold.jazz.client;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.transport.Link;
import dev.roosthold.jazz.transport.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Keeps one connection to the relay open: dials, waits half a second longer after each failure,
/// writes what the engine has to say, and hands it what comes. Two threads per connection: one
/// writes and watches the time, one reads; the frames that wait between network and reader are few,
/// so that the relay feels it when we are slow.
final class RelayConnection {
    private static final System.Logger LOG = System.getLogger(RelayConnection.class.getName());
    private static final long STEP_MS = 500;
    private static final long LONGEST_MS = 30_000;
    private static final long TICK_MS = 250;
    private static final int FRAMES = 64;
    /// Characters of frames that are taken in together.
    private static final int TOGETHER = 2 * 1024 * 1024;

    private final Link.Dialer dialer;
    private final SyncEngine engine;
    private final ReentrantLock lock;
    private final Condition outgoing;
    private final Consumer<ConnectionState> states;
    private final LongConsumer relayTime;
    private final long silenceMs;

    private volatile boolean closed;
    private volatile boolean refused;
    private volatile boolean hurry;
    private volatile @Nullable Session current;
    private @Nullable Thread thread;

    /// @param relayTime hears the relay's clock, Unix milliseconds
    /// @param silence after which a connection is left
    RelayConnection(
            Link.Dialer dialer,
            SyncEngine engine,
            ReentrantLock lock,
            Consumer<ConnectionState> states,
            LongConsumer relayTime,
            Duration silence) {
        this.dialer = dialer;
        this.engine = engine;
        this.lock = lock;
        this.outgoing = lock.newCondition();
        this.states = states;
        this.relayTime = relayTime;
        silenceMs = silence.toMillis();
    }

    void start() {
        thread = Thread.ofVirtual().name("jazz-relay").start(this::run);
    }

    /// To be called with the lock held, when the engine may have something to say.
    void wake() {
        outgoing.signalAll();
    }

    /// Ends the wait before the next attempt, if there is one; an open connection stays.
    void hurry() {
        refused = false;
        hurry = true;
        lock.lock();
        try {
            outgoing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tries again at once.
    void reconnect() {
        refused = false;
        hurry = true;
        Session session = current;
        if (session != null) {
            session.end();
        }
        lock.lock();
        try {
            outgoing.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        states.accept(ConnectionState.CLOSED);
    }

    private void run() {
        int attempt = 0;
        while (!closed) {
            states.accept(ConnectionState.CONNECTING);
            try {
                var session = new Session();
                current = session;
                session.run();
                attempt = session.heard ? 0 : attempt;
            } catch (RefusedException e) {
                LOG.log(System.Logger.Level.WARNING, "{0}", e.getMessage());
                refused = e.isFinal();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "no connection: {0}", e.getMessage());
            } catch (InterruptedException e) {
                // close() does this.
            }
            current = null;
            if (refused) {
                states.accept(ConnectionState.REFUSED);
            }
            attempt++;
            pause(Math.min(STEP_MS * attempt, LONGEST_MS));
        }
    }

    private void pause(long millis) {
        if (closed) {
            return;
        }
        lock.lock();
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (!closed && !hurry && (refused || System.nanoTime() < end)) {
                // Only reconnect() ends a refusal; everything else that wakes us is a write.
                long left = refused ? Long.MAX_VALUE : end - System.nanoTime();
                outgoing.awaitNanos(left);
            }
            hurry = false;
        } catch (InterruptedException e) {
            // close() does this.
        } finally {
            lock.unlock();
        }
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /// One connection.
    private final class Session implements Link.Listener {
        private final BlockingQueue<String> frames = new ArrayBlockingQueue<>(FRAMES);
        private volatile long lastFrame = now();
        private volatile boolean ended;
        private volatile boolean heard;
        private volatile @Nullable Link link;

        void run() throws IOException, InterruptedException {
            Link opened = dialer.dial(this);
            link = opened;
            Thread reader = Thread.ofVirtual().name("jazz-read").start(this::read);
            try {
                lastFrame = now();
                lock.lock();
                try {
                    engine.opened(now());
                } finally {
                    lock.unlock();
                }
                write(opened);
            } finally {
                end();
                reader.interrupt();
                lock.lock();
                try {
                    engine.closed();
                } finally {
                    lock.unlock();
                }
                reader.join();
            }
        }

        private void write(Link to) throws IOException, InterruptedException {
            while (!ended && !closed) {
                List<SyncMessage> messages;
                lock.lock();
                try {
                    messages = engine.next(now());
                    if (messages.isEmpty()) {
                        outgoing.await(TICK_MS, TimeUnit.MILLISECONDS);
                        if (engine.tick(now())) {
                            return;
                        }
                        messages = engine.next(now());
                    }
                } finally {
                    lock.unlock();
                }
                for (String frame : frames(messages)) {
                    to.send(frame);
                }
                if (now() - lastFrame > silenceMs) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "the relay has been silent for {0} s",
                            silenceMs / 1000);
                    return;
                }
            }
        }

        private static List<String> frames(List<SyncMessage> messages) {
            var out = new ArrayList<String>();
            var frame = new StringBuilder();
            for (SyncMessage message : messages) {
                String text = SyncCodec.write(message);
                if (frame.length() > 0 && frame.length() + text.length() > SyncEngine.FRAME) {
                    out.add(frame.toString());
                    frame.setLength(0);
                }
                if (frame.length() > 0) {
                    frame.append('\n');
                }
                frame.append(text);
            }
            if (frame.length() > 0) {
                out.add(frame.toString());
            }
            return out;
        }

        @Override
        public void frame(String frame) {
            lastFrame = now();
            try {
                // Waiting here keeps the network waiting.
                while (!ended && !frames.offer(frame, 1, TimeUnit.SECONDS)) {
                    lastFrame = now();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            ended = true;
            lock.lock();
            try {
                outgoing.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void end() {
            ended = true;
            Link open = link;
            if (open != null) {
                open.close();
            }
        }

        private void read() {
            try {
                while (!ended) {
                    var messages = new ArrayList<SyncMessage>();
                    String frame = frames.take();
                    int size = 0;
                    while (frame != null) {
                        size += frame.length();
                        decode(frame, messages);
                        frame = size < TOGETHER ? frames.poll() : null;
                    }
                    heard(messages);
                }
            } catch (InterruptedException e) {
                // The connection has ended.
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "reading from the relay failed", e);
                end();
            }
        }

        private void heard(List<SyncMessage> messages) {
            lock.lock();
            try {
                if (!engine.connected()) {
                    return;
                }
                engine.handle(messages, now());
                outgoing.signalAll();
            } finally {
                lock.unlock();
            }
            if (!heard) {
                heard = true;
                states.accept(ConnectionState.CONNECTED);
            }
        }

        private void decode(String frame, List<SyncMessage> messages) {
            for (String line : SyncCodec.lines(frame)) {
                try {
                    switch (SyncCodec.read(line)) {
                        case null -> {}
                        case SyncMessage.Ping(long time) -> relayTime.accept(time);
                        case SyncMessage message -> messages.add(message);
                    }
                } catch (FormatException e) {
                    LOG.log(System.Logger.Level.WARNING, "the relay sent {0}", e.getMessage());
                }
            }
        }
    }
}
