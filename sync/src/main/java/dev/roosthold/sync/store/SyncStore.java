package dev.roosthold.sync.store;

import dev.roosthold.protocol.Codec;
import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.entry.EntryType;
import dev.roosthold.sync.entry.Merge;
import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.log.SyncLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Cache, queue and identity. All writes go through one thread, which commits together what is
/// waiting; a write is on the disk when its future completes, and futures complete in the order of
/// the commits. Reads have a connection of their own. Thread-safe.
public final class SyncStore implements AutoCloseable {
    /// Rows that may wait.
    public static final int MAX_PENDING = 10_000;

    /// Bytes that their payloads may have.
    public static final long MAX_PENDING_BYTES = 64L << 20;

    /// Failed rows that are kept.
    public static final int MAX_FAILED = 10_000;

    private static final long TOMBSTONES_MS = 90L * 24 * 3_600_000;
    private static final int TOGETHER = 256;

    /// `acked` of an entry that the person has taken out of the queue.
    private static final int NEVER = 2;

    private static final String ROW =
            "SELECT id, operation, entity_type, entity_id, payload, status, attempts, created_at,"
                    + " last_attempt_at, error_code, error FROM sync_queue ";
    private static final String ENTRY =
            "SELECT type, id, encrypted, device_id, created_at, updated_at, deleted_at,"
                    + " safety_level, executed, success, executed_at, extra, seq, acked"
                    + " FROM entries ";
    private static final String LIVE =
            "(status = 'inflight' OR (status = 'pending'"
                    + " AND (expires_at IS NULL OR expires_at > ?)))";

    private final Path file;
    private final InstantSource clock;
    private final SyncLog log;
    private final boolean wasCorrupt;
    private final BlockingQueue<Job<?>> jobs = new LinkedBlockingQueue<>();
    private final ReentrantLock reading = new ReentrantLock();
    private final Thread thread;
    private Database writer;
    private Database reader;
    private volatile boolean writable = true;
    private volatile boolean closed;

    // Of the writing thread.
    private long seq;
    private boolean seqChanged;
    private long pendingRows;
    private long pendingBytes;

    /// A write.
    private interface Op<T> {
        T run(Database db) throws SQLException;
    }

    private record Job<T>(Op<T> op, CompletableFuture<T> done) {
        void run(Database db, List<Runnable> completions) throws SQLException {
            T result = op.run(db);
            completions.add(() -> done.complete(result));
        }
    }

    private record Marks(long seq, long rows, long bytes) {}

    private SyncStore(
            Path file,
            InstantSource clock,
            SyncLog log,
            boolean wasCorrupt,
            Database writer,
            Database reader)
            throws SQLException {
        this.file = file;
        this.clock = clock;
        this.log = log;
        this.wasCorrupt = wasCorrupt;
        this.writer = writer;
        this.reader = reader;
        begin();
        thread = Thread.ofPlatform().daemon().name("sync-store").start(this::work);
    }

    private void begin() throws SQLException {
        writer.change("UPDATE sync_queue SET status = 'pending' WHERE status = 'inflight'");
        writer.commit();
        seq = writer.number("SELECT value FROM meta WHERE key = 'seq'");
        count(writer);
        writer.commit();
    }

    private void count(Database db) throws SQLException {
        try (ResultSet rows =
                db.select(
                        "SELECT COUNT(*), COALESCE(SUM(LENGTH(payload)), 0) FROM sync_queue"
                                + " WHERE status <> 'failed'")) {
            rows.next();
            pendingRows = rows.getLong(1);
            pendingBytes = rows.getLong(2);
        }
    }

    /// Opens the database, or makes it. A damaged one is put aside under another name and an empty
    /// one made: see [#wasCorrupt].
    ///
    /// @throws StoreException when it cannot be written
    public static SyncStore open(Path file, InstantSource clock, SyncLog log) {
        try {
            Path parent = file.getParent();
            if (parent != null) {
                SyncFiles.directory(parent);
            }
            SyncFiles.ownerOnly(file);
            try {
                return open(file, clock, log, false);
            } catch (SQLException e) {
                if (!isCorrupt(e)) {
                    throw e;
                }
                String aside = putAside(file, clock);
                log.error(
                        "store.corrupt",
                        "the database is damaged; an empty one is made",
                        "aside",
                        aside);
                SyncFiles.ownerOnly(file);
                return open(file, clock, log, true);
            }
        } catch (IOException | SQLException e) {
            throw new StoreException(
                    StoreException.Kind.UNWRITABLE,
                    "the database " + file + " cannot be used: " + e.getMessage());
        }
    }

