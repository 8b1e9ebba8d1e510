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

/// The one thread that writes.
///
/// It takes all waiting writes up to a bound, runs them, commits once, then runs what they left for
/// after the commit and completes them in order. While the disk works on
/// one commit the next group gathers, so the cost of an fsync is shared by as many as are waiting
/// and a lone write waits for nobody.
///
/// Failures: when a write throws, the group is undone and run again with a savepoint for each
/// write, and the one that throws fails alone. When the commit
/// fails, or SQLite has undone the whole transaction, all of the group fail and none was
/// acknowledged. The next group starts on a fresh connection, so the store works again as soon as
/// the cause is gone. What lost against a writer of another process is run again from the
/// beginning, and nobody notices.
final class Writer implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Writer.class);

    /// A write on its way.
    private static final class Pending<T> {
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

    /// The transaction lost against one of another program.
    private static final class Conflict extends Exception {
        private static final long serialVersionUID = 1L;

        final SQLException reason;

        private Conflict(SQLException reason) {
            super(reason);
            this.reason = reason;
        }

        static void throwIfOne(@Nullable SQLException e) throws Conflict {
            if (e != null && Faults.isConflict(e)) {
                throw new Conflict(e);
            }
        }
    }

    /// So often a group is run; each time another one was faster.
    private static final int MAX_LOST = 200;

    private static final long PAUSE_NANOS = 1_000_000;

    private final Connections connections;
    private final WorkQueue<Pending<?>> queue;
    private final int maxGroup;
    private final InstantSource clock;
    private final CommitListener commits;
    private final Contention contention = new Contention();

    private SqlConnection connection;
    private boolean connectionSuspect;
    private volatile @Nullable String failure;

    Writer(Connections connections, SqlConnection connection, StoreConfig config) {
        this.connections = connections;
        this.connection = connection;
        this.queue = new WorkQueue<>(config.maxWaiting());
        this.maxGroup = config.maxGroup();
        this.clock = config.clock();
        this.commits = config.commits();
    }

    /// Any thread.
    <T> void submit(Store.WriteOperation<T> operation, Outcome<T> outcome) {
        switch (queue.offer(new Pending<>(operation, outcome))) {
            case ACCEPTED -> {}
            case FULL ->
                    outcome.refuse(new OverloadedException("overloaded: too many waiting writes"));
            case CLOSED -> outcome.fail(new StoreException("the store is closed"));
        }
    }

    /// Why the latest write that touched the disk could not be stored; empty when it was. Any
    /// thread.
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /// Writes that wait for their turn. Any thread.
    int waiting() {
        return queue.size();
    }

    /// Lets the thread finish what was submitted and end. Any thread.
    void stop() {
        queue.close();
    }

    @Override
    public void run() {
        for (var group = queue.take(maxGroup); !group.isEmpty(); group = queue.take(maxGroup)) {
            List<Pending<?>> rest = group;
            while (!rest.isEmpty()) {
                rest = commitGroup(rest);
            }
        }
        closeConnection();
    }

    /// Commits the writes and answers them, trying again as long as others are faster; returns
    /// those that must be run in a group of their own because the transaction was lost before their
    /// turn.
    private List<Pending<?>> commitGroup(List<Pending<?>> group) {
        for (int lost = 1; ; lost++) {
            try {
                return attempt(group, lost > 1 || contention.isExpected(System.nanoTime()));
            } catch (Conflict e) {
                contention.lost(System.nanoTime());
                connection.rollback();
                group.forEach(write -> write.actions.clear());
                if (lost == MAX_LOST) {
                    failGroup(group, e.reason, "the write was undone");
                    return List.of();
                }
                log.debug("a group of {} writes lost against another program", group.size());
                // The other one has committed, or will: who loses has let somebody win.
                LockSupport.parkNanos(Math.min(lost, 20) * PAUSE_NANOS);
            } finally {
                connection.endTurn();
            }
        }
    }

    /// Runs and commits the writes and answers them.
    ///
    /// @param inTurn whether to keep other relays from writing meanwhile: they were faster before,
    ///     or are likely to be
    /// @throws Conflict when nothing was committed and nobody was answered, and it may be tried
    ///     again
    private List<Pending<?>> attempt(List<Pending<?>> group, boolean inTurn) throws Conflict {
        var done = new ArrayList<Pending<?>>(group.size());
        // Told only when the transaction has ended: run again, they may do better.
        var refused = new LinkedHashMap<Pending<?>, Throwable>();
        try {
            reopenIfSuspect();
            if (inTurn) {
                connection.takeTurn();
            }
            connection.begin(true);
            if (group.size() > 1 && runTogether(group)) {
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
                connection.commit();
                long now = System.nanoTime();
                commits.committed(done.size(), now - begun);
                for (Pending<?> write : done) {
                    commits.stored(now - write.submittedNanos);
                }
            }
        } catch (SQLException e) {
            Conflict.throwIfOne(e);
            refused.forEach((one, cause) -> one.outcome.fail(cause));
            List<Pending<?>> unanswered = new ArrayList<>(group);
            unanswered.removeAll(refused.keySet());
            failGroup(unanswered, e, "the write could not be committed");
            return List.of();
        }
        if (!done.isEmpty()) {
            recovered();
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
    private boolean runTogether(List<Pending<?>> group) throws SQLException, Conflict {
        for (Pending<?> write : group) {
            try {
                write.run(new OpenTransaction(connection, write.actions, clock.millis()));
            } catch (Throwable e) {
                Conflict.throwIfOne(connection.broken());
                log.debug("a group of {} writes is run again one by one", group.size(), e);
                beginAgain(group);
                return false;
            }
            if (connection.broken() != null) {
                Conflict.throwIfOne(connection.broken());
                beginAgain(group);
                return false;
            }
        }
        return true;
    }

    private void beginAgain(List<Pending<?>> group) throws SQLException {
        group.forEach(write -> write.actions.clear());
        connection.rollback();
        connection.begin(true);
    }

    /// Whether the write may be committed. If not it was either undone alone and is in the map of
    /// those that are refused, or, when [SqlConnection#broken()] is set afterwards, the transaction
    /// is gone and it was answered.
    private boolean runAlone(Pending<?> write, boolean inGroup, Map<Pending<?>, Throwable> refused)
            throws SQLException, Conflict {
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
        Conflict.throwIfOne(broken);
        if (thrown == null && broken == null) {
            if (inGroup) {
                connection.releaseSavepoint();
            }
            return true;
        }
        if (broken != null) {
            connectionSuspect = Faults.isOfServer(broken);
            StoreException reason = Faults.storeException("the write was not stored", broken);
            failed(reason);
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
        connectionSuspect = cause == null || !Faults.isPassing(cause);
        StoreException reason =
                cause == null ? new StoreException(what) : Faults.storeException(what, cause);
        failed(reason);
        commits.failed(writes.size());
        writes.forEach(write -> write.outcome.fail(reason));
    }

    private void reopenIfSuspect() throws SQLException {
        if (connectionSuspect) {
            SqlConnection fresh = connections.writer();
            try {
                connection.close();
            } catch (SQLException e) {
                log.warn("could not close the connection that failed: {}", e.toString());
            }
            connection = fresh;
            connectionSuspect = false;
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

    private void failed(StoreException reason) {
        if (failure == null) {
            log.error("writes fail: {}", reason.getMessage());
        }
        failure = reason.getMessage();
    }

    private void recovered() {
        if (failure != null) {
            log.info("writes work again");
            failure = null;
        }
    }

    private void closeConnection() {
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
