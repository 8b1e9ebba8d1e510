package dev.roosthold.client.outbox;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.Reply;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.protocol.SessionId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes messages at any time and brings each to the relay exactly once, in the order of their
/// acceptance within a session.
///
/// [#enqueue] returns when the message is on the disk. From then on it is sent again and again,
/// with growing, random pauses, for ever, until the relay has stored it: across network losses,
/// restarts of the relay and of this program, and crashes of both. The relay tells repetitions by
/// the local id. Sessions do not wait for each other.
///
/// A message may need a file that the relay stores before it ([#enqueue(SessionId,Draft,byte[])]).
/// What was given later waits for the file, as long as the relay takes neither; when it takes
/// messages and not the file, they pass by.
///
/// The file holds ciphertext, local ids and session ids, readable by its owner only; one program
/// uses it at a time. Thread-safe.
public final class Outbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    static final String FILE = "outbox.log";
    private static final String DISCARDED = "the messages were discarded";
    private static final byte[] NO_FILE = {};
    private static final int BATCH = 100;
    private static final long BATCH_BYTES = 4L << 20;

    /// A file that has failed so often while the relay may have been there lets messages pass.
    private static final int FILE_ATTEMPTS = 3;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final OutboxLog log;
    private final OutboxLimits limits;
    private final Poster poster;
    private final FilePoster filePoster;
    private final OutboxListener listener;
    private final Backoff backoff;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<SessionId, Lane> lanes = new HashMap<>();
    private int messages;
    private long bytes;
    private long fileBytes;
    private long nudges;
    private boolean closed;

    /// Brings messages to the relay; usually [dev.roosthold.client.sessions.Sessions#post].
    @FunctionalInterface
    public interface Poster {
        Reply<List<Receipt>> post(SessionId session, List<Draft> drafts)
                throws InterruptedException;
    }

    /// Brings files to the relay.
    @FunctionalInterface
    public interface FilePoster {
        /// Stores the file. May be called again for one that is stored: after a crash nothing is
        /// known of it.
        ///
        /// @param draft the message as it was given
        /// @param sealed the file as it was given
        /// @return the message as it is to be stored, encrypted: with the file's name at the relay,
        ///     or with why there is none
        Reply<String> post(SessionId session, Draft draft, byte[] sealed)
                throws InterruptedException;
    }

    /// @param fileBytes of the file that goes before it; 0 without
    /// @param completed the message, when its file is with the relay; null before, and without file
    private record Waiting(
            long number, String localId, int bytes, int fileBytes, @Nullable String completed) {
        Waiting(long number, String localId, int bytes, int fileBytes) {
            this(number, localId, bytes, fileBytes, null);
        }

        boolean needsFile() {
            return fileBytes > 0 && completed == null;
        }

        Waiting completed(String sealed) {
            return new Waiting(number, localId, bytes, fileBytes, sealed);
        }
    }

    /// The messages of one session. Guarded by the lock.
    private static final class Lane {
        /// By number, in order.
        final Map<Long, Waiting> waiting = new LinkedHashMap<>();

        final Set<String> localIds = new HashSet<>();
        @Nullable Thread thread;
        boolean refused;

        /// Attempts at a file since the relay has taken one or was away.
        int fileFailures;

        /// Messages go before the files once.
        boolean passing;
    }

    private Outbox(
            OutboxLog log,
            OutboxLimits limits,
            Poster poster,
            FilePoster filePoster,
            OutboxListener listener,
            Backoff backoff) {
        this.log = log;
        this.limits = limits;
        this.poster = poster;
        this.filePoster = filePoster;
        this.listener = listener;
        this.backoff = backoff;
    }

    /// Opens the outbox of a directory and begins to send what an earlier run has left in it.
    ///
    /// @param home made when absent, readable by its owner only
    /// @param backoff pauses after failures
    /// @throws OutboxException when another program uses it or the file cannot be read
    public static Outbox open(
            Path home,
            OutboxLimits limits,
            Poster poster,
            OutboxListener listener,
            Backoff backoff) {
        return open(
                home,
                limits,
                poster,
                (_, _, _) -> new Reply.Unavailable<>("this program sends no files"),
                listener,
                backoff);
    }

    /// As [#open], for messages with files.
    public static Outbox open(
            Path home,
            OutboxLimits limits,
            Poster poster,
            FilePoster filePoster,
            OutboxListener listener,
            Backoff backoff) {
        OutboxLog log = OutboxLog.open(home.resolve(FILE));
        Outbox outbox = new Outbox(log, limits, poster, filePoster, listener, backoff);
        outbox.lock.lock();
        try {
            for (OutboxLog.Found found : log.found()) {
                outbox.add(
                        found.session(),
                        new Waiting(
                                found.number(), found.localId(), found.bytes(), found.fileBytes()));
            }
        } finally {
            outbox.lock.unlock();
        }
        return outbox;
    }

    /// A new local id.
    public static String newLocalId() {
        return UUID.randomUUID().toString();
    }

    /// Takes a message. When this returns it is on the disk; when it throws it was not accepted,
    /// and may be given again with the same local id without harm. A message that waits already
    /// (same session and local id) is not taken a second time.
    ///
    /// @throws OutboxFullException when too much waits
    /// @throws OutboxException when the message is too long or the disk fails
    public void enqueue(SessionId session, Draft draft) {
        enqueue(session, draft, NO_FILE);
    }

    /// Takes a message and a file that has to be with the relay before it; both are on the disk
    /// when this returns. The rest is as without a file.
    ///
    /// @param draft what [FilePoster] makes the message of
    /// @param sealed the file, encrypted, as [FilePoster] takes it
    public void enqueue(SessionId session, Draft draft, byte[] sealed) {
        byte[] text = draft.sealed().getBytes(StandardCharsets.UTF_8);
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(draft.sealed())) {
            throw new IllegalArgumentException("half of a surrogate pair");
        }
        if (text.length > limits.messageBytes()) {
            throw new OutboxException(
                    "the message is too long: "
                            + text.length
                            + " bytes encrypted, at most "
                            + limits.messageBytes());
        }
        if (sealed.length > limits.messageBytes()
                || text.length + sealed.length > OutboxLimits.MAX_MESSAGE_BYTES) {
            throw new OutboxException("the file is too long: " + sealed.length + " bytes");
        }
        long number = take(session, draft.localId(), text, sealed);
        log.force(number);
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long take(SessionId session, String localId, byte[] text, byte[] sealed) {
        lock.lock();
        try {
            if (closed) {
                throw new OutboxException("the outbox is closed");
            }
            Lane lane = lanes.get(session);
            if (lane != null && lane.localIds.contains(localId)) {
                return lane.waiting.values().stream()
                        .filter(one -> one.localId().equals(localId))
                        .findFirst()
                        .orElseThrow()
                        .number();
            }
            if (messages >= limits.messages() || bytes + text.length > limits.bytes()) {
                throw OutboxFullException.ofMessages(messages, bytes);
            }
            if (sealed.length > 0 && fileBytes + sealed.length > limits.fileBytes()) {
                throw OutboxFullException.ofFiles(fileBytes);
            }
            long number = log.append(session, localId, text, sealed);
            add(session, new Waiting(number, localId, text.length, sealed.length));
            return number;
        } finally {
            lock.unlock();
        }
    }

    private void add(SessionId session, Waiting one) {
        Lane lane = lanes.computeIfAbsent(session, _ -> new Lane());
        lane.waiting.put(one.number(), one);
        lane.localIds.add(one.localId());
        messages++;
        bytes += one.bytes();
        fileBytes += one.fileBytes();
        if (lane.thread == null) {
            lane.thread = Thread.ofVirtual().name("roost-outbox").start(() -> send(session, lane));
        }
    }

    /// How many messages wait.
    public int size() {
        lock.lock();
        try {
            return messages;
        } finally {
            lock.unlock();
        }
    }

    /// How many messages of the session wait.
    public int size(SessionId session) {
        lock.lock();
        try {
            Lane lane = lanes.get(session);
            return lane == null ? 0 : lane.waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nothing waits any more.
    ///
    /// @return whether it came to that in time
    public boolean flush(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (messages > 0 && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return messages == 0;
        } finally {
            lock.unlock();
        }
    }

    /// There is a connection: pauses end now.
    public void nudge() {
        lock.lock();
        try {
            nudges++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Sends the messages of a session again that the relay has refused.
    public void retry(SessionId session) {
        lock.lock();
        try {
            Lane lane = lanes.get(session);
            if (lane != null) {
                lane.refused = false;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Gives up the messages of a session, for example of one that is deleted. One that is on its
    /// way may still be stored.
    public void discard(SessionId session) {
        List<Long> gone;
        lock.lock();
        try {
            Lane lane = lanes.get(session);
            if (lane == null) {
                return;
            }
            gone = List.copyOf(lane.waiting.keySet());
            gone.forEach(number -> remove(lane, number));
            lane.refused = false;
        } finally {
            lock.unlock();
        }
        log.done(gone);
    }

    /// Does nothing when it does not wait: it may have been discarded.
    private void remove(Lane lane, long number) {
        Waiting one = lane.waiting.remove(number);
        if (one != null) {
            lane.localIds.remove(one.localId());
            messages--;
            bytes -= one.bytes();
            fileBytes -= one.fileBytes();
            changed.signalAll();
        }
    }

    /// The life of a lane's thread: as long as something waits.
    private void send(SessionId session, Lane lane) {
        try {
            int failures = 0;
            int most = BATCH;
            for (List<Waiting> batch = next(session, lane, most);
                    !batch.isEmpty();
                    batch = next(session, lane, most)) {
                long seen = nudges();
                Waiting first = batch.getFirst();
                if (first.needsFile()) {
                    switch (bring(session, first)) {
                        case Reply.Success(String sealed) -> {
                            failures = 0;
                            complete(lane, first, sealed);
                        }
                        case Reply.Denied(int status, String message) ->
                                refuse(session, lane, status, message);
                        case Reply.CredentialsRefused(String message) ->
                                fileFailed(session, lane, message, ++failures, seen);
                        case Reply.Unavailable(String reason) ->
                                fileFailed(session, lane, reason, ++failures, seen);
                    }
                    continue;
                }
                switch (post(session, batch)) {
                    case Reply.Success(List<Receipt> receipts) -> {
                        most = BATCH;
                        done(session, lane, batch, receipts);
                        if (havePassed(lane)) {
                            pause(session, "the relay does not take a file", failures, seen);
                        } else {
                            failures = 0;
                        }
                    }
                    case Reply.Denied(int status, String message) -> {
                        if (batch.size() > 1 && status != 404) {
                            // One of them is the reason; the others must not suffer for it.
                            most = batch.size() / 2;
                        } else {
                            most = BATCH;
                            refuse(session, lane, status, message);
                        }
                    }
                    case Reply.CredentialsRefused(String message) ->
                            failed(session, lane, message, ++failures, seen);
                    case Reply.Unavailable(String reason) ->
                            failed(session, lane, reason, ++failures, seen);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("closed");
        }
    }

    /// The relay may be away, and then the order is kept; or only this file cannot be stored.
    private void fileFailed(SessionId session, Lane lane, String reason, int failures, long seen)
            throws InterruptedException {
        boolean passBy;
        lock.lock();
        try {
            lane.fileFailures++;
            lane.passing =
                    lane.fileFailures >= FILE_ATTEMPTS
                            && lane.waiting.values().stream().anyMatch(one -> !one.needsFile());
            passBy = lane.passing;
        } finally {
            lock.unlock();
        }
        // At once: a relay that has just come back would take them before the file.
        if (!passBy) {
            pause(session, reason, failures, seen);
        }
    }

    /// Whether messages have just gone before a file; the next attempt is at the file.
    private boolean havePassed(Lane lane) {
        lock.lock();
        try {
            boolean passed = lane.passing;
            lane.passing = false;
            return passed;
        } finally {
            lock.unlock();
        }
    }

    /// The relay is away: failures of files have proved nothing.
    private void failed(SessionId session, Lane lane, String reason, int failures, long seen)
            throws InterruptedException {
        lock.lock();
        try {
            lane.fileFailures = 0;
            lane.passing = false;
        } finally {
            lock.unlock();
        }
        pause(session, reason, failures, seen);
    }

    private Reply<String> bring(SessionId session, Waiting one) throws InterruptedException {
        Draft draft;
        byte[] sealed;
        try {
            draft = log.read(one.number());
            sealed = log.readFile(one.number());
        } catch (IllegalArgumentException e) {
            return new Reply.Unavailable<>(DISCARDED);
        } catch (OutboxException e) {
            return new Reply.Unavailable<>(String.valueOf(e.getMessage()));
        }
        return filePoster.post(session, draft, sealed);
    }

    /// The message of a file goes with those after it now. After a crash the file is stored once
    /// more, and the relay knows the message by its local id.
    private void complete(Lane lane, Waiting one, String sealed) {
        lock.lock();
        try {
            lane.fileFailures = 0;
            lane.passing = false;
            lane.waiting.replace(one.number(), one.completed(sealed));
        } finally {
            lock.unlock();
        }
    }

    private Reply<List<Receipt>> post(SessionId session, List<Waiting> batch)
            throws InterruptedException {
        List<Draft> drafts = new ArrayList<>();
        try {
            for (Waiting one : batch) {
                String completed = one.completed();
                drafts.add(
                        completed == null
                                ? log.read(one.number())
                                : new Draft(one.localId(), completed));
            }
        } catch (IllegalArgumentException e) {
            return new Reply.Unavailable<>(DISCARDED);
        } catch (OutboxException e) {
            return new Reply.Unavailable<>(String.valueOf(e.getMessage()));
        }
        Reply<List<Receipt>> reply = poster.post(session, drafts);
        return reply instanceof Reply.Success<List<Receipt>>(List<Receipt> receipts)
                        && !covers(receipts, drafts)
                ? new Reply.Unavailable<>("the answer is not one of a relay")
                : reply;
    }

    private static boolean covers(List<Receipt> receipts, List<Draft> drafts) {
        Set<String> stored = new HashSet<>();
        receipts.forEach(receipt -> stored.add(receipt.localId()));
        return drafts.stream().allMatch(draft -> stored.contains(draft.localId()));
    }

    /// What goes with the next request; empty when nothing waits and the thread ends.
    private List<Waiting> next(SessionId session, Lane lane, int most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new InterruptedException();
                }
                if (lane.waiting.isEmpty()) {
                    lane.thread = null;
                    lanes.remove(session, lane);
                    return List.of();
                }
                List<Waiting> batch = lane.refused ? List.of() : batch(lane, most);
                if (!batch.isEmpty()) {
                    return batch;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Only what is on the disk: a message that is sent and not kept could come a second time under
    /// another local id.
    private List<Waiting> batch(Lane lane, int most) {
        List<Waiting> batch = lane.passing ? batch(lane, most, true) : List.of();
        return batch.isEmpty() ? batch(lane, most, false) : batch;
    }

    /// Messages, or one file.
    private List<Waiting> batch(Lane lane, int most, boolean pastFiles) {
        List<Waiting> batch = new ArrayList<>();
        long forced = log.forced();
        long size = 0;
        for (Waiting one : lane.waiting.values()) {
            if (one.number() > forced || batch.size() == most) {
                break;
            }
            if (one.needsFile() && pastFiles) {
                continue;
            }
            size += one.bytes();
            if (!batch.isEmpty() && (one.needsFile() || size > BATCH_BYTES)) {
                break;
            }
            batch.add(one);
            if (one.needsFile()) {
                break;
            }
        }
        return batch;
    }

    private void done(SessionId session, Lane lane, List<Waiting> batch, List<Receipt> receipts) {
        log.done(batch.stream().map(Waiting::number).toList());
        tell(() -> listener.stored(session, receipts));
        lock.lock();
        try {
            batch.forEach(one -> remove(lane, one.number()));
        } finally {
            lock.unlock();
        }
    }

    private void refuse(SessionId session, Lane lane, int status, String message) {
        lock.lock();
        try {
            lane.refused = true;
        } finally {
            lock.unlock();
        }
        tell(() -> listener.refused(session, status, message));
    }

    private long nudges() {
        lock.lock();
        try {
            return nudges;
        } finally {
            lock.unlock();
        }
    }

    /// @param seen nudges before the request that failed: one since then is news
    private void pause(SessionId session, String reason, int failures, long seen)
            throws InterruptedException {
        Duration pause = backoff.pause(failures);
        tell(() -> listener.waiting(session, reason, pause));
        lock.lockInterruptibly();
        try {
            long left = pause.toNanos();
            while (left > 0 && nudges == seen && !closed) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("a listener of the outbox failed", e);
        }
    }

    /// Stops sending; what waits is sent by the next run. A request that is under way is given up.
    @Override
    public void close() {
        List<Thread> threads = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            for (Lane lane : lanes.values()) {
                if (lane.thread != null) {
                    threads.add(lane.thread);
                }
            }
        } finally {
            lock.unlock();
        }
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(CLOSE_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }
}