    private static SyncStore open(Path file, InstantSource clock, SyncLog log, boolean wasCorrupt)
            throws SQLException {
        Database writer = Database.writer(file);
        try {
            // A directory that cannot be written shows with the first write only.
            writer.change("UPDATE meta SET value = value WHERE key = 'seq'");
            writer.commit();
            return new SyncStore(file, clock, log, wasCorrupt, writer, Database.reader(file));
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    private static boolean isCorrupt(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == 11 || code == 26;
    }

    private static String putAside(Path file, InstantSource clock) throws IOException {
        String name = file.getFileName() + ".corrupt-" + clock.millis();
        Files.move(file, file.resolveSibling(name));
        for (String part : List.of("-wal", "-shm")) {
            Path old = file.resolveSibling(file.getFileName() + part);
            if (Files.exists(old)) {
                Files.move(old, file.resolveSibling(name + part));
            }
        }
        return name;
    }

    /// Whether a damaged database was put aside when this was opened.
    public boolean wasCorrupt() {
        return wasCorrupt;
    }

    /// How many pages more than now the database may have: a bound like that of a full disk.
    void limitPages(int more) {
        await(
                submit(
                        db -> {
                            db.limitPages(more);
                            return more;
                        }));
    }

    /// Whether the last write succeeded.
    public boolean isWritable() {
        return writable;
    }

    // ---- the writing thread

    private void work() {
        try {
            var batch = new ArrayList<Job<?>>();
            while (true) {
                batch.clear();
                batch.add(jobs.take());
                jobs.drainTo(batch, TOGETHER - 1);
                together(batch);
            }
        } catch (InterruptedException e) {
            var left = new ArrayList<Job<?>>();
            jobs.drainTo(left);
            together(left);
        }
    }

    private void together(List<Job<?>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        Marks before = marks();
        var completions = new ArrayList<Runnable>();
        try {
            for (Job<?> job : batch) {
                job.run(writer, completions);
            }
            commit();
            completions.forEach(Runnable::run);
            return;
        } catch (SQLException | RuntimeException e) {
            undo(before);
            if (batch.size() == 1) {
                fail(batch.getFirst(), e);
                return;
            }
        }
        for (Job<?> job : batch) {
            together(List.of(job));
        }
    }

    private void commit() throws SQLException {
        if (seqChanged) {
            writer.change("UPDATE meta SET value = ? WHERE key = 'seq'", seq);
            seqChanged = false;
        }
        writer.commit();
        writable = true;
    }

    private Marks marks() {
        return new Marks(seq, pendingRows, pendingBytes);
    }

    private void undo(Marks before) {
        seq = before.seq();
        seqChanged = false;
        pendingRows = before.rows();
        pendingBytes = before.bytes();
        try {
            writer.rollback();
        } catch (SQLException e) {
            log.error("store.rollback", "a change could not be undone");
        }
    }

    private void fail(Job<?> job, Exception e) {
        if (e instanceof SQLException sql) {
            if (writable) {
                log.error(
                        "store.write",
                        "the database cannot be written",
                        "code",
                        sql.getErrorCode());
            }
            writable = false;
            job.done()
                    .completeExceptionally(
                            new StoreException(
                                    StoreException.Kind.UNWRITABLE,
                                    "the database cannot be written"));
        } else {
            job.done().completeExceptionally(e);
        }
    }

    private <T> CompletableFuture<T> submit(Op<T> op) {
        var done = new CompletableFuture<T>();
        if (closed) {
            done.completeExceptionally(
                    new StoreException(StoreException.Kind.UNWRITABLE, "the store is closed"));
        } else {
            jobs.add(new Job<>(op, done));
        }
        return done;
    }

    /// Waits for a write.
    private static <T> T await(CompletableFuture<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    // What was begun is finished: the caller's answer must say what is true.
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T read(Op<T> op) {
        reading.lock();
        try {
            return op.run(reader);
        } catch (SQLException e) {
            throw new StoreException(StoreException.Kind.UNWRITABLE, "the database cannot be read");
        } finally {
            reading.unlock();
        }
    }

    private long nextSeq() {
        seq = Math.max(clock.millis(), seq + 1);
        seqChanged = true;
        return seq;
    }

    /// Completes when everything that was begun until now has ended.
    public CompletableFuture<Boolean> flushed() {
        return submit(_ -> true);
    }

    /// Tries whether the database can be written.
    public CompletableFuture<Boolean> probe() {
        return submit(db -> db.change("UPDATE meta SET value = ? WHERE key = 'seq'", seq) == 1);
    }

    // ---- identity

    public Optional<Identity> identity() {
        return read(
                db -> {
                    try (ResultSet rows =
                            db.select(
                                    "SELECT account_id, device_id, device_name, platform,"
                                            + " sync_root_id, created_at, last_sync_at, paused"
                                            + " FROM identity")) {
                        return rows.next()
                                ? Optional.of(
                                        new Identity(
                                                rows.getString(1),
                                                rows.getString(2),
                                                rows.getString(3),
                                                rows.getString(4),
                                                rows.getString(5),
                                                rows.getLong(6),
                                                number(rows, 7),
                                                rows.getInt(8) != 0))
                                : Optional.<Identity>empty();
                    }
                });
    }

    /// Keeps who we are, and our device in the cache.
    public void saveIdentity(Identity identity, SyncEntry device) {
        await(
                submit(
                        db -> {
                            db.change(
                                    "INSERT OR REPLACE INTO identity VALUES"
                                            + " (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    identity.accountId(),
                                    identity.deviceId(),
                                    identity.deviceName(),
                                    identity.platform(),
                                    identity.syncRootId(),
                                    identity.createdAt(),
                                    identity.lastSyncAt(),
                                    identity.paused() ? 1 : 0);
                            return receive(db, device, false);
                        }));
    }

    public void setPaused(boolean paused) {
        await(submit(db -> db.change("UPDATE identity SET paused = ?", paused ? 1 : 0)));
    }

    public CompletableFuture<Integer> setLastSync(long at) {
        return submit(db -> db.change("UPDATE identity SET last_sync_at = ?", at));
    }

    // ---- push

    /// Takes entries into cache and queue.
    ///
    /// @param ttlMs lifetime in the queue; 0 is for ever
    /// @param inFlight whether they will be handed on at once
    /// @throws StoreException when the queue or the disk is full; then nothing was taken
    public CompletableFuture<Pushed> push(List<SyncEntry> entries, long ttlMs, boolean inFlight) {
        return submit(
                db -> {
                    var rows = new ArrayList<QueueRow>();
                    for (SyncEntry entry : entries) {
                        QueueRow row = push(db, entry, ttlMs, inFlight);
                        if (row != null) {
                            rows.removeIf(known -> known.id() == row.id());
                            rows.add(row);
                        }
                    }
                    if (pendingRows > MAX_PENDING || pendingBytes > MAX_PENDING_BYTES) {
                        throw new StoreException(
                                StoreException.Kind.QUEUE_FULL, "too many entries wait");
                    }
                    return new Pushed(rows, System.nanoTime());
                });
    }

    private @Nullable QueueRow push(Database db, SyncEntry entry, long ttlMs, boolean inFlight)
            throws SQLException {
        Cached known = cached(db, entry.type(), entry.id());
        SyncEntry merged = known == null ? entry : Merge.merge(known.entry(), entry);
        if (known != null && merged.equals(known.entry())) {
            return null;
        }
        int acked = known != null && known.acked() == NEVER ? NEVER : 0;
        put(db, merged, acked);
        db.change("DELETE FROM evicted WHERE id = ?", entry.id());
        if (acked == NEVER) {
            return null;
        }
        return queue(db, merged, known == null ? "create" : "update", ttlMs, inFlight);
    }

    private @Nullable QueueRow queue(
            Database db, SyncEntry entry, String operation, long ttlMs, boolean inFlight)
            throws SQLException {
        long now = clock.millis();
        byte[] payload = entry.payload();
        QueueRow known = row(db, entry.type(), entry.id());
        String kind = entry.isDeleted() ? "delete" : operation;
        if (known != null) {
            String kept =
                    known.operation().equals("create") && !entry.isDeleted() ? "create" : kind;
            db.change(
                    "UPDATE sync_queue SET payload = ?, operation = ? WHERE id = ?",
                    payload,
                    kept,
                    known.id());
            if (!known.status().equals("failed")) {
                pendingBytes += payload.length - known.payload().length;
            }
            // It keeps its place: who sends what waits will find the newer form.
            return null;
        }
        db.change(
                "INSERT INTO sync_queue (operation, entity_type, entity_id, payload, status,"
                        + " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                kind,
                entry.type().text(),
                entry.id(),
                payload,
                inFlight ? "inflight" : "pending",
                now,
                ttlMs == 0 ? null : (Object) (now + ttlMs));
        pendingRows++;
        pendingBytes += payload.length;
        long id = db.number("SELECT last_insert_rowid()");
        return new QueueRow(
                id, kind, entry.type(), entry.id(), payload, "inflight", 1, now, now, null, null);
    }

    // ---- what comes from the relay

    /// Takes in what others wrote. The immutable part of a command is that of the log, whatever is
    /// here.
    ///
    /// @return how many entries have become others
    public int receive(List<Received> entries) {
        return await(
                submit(
                        db -> {
                            int changed = 0;
                            for (Received entry : entries) {
                                boolean other =
                                        entry.whole()
                                                ? receive(db, entry.entry(), true)
                                                : state(db, entry.entry());
                                changed += other ? 1 : 0;
                            }
                            return changed;
                        }));
    }

    /// What others wrote.
    ///
    /// @param whole false when only the state of a command is meant
    public record Received(SyncEntry entry, boolean whole) {}

    private boolean state(Database db, SyncEntry entry) throws SQLException {
        Cached known = cached(db, entry.type(), entry.id());
        if (known == null) {
            return false;
        }
        SyncEntry merged = Merge.command(known.entry(), entry);
        if (merged.equals(known.entry())) {
            return false;
        }
        put(db, merged, known.acked());
        return true;
    }

    /// The newest cursor.
    public long latest() {
        return read(db -> db.number("SELECT value FROM meta WHERE key = 'seq'"));
    }

    private boolean receive(Database db, SyncEntry entry, boolean acked) throws SQLException {
        Cached known = cached(db, entry.type(), entry.id());
        if (known == null) {
            if (entry.type() == EntryType.COMMAND
                    && db.number("SELECT COUNT(*) FROM evicted WHERE id = ?", entry.id()) > 0) {
                return false;
            }
            put(db, entry, acked ? 1 : 0);
            return true;
        }
        SyncEntry merged =
                entry.type() == EntryType.COMMAND
                        ? Merge.command(entry, known.entry())
                        : Merge.merge(known.entry(), entry);
        if (!merged.equals(known.entry())) {
            put(db, merged, known.acked() == NEVER ? NEVER : acked ? 1 : known.acked());
            return true;
        }
        if (acked && known.acked() == 0) {
            db.change(
                    "UPDATE entries SET acked = 1 WHERE type = ? AND id = ?",
                    entry.type().text(),
                    entry.id());
        }
        return false;
    }

    // ---- sending

    /// The oldest rows that wait, which are in flight from now on.
    public List<QueueRow> takePending(int limit) {
        return await(
                submit(
                        db -> {
                            long now = clock.millis();
                            var rows = new ArrayList<QueueRow>();
                            try (ResultSet found =
                                    db.select(
                                            ROW
                                                    + "WHERE status = 'pending' AND (expires_at IS"
                                                    + " NULL OR expires_at > ?) ORDER BY id LIMIT"
                                                    + " ?",
                                            now,
                                            limit)) {
                                while (found.next()) {
                                    rows.add(row(found));
                                }
                            }
                            for (QueueRow row : rows) {
                                db.change(
                                        "UPDATE sync_queue SET status = 'inflight',"
                                                + " attempts = attempts + 1, last_attempt_at = ?"
                                                + " WHERE id = ?",
                                        now,
                                        row.id());
                            }
                            return rows;
                        }));
    }

    /// Whether rows wait that are not in flight.
    public boolean hasPending() {
        return read(
                db ->
                        db.number(
                                        "SELECT EXISTS (SELECT 1 FROM sync_queue WHERE status ="
                                                + " 'pending' AND (expires_at IS NULL OR expires_at >"
                                                + " ?))",
                                        clock.millis())
                                != 0);
    }

    /// Rows wait again; that was no attempt of theirs.
    public CompletableFuture<Integer> putBack(Collection<QueueRow> rows) {
        return submit(
                db -> {
                    int count = 0;
                    for (QueueRow row : rows) {
                        count +=
                                db.change(
                                        "UPDATE sync_queue SET status = 'pending',"
                                                + " attempts = MAX(0, attempts - 1)"
                                                + " WHERE id = ? AND status = 'inflight'",
                                        row.id());
                    }
                    return count;
                });
    }

    /// Rows wait again; that was an attempt of theirs.
    public CompletableFuture<Integer> keepAttempt(Collection<QueueRow> rows) {
        return submit(
                db -> {
                    int count = 0;
                    for (QueueRow row : rows) {
                        count +=
                                db.change(
                                        "UPDATE sync_queue SET status = 'pending'"
                                                + " WHERE id = ? AND status = 'inflight'",
                                        row.id());
                    }
                    return count;
                });
    }

    /// The relay has what these rows held. A row that has been merged with a newer version in the
    /// meantime waits again.
    public CompletableFuture<Integer> acknowledged(Collection<QueueRow> rows) {
        return submit(
                db -> {
                    int waiting = 0;
                    for (QueueRow row : rows) {
                        waiting += finish(db, row, true) ? 0 : 1;
                    }
                    return waiting;
                });
    }

    /// These rows need not be sent: others wrote something newer.
    public CompletableFuture<Integer> superseded(Collection<QueueRow> rows) {
        return submit(
                db -> {
                    int waiting = 0;
                    for (QueueRow row : rows) {
                        waiting += finish(db, row, false) ? 0 : 1;
                    }
                    return waiting;
                });
    }

    private boolean finish(Database db, QueueRow row, boolean acked) throws SQLException {
        int gone =
                db.change(
                        "DELETE FROM sync_queue WHERE id = ? AND payload = ? AND status <>"
                                + " 'failed'",
                        row.id(),
                        row.payload());
        if (gone == 0) {
            db.change(
                    "UPDATE sync_queue SET status = 'pending' WHERE id = ? AND status = 'inflight'",
                    row.id());
            return false;
        }
        pendingRows--;
        pendingBytes -= row.payload().length;
        if (acked) {
            db.change(
                    "UPDATE entries SET acked = 1 WHERE type = ? AND id = ? AND acked = 0",
                    row.type().text(),
                    row.entityId());
        }
        return true;
    }

    /// These rows are not sent any more, unless somebody asks for it.
    public CompletableFuture<Integer> failed(
            Collection<QueueRow> rows, String code, String message) {
        return submit(
                db -> {
                    int count = 0;
                    for (QueueRow row : rows) {
                        count +=
                                db.change(
                                        "UPDATE sync_queue SET status = 'failed', error_code = ?,"
                                                + " error = ? WHERE id = ? AND status <> 'failed'",
                                        code,
                                        message,
                                        row.id());
                    }
                    count(db);
                    trim(db);
                    return count;
                });
    }

    // ---- reading

    /// Entries that were inserted or changed after a cursor.
    ///
    /// @param maxBytes of JSON; at least one entry is returned
    public Pulled pull(long since, int limit, long maxBytes) {
        return read(
                db -> {
                    var entries = new ArrayList<SyncEntry>();
                    long cursor = since;
                    long bytes = 0;
                    try (ResultSet rows =
                            db.select(
                                    ENTRY + "WHERE seq > ? ORDER BY seq LIMIT ?",
                                    since,
                                    limit + 1)) {
                        while (rows.next()) {
                            SyncEntry entry = entry(rows);
                            bytes += size(entry);
                            if (entries.size() == limit
                                    || (bytes > maxBytes && !entries.isEmpty())) {
                                return new Pulled(entries, true, cursor);
                            }
                            entries.add(entry);
                            cursor = rows.getLong(13);
                        }
                    }
                    return new Pulled(entries, false, cursor);
                });
    }

    private static long size(SyncEntry entry) {
        return 1 + Codec.printText(entry.wire()).getBytes(StandardCharsets.UTF_8).length;
    }

    public List<SyncEntry> devices() {
        return read(db -> entries(db, ENTRY + "WHERE type = 'device' ORDER BY id"));
    }

    /// Everything that is not deleted and no device.
    public List<SyncEntry> undeleted() {
        return read(
                db ->
                        entries(
                                db,
                                ENTRY
                                        + "WHERE type <> 'device' AND deleted_at IS NULL"
                                        + " ORDER BY seq"));
    }

    public Optional<SyncEntry> entry(EntryType type, String id) {
        return read(db -> Optional.ofNullable(cached(db, type, id)).map(Cached::entry));
    }

    public Counts counts() {
        long now = clock.millis();
        return read(
                db -> {
                    long entries = db.number("SELECT COUNT(*) FROM entries");
                    long all = db.number("SELECT COUNT(*) FROM sync_queue");
                    long pending = db.number("SELECT COUNT(*) FROM sync_queue WHERE " + LIVE, now);
                    return new Counts(entries, bytes(), pending, all - pending);
                });
    }

    private long bytes() {
        long sum = 0;
        for (String part : List.of("", "-wal")) {
            try {
                sum += Files.size(file.resolveSibling(file.getFileName() + part));
            } catch (IOException e) {
                // Not there.
            }
        }
        return sum;
    }

    /// Whether another entry would be refused.
    public boolean isFull() {
        return read(db -> db.number("SELECT COUNT(*) FROM sync_queue WHERE status <> 'failed'"))
                >= MAX_PENDING;
    }

    /// Rows of the queue as they stand now.
    ///
    /// @param status `pending`, `failed`, or null for both
    public List<QueueRow> queue(@Nullable String status, int limit) {
        long now = clock.millis();
        return read(
                db -> {
                    String which =
                            status == null
                                    ? "(? > 0)"
                                    : status.equals("failed") ? "NOT " + LIVE : LIVE;
                    var rows = new ArrayList<QueueRow>();
                    try (ResultSet found =
                            db.select(
                                    ROW + "WHERE " + which + " ORDER BY id LIMIT ?", now, limit)) {
                        while (found.next()) {
                            rows.add(row(found));
                        }
                    }
                    return rows.stream().map(row -> asOf(row, now)).toList();
                });
    }

    /// A lifetime that has passed shows before it is written down.
    private QueueRow asOf(QueueRow row, long now) throws StoreException {
        if (!row.status().equals("pending")) {
            return row;
        }
        long alive =
                read(
                        db ->
                                db.number(
                                        "SELECT COUNT(*) FROM sync_queue WHERE id = ? AND " + LIVE,
                                        row.id(),
                                        now));
        return alive > 0
                ? row
                : new QueueRow(
                        row.id(),
                        row.operation(),
                        row.type(),
                        row.entityId(),
                        row.payload(),
                        "failed",
                        row.attempts(),
                        row.createdAt(),
                        row.lastAttemptAt(),
                        EXPIRED,
                        EXPIRED_TEXT);
    }

    private static final String EXPIRED = "EXPIRED";
    private static final String EXPIRED_TEXT = "It waited longer than offlineQueueTtlMs.";

    // ---- the queue in the hands of a person

    /// Failed rows wait again, with a new lifetime.
    ///
    /// @param ids or null for all
    public int retry(@Nullable Collection<Long> ids, long ttlMs) {
        return await(
                submit(
                        db -> {
                            expire(db);
                            long now = clock.millis();
                            String set =
                                    "UPDATE sync_queue SET status = 'pending', attempts = 0,"
                                            + " error_code = NULL, error = NULL, expires_at = ?"
                                            + " WHERE status = 'failed'";
                            Object expires = ttlMs == 0 ? null : now + ttlMs;
                            int count = 0;
                            if (ids == null) {
                                count = db.change(set, expires);
                            } else {
                                for (Long id : ids) {
                                    count += db.change(set + " AND id = ?", expires, id);
                                }
                            }
                            count(db);
                            if (pendingRows > MAX_PENDING || pendingBytes > MAX_PENDING_BYTES) {
                                throw new StoreException(
                                        StoreException.Kind.QUEUE_FULL, "too many entries wait");
                            }
                            return count;
                        }));
    }

    /// Takes rows out of the queue; their entries stay here and are never sent.
    public int discard(Collection<Long> ids) {
        return await(
                submit(
                        db -> {
                            int count = 0;
                            for (Long id : ids) {
                                db.change(
                                        "UPDATE entries SET acked = "
                                                + NEVER
                                                + " WHERE (type, id) IN (SELECT entity_type,"
                                                + " entity_id FROM sync_queue WHERE id = ?)",
                                        id);
                                count += db.change("DELETE FROM sync_queue WHERE id = ?", id);
                            }
                            count(db);
                            return count;
                        }));
    }

    // ---- housekeeping

    /// Makes lifetimes that have passed durable, and lets go what is too much.
    ///
    /// @param cacheMaxSize bytes
    public CompletableFuture<Integer> sweep(long cacheMaxSize) {
        return submit(
                db -> {
                    int expired = expire(db);
                    trim(db);
                    db.change(
                            "INSERT OR IGNORE INTO evicted SELECT id FROM entries WHERE type ="
                                    + " 'command' AND acked = 1 AND deleted_at < ?",
                            clock.millis() - TOMBSTONES_MS);
                    db.change(
                            "DELETE FROM entries WHERE type = 'command' AND acked = 1"
                                    + " AND deleted_at < ?",
                            clock.millis() - TOMBSTONES_MS);
                    evict(db, cacheMaxSize);
                    return expired;
                });
    }

    private int expire(Database db) throws SQLException {
        int expired =
                db.change(
                        "UPDATE sync_queue SET status = 'failed', error_code = ?, error = ?"
                                + " WHERE status = 'pending' AND expires_at <= ?",
                        EXPIRED,
                        EXPIRED_TEXT,
                        clock.millis());
        if (expired > 0) {
            count(db);
            log.warn("queue.expired", "entries are no longer sent", "count", expired);
        }
        return expired;
    }

    private void trim(Database db) throws SQLException {
        long failed = db.number("SELECT COUNT(*) FROM sync_queue WHERE status = 'failed'");
        for (; failed > MAX_FAILED; failed--) {
            long oldest = db.number("SELECT MIN(id) FROM sync_queue WHERE status = 'failed'");
            db.change("DELETE FROM sync_queue WHERE id = ?", oldest);
            log.warn(
                    "queue.dropped", "the oldest failed entry leaves the queue", "queueId", oldest);
        }
    }

    private void evict(Database db, long cacheMaxSize) throws SQLException {
        long page = db.number("PRAGMA page_size");
        long used = (db.number("PRAGMA page_count") - db.number("PRAGMA freelist_count")) * page;
        if (used <= cacheMaxSize / 10 * 9) {
            return;
        }
        long commands =
                db.number("SELECT COUNT(*) FROM entries WHERE type = 'command' AND acked = 1");
        long each = Math.max(1, used / Math.max(1, db.number("SELECT COUNT(*) FROM entries")));
        long many = Math.min(commands, (used - cacheMaxSize / 10 * 8) / each + 1);
        db.change(
                "INSERT OR IGNORE INTO evicted SELECT id FROM entries WHERE type = 'command'"
                        + " AND acked = 1 ORDER BY created_at, device_id, id LIMIT ?",
                many);
        int gone =
                db.change(
                        "DELETE FROM entries WHERE type = 'command' AND acked = 1"
                                + " AND id IN (SELECT id FROM evicted)");
        log.info("cache.evicted", "the oldest acknowledged commands left the cache", "count", gone);
    }

    /// Deletes everything, and the files with it.
    ///
    /// @return rows that were in the queue, and entries
    public long[] reset() {
        return await(
                submit(
                        db -> {
                            long queue = db.number("SELECT COUNT(*) FROM sync_queue");
                            long entries = db.number("SELECT COUNT(*) FROM entries");
                            db.commit();
                            reading.lock();
                            try {
                                reader.close();
                                writer.close();
                                for (String part : List.of("-wal", "-shm", "")) {
                                    SyncFiles.erase(file.resolveSibling(file.getFileName() + part));
                                }
                                SyncFiles.ownerOnly(file);
                                writer = Database.writer(file);
                                reader = Database.reader(file);
                            } catch (IOException e) {
                                throw new SQLException("the database cannot be deleted", e);
                            } finally {
                                reading.unlock();
                            }
                            seq = Math.max(seq, clock.millis());
                            seqChanged = false;
                            writer.change("UPDATE meta SET value = ? WHERE key = 'seq'", seq);
                            writer.commit();
                            pendingRows = 0;
                            pendingBytes = 0;
                            return new long[] {queue, entries};
                        }));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reading.lock();
        try {
            reader.close();
            writer.commit();
            // The last connection that closes puts the log back into the database.
            writer.close();
        } catch (SQLException e) {
            log.warn("store.close", "the database could not be closed");
        } finally {
            reading.unlock();
        }
    }

    // ---- rows

    private record Cached(SyncEntry entry, int acked) {}

    private static @Nullable Cached cached(Database db, EntryType type, String id)
            throws SQLException {
        try (ResultSet rows = db.select(ENTRY + "WHERE type = ? AND id = ?", type.text(), id)) {
            return rows.next() ? new Cached(entry(rows), rows.getInt(14)) : null;
        }
    }

    private static List<SyncEntry> entries(Database db, String sql) throws SQLException {
        var entries = new ArrayList<SyncEntry>();
        try (ResultSet rows = db.select(sql)) {
            while (rows.next()) {
                entries.add(entry(rows));
            }
        }
        return entries;
    }

    private static @Nullable QueueRow row(Database db, EntryType type, String id)
            throws SQLException {
        try (ResultSet rows =
                db.select(ROW + "WHERE entity_type = ? AND entity_id = ?", type.text(), id)) {
            return rows.next() ? row(rows) : null;
        }
    }

    private static QueueRow row(ResultSet rows) throws SQLException {
        return new QueueRow(
                rows.getLong(1),
                rows.getString(2),
                EntryType.of(rows.getString(3)).orElseThrow(),
                rows.getString(4),
                rows.getBytes(5),
                rows.getString(6),
                rows.getInt(7),
                rows.getLong(8),
                number(rows, 9),
                rows.getString(10),
                rows.getString(11));
    }

    private static @Nullable Long number(ResultSet rows, int column) throws SQLException {
        long value = rows.getLong(column);
        return rows.wasNull() ? null : (Long) value;
    }

    private static SyncEntry entry(ResultSet rows) throws SQLException {
        EntryType type = EntryType.of(rows.getString(1)).orElseThrow();
        String deviceId = rows.getString(4);
        String extra = rows.getString(12);
        JsonNode more =
                extra == null
                        ? JsonNodeFactory.instance.objectNode()
                        : Codec.parse(extra.getBytes(StandardCharsets.UTF_8));
        Long success = number(rows, 10);
        return new SyncEntry(
                type,
                rows.getString(2),
                rows.getString(3),
                deviceId,
                rows.getLong(5),
                rows.getLong(6),
                number(rows, 7),
                rows.getString(8),
                rows.getInt(9) != 0,
                success == null ? null : (Boolean) (success != 0),
                number(rows, 11),
                more.path("stateBy").isString() ? more.path("stateBy").stringValue() : deviceId,
                type == EntryType.DEVICE
                        ? new SyncEntry.Device(
                                more.path("name").asString(""),
                                more.path("platform").asString(""),
                                more.path("schemaVersion").asInt(0),
                                more.path("firstSeen").asLong(0),
                                more.path("lastSeen").asLong(0),
                                more.path("removedAt").isNumber()
                                        ? (Long) more.path("removedAt").longValue()
                                        : null)
                        : null);
    }

    private void put(Database db, SyncEntry entry, int acked) throws SQLException {
        ObjectNode extra = JsonNodeFactory.instance.objectNode();
        if (!entry.stateBy().equals(entry.deviceId())) {
            extra.put("stateBy", entry.stateBy());
        }
        SyncEntry.Device device = entry.device();
        if (device != null) {
            extra.put("name", device.name())
                    .put("platform", device.platform())
                    .put("schemaVersion", device.schemaVersion())
                    .put("firstSeen", device.firstSeen())
                    .put("lastSeen", device.lastSeen());
            if (device.removedAt() != null) {
                extra.put("removedAt", device.removedAt());
            }
        }
        db.change(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entry.type().text(),
                entry.id(),
                nextSeq(),
                entry.encrypted(),
                entry.deviceId(),
                entry.createdAt(),
                entry.updatedAt(),
                entry.deletedAt(),
                entry.safetyLevel(),
                entry.executed() ? 1 : 0,
                entry.success() == null ? null : (Object) (entry.success() ? 1 : 0),
                entry.executedAt(),
                acked,
                extra.isEmpty() ? null : Codec.printText(extra));
    }
}
