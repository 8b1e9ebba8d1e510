package dev.roosthold.relay.attachments;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The attachments of all accounts. An upload that was acknowledged is on the disk. Thread-safe.
public final class Attachments {
    private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

    /// Largest attachment, in encrypted bytes.
    public static final int MAX_SIZE = 10 << 20;

    /// What all attachments of one account may take together unless it is set otherwise, in bytes.
    public static final long USUAL_QUOTA = 1L << 30;

    /// How long an announced upload may take to come.
    static final Duration PATIENCE = Duration.ofHours(1);

    private static final int BATCH = 200;

    private final Store store;
    private final AttachmentFiles files;
    private final long quota;

    /// Files that uploads of this process are writing.
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean tidying = new AtomicBoolean();

    private Attachments(Store store, AttachmentFiles files, long quota) {
        this.store = store;
        this.files = files;
        this.quota = quota;
    }

    /// @param folder made when absent; no other process may use it
    /// @param quota bytes that the attachments of one account may take together; a small one counts
    ///     as 4 KiB
    public static Attachments open(Store store, Path folder, long quota) throws IOException {
        return new Attachments(store, new AttachmentFiles(folder), quota);
    }

    Announced announce(Caller caller, SessionId session, long size) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    if (!Sessions.isReachable(tx, caller, session)) {
                        return new Announced.NoSession();
                    }
                    long counted = Math.max(size, AttachmentTable.LEAST_COUNTED);
                    if (AttachmentTable.counted(tx, caller.account()) + counted > quota) {
                        return new Announced.OverQuota();
                    }
                    String file = UUID.randomUUID() + ".enc";
                    AttachmentTable.insert(tx, file, caller.account(), session, size);
                    return new Announced.As(file);
                });
    }

    boolean isReachable(Caller caller, SessionId session) {
        return store.readNow(sql -> Sessions.isReachable(sql, caller, session));
    }

    Optional<StoredAttachment> find(SessionId session, String file) {
        return store.readNow(sql -> AttachmentTable.find(sql, session, file));
    }

    /// Stores the bytes of an announced attachment, once.
    Uploaded upload(SessionId session, String file, byte[] bytes) throws IOException {
        // Before the row is read: whoever is second must see the row that the first one leaves.
        if (!running.add(file)) {
            return new Uploaded.Already();
        }
        try {
            Optional<StoredAttachment> row = find(session, file);
            if (row.isEmpty()) {
                return new Uploaded.Unknown();
            }
            if (row.get().uploaded()) {
                return new Uploaded.Already();
            }
            if (row.get().size() != bytes.length) {
                return new Uploaded.WrongSize(row.get().size());
            }
            files.write(file, bytes);
            if (store.writeNow(tx -> AttachmentTable.markUploaded(tx, file))) {
                return new Uploaded.Done();
            }
            // The session was deleted meanwhile.
            files.remove(file);
            return new Uploaded.Unknown();
        } finally {
            running.remove(file);
        }
    }

    /// The bytes of an uploaded attachment.
    Optional<byte[]> read(SessionId session, String file) throws IOException {
        if (find(session, file).filter(StoredAttachment::uploaded).isEmpty()) {
            return Optional.empty();
        }
        Optional<byte[]> bytes = files.read(file);
        if (bytes.isEmpty() && find(session, file).isPresent()) {
            LOG.warn("an attachment is in the database but not on the disk");
        }
        return bytes;
    }

    /// Starts [#tidy()] on a thread of the executor, unless it is running.
    ///
    /// @return whether it was started
    public boolean tidyOn(Executor executor) {
        if (!tidying.compareAndSet(false, true)) {
            return false;
        }
        executor.execute(
                () -> {
                    try {
                        tidy();
                    } catch (IOException | RuntimeException e) {
                        LOG.info("tidying attachments failed, will be repeated: {}", e.toString());
                    } finally {
                        tidying.set(false);
                    }
                });
        return true;
    }

    /// Gives up announcements that are too old and removes files without a row. Leaves alone what
    /// an upload is writing. May block on the store.
    void tidy() throws IOException {
        boolean more = true;
        while (more) {
            more =
                    store.writeNow(
                            tx -> {
                                long before = tx.nowMs() - PATIENCE.toMillis();
                                List<String> old =
                                        AttachmentTable.abandoned(
                                                tx, before, BATCH + running.size());
                                List<String> idle =
                                        old.stream().filter(f -> !running.contains(f)).toList();
                                for (String file : idle) {
                                    AttachmentTable.deleteWaiting(tx, file);
                                }
                                return idle.size() >= BATCH;
                            });
        }
        var batch = new ArrayList<String>(BATCH);
        files.forEach(
                name -> {
                    batch.add(name);
                    if (batch.size() == BATCH) {
                        removeStrays(batch);
                        batch.clear();
                    }
                });
        removeStrays(batch);
    }

    /// A row is there before its file and never comes back: what has none now never will.
    private void removeStrays(List<String> names) {
        List<String> strays =
                store.readNow(
                        sql -> {
                            var missing = new ArrayList<String>();
                            for (String name : names) {
                                if (!AttachmentTable.exists(sql, name)) {
                                    missing.add(name);
                                }
                            }
                            return missing;
                        });
        for (String name : strays) {
            if (!running.contains(name)) {
                files.remove(name);
            }
        }
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return AttachmentTable.OF_ACCOUNT;
    }

    /// Removes the files without a row now. Blocks; for a process that holds the data directory.
    public void removeStrays() throws IOException {
        tidy();
    }
}
