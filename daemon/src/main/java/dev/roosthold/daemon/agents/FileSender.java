package dev.roosthold.daemon.agents;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.Reply;
import dev.roosthold.client.sessions.Attachments;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.SessionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the files of a session to the relay, encrypted with the session's blob key. What becomes
/// of each is told exactly once. Thread-safe.
///
/// The message about a file needs the name that the relay gives it, so unlike other messages it
/// cannot be written while the relay is away: the file waits in memory, and its message comes
/// later than those that follow it. Clients show it at its time all the same.
final class FileSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileSender.class);

    /// What waits at the same time, in bytes.
    private static final long MOST = 32L << 20;

    /// The session waits so long for a file, so that its message keeps its place.
    private static final Duration IN_ORDER = Duration.ofSeconds(5);

    private static final String STOPPED = "the session was left before the relay had it";

    private final SessionId session;
    private final SymmetricKey blobKey;
    private final RelayAccess relay;
    private final SecureRandom random;
    private final BooleanSupplier isConnected;
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// Hears what has become of a file: one of the two, once, on any thread.
    interface Fate {
        /// @param ref what messages call it by
        void stored(String ref);

        /// @param why for the person
        void lost(String why);
    }

    /// @param isConnected whether the relay seems to be there
    FileSender(
            SessionId session,
            SymmetricKey key,
            RelayAccess relay,
            SecureRandom random,
            BooleanSupplier isConnected) {
        this.session = session;
        blobKey = Blob.keyOf(key);
        this.relay = relay;
        this.random = random;
        this.isConnected = isConnected;
    }

    /// Takes a file. Returns when its fate is known, or after a moment.
    void send(AgentFile file, Fate fate) throws InterruptedException {
        int size = file.bytes().length;
        if (size > Attachments.MAX_BYTES) {
            fate.lost("it is larger than 10 MB");
            return;
        }
        if (closed) {
            fate.lost(STOPPED);
            return;
        }
        if (bytes.addAndGet(size) > MOST) {
            bytes.addAndGet(-size);
            fate.lost("too many files wait for the relay");
            return;
        }
        CountDownLatch known = new CountDownLatch(1);
        Thread thread =
                Thread.ofVirtual()
                        .name("roost-file")
                        .unstarted(
                                () -> {
                                    try {
                                        bring(Blob.seal(file.bytes(), blobKey, random), fate);
                                    } catch (RuntimeException e) {
                                        LOG.warn("a file failed: {}", e.getClass().getName());
                                    } finally {
                                        bytes.addAndGet(-size);
                                        running.remove(Thread.currentThread());
                                        known.countDown();
                                    }
                                });
        running.add(thread);
        thread.start();
        if (closed) {
            thread.interrupt();
        }
        if (isConnected.getAsBoolean()) {
            boolean _ = known.await(IN_ORDER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void bring(byte[] sealed, Fate fate) {
        Backoff pauses = relay.pauses();
        try {
            for (int failures = 1; !closed; failures++) {
                switch (relay.upload(session, "attachment", sealed)) {
                    case Reply.Success(String ref) -> {
                        fate.stored(ref);
                        return;
                    }
                    case Reply.Denied(int _, String message) -> {
                        fate.lost(message);
                        return;
                    }
                    case Reply.CredentialsRefused<String> _, Reply.Unavailable<String> _ ->
                            Thread.sleep(pauses.pause(failures));
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("closed");
        }
        fate.lost(STOPPED);
    }

    /// Whether the fate of every file is known.
    boolean isDone() {
        return running.isEmpty();
    }

    /// Gives up what waits, and says so.
    @Override
    public void close() {
        closed = true;
        running.forEach(Thread::interrupt);
        try {
            for (Thread thread : running) {
                thread.join(Duration.ofSeconds(1));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Both ways of one function.
    static Fate fate(Consumer<String> stored, Consumer<String> lost) {
        return new Fate() {
            @Override
            public void stored(String ref) {
                stored.accept(ref);
            }

            @Override
            public void lost(String why) {
                lost.accept(why);
            }
        };
    }
}
