package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread that writes, with a connection of its own: the only one of its store, or one of a pool.
///
/// It takes all waiting writes of a lane up to a bound, runs them, commits once, then runs what
/// they left for after the commit and completes them in order. While the disk works on one commit
/// the next group gathers, so the cost of an fsync is shared by as many as are waiting and a lone
/// write waits for nobody.
///
/// Failures: when a write throws, the group is undone and run again with a savepoint for each
/// write, and the one that throws fails alone. When the commit fails, or SQLite has undone the
/// whole transaction, all of the group fail and none was acknowledged. The next group starts on a
/// fresh connection, so the store works again as soon as the cause is gone. What waited too long
/// for another writer, or found its connection gone before it asked for the commit, is run again
/// from the beginning, and nobody notices.
final class Writer implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Writer.class);

    /// A write on its way.
    static final class Pending<T> {
        final Store.WriteOperation<T> operation;
        final Outcome<T> outcome;
        final List<Runnable> actions = new ArrayList<>(2);
        final long submittedNanos = System.nanoTime();
        @Nullable T result;

        Pending(Store.WriteOperation<T> operation, Outcome<T> outcome) {
            this.operation = operation;
            this.outcome = outcome;
        }

        void run(Transaction transaction) throws SQLException {
            result = operation.run(transaction);
        }

        @SuppressWarnings("NullAway") // an operation may well answer null, then T admits it
        void succeed() {
            outcome.succeed(result);
        }
    }

    /// Nothing was committed, and the transaction may be run again: it lost against another one, or
    /// its connection is gone.
    private static final class Lost extends Exception {
        private static final long serialVersionUID = 1L;

        final SQLException reason;

        private Lost(SQLException reason) {
            super(reason);
            this.reason = reason;
        }

        static void throwIfSo(@Nullable SQLException e) throws Lost {
            if (e != null && (Faults.isConflict(e) || Faults.isLostConnection(e))) {
                throw new Lost(e);
            }
        }
    }

    /// So often a group is run. Whoever is in the way for so long has stopped, and those who wait
    /// with it know by then.
    private static final int MAX_LOST = 200;

    private static final long PAUSE_NANOS = 1_000_000;

    private final Connections connections;
    private final int number;
    private final Writers writers;
    private final int maxGroup;
    private final InstantSource clock;
    private final CommitListener commits;

    private SqlConnection connection;
    private int connectionAge;

    /// @param number of this writer among those of its store, from 0
    /// @param connection as `connections` give it to this number
    Writer(
            Connections connections,
            int number,
            SqlConnection connection,
            Writers writers,
            StoreConfig config) {
        this.connections = connections;
        this.number = number;
        this.connection = connection;
        this.writers = writers;
        this.connectionAge = writers.age();
        this.maxGroup = config.maxGroup();
        this.clock = config.clock();
        this.commits = config.commits();
    }

    @Override
    public void run() {
        WriteQueue<Pending<?>> queue = writers.queue();
        for (var batch = queue.take(maxGroup);
                !batch.writes().isEmpty();
                batch = queue.take(maxGroup)) {
            List<Pending<?>> rest = batch.writes();
            while (!rest.isEmpty()) {
                rest = commitGroup(rest, batch.lane());
            }
            queue.done(batch);
        }
        close();
    }

    /// Commits the writes and answers them, trying again as long as others are in the way; returns
    /// those that must be run in a group of their own because the transaction was lost before their
    /// turn.
    private List<Pending<?>> commitGroup(List<Pending<?>> group, @Nullable Lane lane) {
        boolean reopened = false;
        for (int lost = 1; ; lost++) {
            try {
                return attempt(group, lane);
            } catch (Lost e) {
                connection.rollback();
                group.forEach(write -> write.actions.clear());
                boolean gone = Faults.isLostConnection(e.reason);
                if (gone ? reopened : lost == MAX_LOST) {
                    failGroup(group, e.reason, "the write was undone");
                    return List.of();
                }
                if (gone) {
                    reopened = true;
                    suspect();
                } else {
                    log.debug("a group of {} writes lost against another one", group.size());
                    LockSupport.parkNanos(Math.min(lost, 20) * PAUSE_NANOS);
                }
            }
        }
    }

    /// Runs and commits the writes and answers them.
    ///
    /// @throws Lost when nobody was answered
    private List<Pending<?>> attempt(List<Pending<?>> group, @Nullable Lane lane) throws Lost {
        var done = new ArrayList<Pending<?>>(group.size());
        // Told only when the transaction has ended: run again, they may do better.
        var refused = new LinkedHashMap<Pending<?>, Throwable>();
        boolean uncommitted = false;
        try {
            reopenIfSuspect();
            uncommitted = true;
            connection.beginWriting(lane);
            if (group.size() > 1 && runTogether(group, lane)) {
                done.addAll(group);
            } else {
                for (int i = 0; i < group.size(); i++) {
                    Pending<?> write = group.get(i);
                    if (runAlone(write, group.size() > 1, refused)) {
                        done.add(write);
                    } else if (connection.broken() != null) {
                        refused.forEach((one, cause) -> one.outcome.fail(cause));
                        failGroup(done, connection.broken(), "the write was undone with its group");
                        return group.subList(i + 1, group.size());
                    }
                }
            }
            if (done.isEmpty()) {
                connection.rollback();
            } else {
                long begun = System.nanoTime();
                uncommitted = false;
                connection.commit();
                long now = System.nanoTime();
                commits.committed(done.size(), now - begun);
                for (Pending<?> write : done) {
                    commits.stored(now - write.submittedNanos);
                }
            }
        } catch (SQLException e) {
            // What became of a commit that was under way when the connection went nobody knows.
            if (uncommitted || Faults.isUndone(e)) {
                Lost.throwIfSo(e);
            }
            refused.forEach((one, cause) -> one.outcome.fail(cause));
            List<Pending<?>> unanswered = new ArrayList<>(group);
            unanswered.removeAll(refused.keySet());
            failGroup(unanswered, e, "the write could not be committed");
            return List.of();
        }
        if (!done.isEmpty()) {
            writers.recovered();
        }
        refused.forEach((one, cause) -> one.outcome.fail(cause));
        done.forEach(Writer::runActions);
        done.forEach(Pending::succeed);
        return List.of();
    }

    /// Runs all writes without savepoints, which are a third of the work of a short write. When one
    /// fails, everything is undone and nobody is answered: the writes are then run again, each in a
    /// savepoint of its own. Failures are rare, as expected outcomes are values.
    ///
    /// @return whether the writes may be committed; if not a fresh transaction has begun
    private boolean runTogether(List<Pending<?>> group, @Nullable Lane lane)
            throws SQLException, Lost {
        for (Pending<?> write : group) {
            try {
                write.run(new OpenTransaction(connection, write.actions, clock.millis()));
            } catch (Throwable e) {
                Lost.throwIfSo(connection.broken());
                log.debug("a group of {} writes is run again one by one", group.size(), e);
                beginAgain(group, lane);
                return false;
            }
            if (connection.broken() != null) {
                Lost.throwIfSo(connection.broken());
                beginAgain(group, lane);
                return false;
            }
        }
        return true;
    }

    private void beginAgain(List<Pending<?>> group, @Nullable Lane lane) throws SQLException {
        group.forEach(write -> write.actions.clear());
        connection.rollback();
        connection.beginWriting(lane);
    }

    /// Whether the write may be committed. If not it was either undone alone and is in the map of
    /// those that are refused, or, when [SqlConnection#broken()] is set afterwards, the transaction
    /// is gone and it was answered.
    private boolean runAlone(Pending<?> write, boolean inGroup, Map<Pending<?>, Throwable> refused)
            throws SQLException, Lost {
        if (inGroup) {
            connection.savepoint();
        }
        Throwable thrown = null;
        try {
            write.run(new OpenTransaction(connection, write.actions, clock.millis()));
        } catch (Throwable e) {
            thrown = e;
        }
        SQLException broken = connection.broken();
        Lost.throwIfSo(broken);
        if (thrown == null && broken == null) {
            if (inGroup) {
                connection.releaseSavepoint();
            }
            return true;
        }
        if (broken != null) {
            if (Faults.isOfServer(broken)) {
                suspect();
            }
            StoreException reason = Faults.storeException("the write was not stored", broken);
            writers.failed(reason);
            commits.failed(1);
            write.outcome.fail(reason);
        } else if (thrown != null) {
            refused.put(write, thrown);
        }
        undo(inGroup);
        return false;
    }

    private void undo(boolean inGroup) {
        if (!inGroup) {
            connection.rollback();
            return;
        }
        SQLException broken = connection.broken();
        try {
            connection.rollbackToSavepoint();
        } catch (SQLException e) {
            connection.markBroken(broken == null ? e : broken);
        }
    }

    private void failGroup(List<Pending<?>> writes, @Nullable SQLException cause, String what) {
        connection.rollback();
        if (cause == null || !Faults.isPassing(cause)) {
            suspect();
        }
        StoreException reason =
                cause == null ? new StoreException(what) : Faults.storeException(what, cause);
        writers.failed(reason);
        commits.failed(writes.size());
        writes.forEach(write -> write.outcome.fail(reason));
    }

    /// This connection is of no use any more, and neither are those that are as old.
    private void suspect() {
        writers.failed(connectionAge);
    }

    private void reopenIfSuspect() throws SQLException {
        int age = writers.age();
        if (connectionAge != age) {
            SqlConnection fresh = connections.writer(number);
            try {
                connection.close();
            } catch (SQLException e) {
                log.warn("could not close the connection that failed: {}", e.toString());
            }
            connection = fresh;
            connectionAge = age;
        }
    }

    private static void runActions(Pending<?> write) {
        for (Runnable action : write.actions) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                log.error("an action after a commit failed", e);
            }
        }
    }

    private void close() {
        try {
            Optional<String> tidy = connection.dialect().beforeClose();
            if (tidy.isPresent()) {
                connection.script(tidy.get());
            }
        } catch (SQLException e) {
            // Nothing is lost: the log is replayed at the next start.
            log.warn("could not fold the write-ahead log into the database: {}", e.toString());
        }
        try {
            connection.close();
        } catch (SQLException e) {
            log.warn("could not close the database: {}", e.toString());
        }
    }
}
