package dev.roosthold.jazz.value;

import dev.roosthold.jazz.crypto.RunningHash;
import dev.roosthold.jazz.crypto.SignerSecret;
import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The append-only log of one session in one value.
///
/// One signature vouches for everything before it: it signs the hash of all transactions in their
/// canonical form. The log keeps that hash as a running state, so that adding costs only the new
/// transactions. Adding goes in three steps, so that many signatures can be checked at once:
/// [#prepare] hashes on a copy of the state, [Batch#verify] checks the signature on any thread, and
/// [#commit] keeps the new state. What was [restored][#restore] from a store of ours is hashed when
/// the first transaction is added to it, and never verified again.
///
/// For one thread, except [Batch#verify].
public final class SessionLog {
    private final SessionId id;
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private RunningHash hash = new RunningHash();
    private int hashed;
    private @Nullable Signature signature;
    /// Who signs what was appended since the last signature, when somebody asks for it.
    private @Nullable SignerSecret toSign;

    private long sinceCheckpoint;
    private long lastMadeAt;

    /// A signature in the middle of a log.
    ///
    /// @param count transactions that it covers
    public record Checkpoint(int count, Signature signature) {}

    public SessionLog(SessionId id) {
        this.id = id;
    }

    /// A log whose transactions were verified earlier.
    ///
    /// @param content all of it, with `after` 0
    public static SessionLog restore(
            SessionId id, SessionContent content, List<Checkpoint> checkpoints) {
        var log = new SessionLog(id);
        log.transactions.addAll(content.transactions());
        log.signature = content.lastSignature();
        log.checkpoints.addAll(checkpoints);
        int from = checkpoints.isEmpty() ? 0 : checkpoints.getLast().count();
        for (int i = 0; i < log.transactions.size(); i++) {
            Transaction transaction = log.transactions.get(i);
            log.lastMadeAt = Math.max(log.lastMadeAt, transaction.madeAt());
            if (i >= from) {
                log.sinceCheckpoint += transaction.size();
            }
        }
        return log;
    }

    public SessionId id() {
        return id;
    }

    public int count() {
        return transactions.size();
    }

    public List<Transaction> transactions() {
        return Collections.unmodifiableList(transactions);
    }

    /// Signature of the whole log, or null while it is empty.
    public @Nullable Signature signature() {
        SignerSecret author = toSign;
        if (author != null) {
            signature = author.sign(hash.signedBytes());
            toSign = null;
        }
        return signature;
    }

    public List<Checkpoint> checkpoints() {
        return Collections.unmodifiableList(checkpoints);
    }

    /// The largest `madeAt` of the log; 0 while it is empty.
    public long lastMadeAt() {
        return lastMadeAt;
    }

    /// The hash of all transactions, `hash_z...`.
    public String runningHash() {
        return caughtUp().text();
    }

    /// New transactions whose signature is not checked yet.
    public static final class Batch {
        private final SessionLog log;
        private final int base;
        private final List<Transaction> added;
        private final RunningHash hash;
        private final byte[] signedBytes;
        private final Signature signature;

        private Batch(
                SessionLog log, List<Transaction> added, RunningHash hash, Signature signature) {
            this.log = log;
            this.base = log.count();
            this.added = added;
            this.hash = hash;
            this.signedBytes = hash.signedBytes();
            this.signature = signature;
        }

        public SessionId session() {
            return log.id();
        }

        SessionLog log() {
            return log;
        }

        /// Whether the author signed the log up to the end of this batch. Any thread.
        public boolean verify(Verifier author) {
            return author.verifies(signature, signedBytes);
        }
    }

    /// Hashes what of the content is new.
    ///
    /// @return the batch, or null when nothing is new
    /// @throws IllegalArgumentException when transactions are missing in between
    public @Nullable Batch prepare(SessionContent content) {
        if (content.after() > count()) {
            throw new IllegalArgumentException(
                    "content after " + content.after() + " of a log of " + count());
        }
        if (content.end() <= count()) {
            return null;
        }
        List<Transaction> added =
                content.transactions()
                        .subList(count() - content.after(), content.transactions().size());
        RunningHash next = caughtUp().copy();
        add(next, added, 0);
        return new Batch(this, added, next, content.lastSignature());
    }

    /// Keeps a batch whose signature was verified.
    ///
    /// @throws IllegalStateException when the log has grown since the batch was prepared
    public void commit(Batch batch) {
        if (batch.log != this || batch.base != count()) {
            throw new IllegalStateException("the log has changed since the batch was prepared");
        }
        toSign = null;
        signature = batch.signature;
        keep(batch.added, batch.hash);
    }

    /// Appends transactions of our own. One signature vouches for all before it, so it is made when
    /// somebody wants it, not for each transaction.
    public void append(List<Transaction> added, SignerSecret author) {
        RunningHash next = caughtUp();
        add(next, added, 0);
        toSign = author;
        keep(List.copyOf(added), next);
    }

    /// The end of the log from a transaction on.
    ///
    /// @throws IllegalStateException while the log is empty
    public SessionContent from(int after) {
        return piece(after, count());
    }

    /// The log between two points where it was signed.
    SessionContent piece(int after, int end) {
        Signature last = end == count() ? signature() : null;
        for (int i = checkpoints.size() - 1; last == null && i >= 0; i--) {
            if (checkpoints.get(i).count() == end) {
                last = checkpoints.get(i).signature();
            }
        }
        if (last == null) {
            throw new IllegalStateException("no signature at " + end + " of " + count());
        }
        return new SessionContent(after, transactions.subList(after, end), last);
    }

    /// Where the part after `after` is cut for sending; the last point is the end of the log.
    List<Integer> cuts(int after) {
        long size = 0;
        for (int i = after; i < count() && size <= Limits.CHECKPOINT; i++) {
            size += transactions.get(i).size();
        }
        var cuts = new ArrayList<Integer>();
        if (size > Limits.CHECKPOINT) {
            for (Checkpoint checkpoint : checkpoints) {
                if (checkpoint.count() > after && checkpoint.count() < count()) {
                    cuts.add(checkpoint.count());
                }
            }
        }
        cuts.add(count());
        return cuts;
    }

    private void keep(List<Transaction> added, RunningHash next) {
        transactions.addAll(added);
        hash = next;
        hashed = transactions.size();
        for (Transaction transaction : added) {
            sinceCheckpoint += transaction.size();
            lastMadeAt = Math.max(lastMadeAt, transaction.madeAt());
        }
        if (sinceCheckpoint > Limits.CHECKPOINT) {
            checkpoints.add(
                    new Checkpoint(transactions.size(), Objects.requireNonNull(signature())));
            sinceCheckpoint = 0;
        }
    }

    private RunningHash caughtUp() {
        if (hashed < transactions.size()) {
            add(hash, transactions, hashed);
            hashed = transactions.size();
        }
        return hash;
    }

    private static void add(RunningHash hash, List<Transaction> transactions, int from) {
        var buffer = new Utf8Buffer();
        for (int i = from; i < transactions.size(); i++) {
            buffer.clear();
            transactions.get(i).canonical(buffer);
            hash.add(buffer.array(), buffer.size());
        }
    }
}
