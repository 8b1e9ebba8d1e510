package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/// The store as the relay sees it, without a thread: writes wait until [#commit] is called, which
/// does what a writer does, and a crash leaves exactly what was committed. With several writers,
/// what one has taken, another may overtake, in the commit and in what is done after it. The
/// database with its schema and the queue of the writes are the real ones, in memory. One thread.
public final class SimulatedStore implements Store {
    private final SqlConnection connection;
    private final InstantSource clock;
    private final List<Taken> taken = new ArrayList<>();
    private WriteQueue<Pending<?>> waiting = new WriteQueue<>(Integer.MAX_VALUE);
    private int writers = 1;
    private long lanes;
    private Bug bug = Bug.NONE;

    /// What can be wrong with a store, for tests that must notice.
    public enum Bug {
        NONE,
        /// Answers and events leave before the commit, which then does not happen.
        ANSWERS_BEFORE_COMMIT,
        /// A commit is lost now and then, and nobody is told.
        LOSES_COMMIT,
        /// A write is run again without the first run being undone.
        RUNS_TWICE,
        /// What is done after a commit is done in the wrong order.
        TELLS_LAST_FIRST,
        /// Writes of one lane pass each other.
        BREAKS_LANES
    }

    /// Where the process dies during a commit.
    public enum Crash {
        NEVER,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    /// The process has died.
    public static final class Crashed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Crashed() {
            super("crashed", null, false, false);
        }
    }

    private static final class Pending<T> {
        final WriteOperation<T> operation;
        final Consumer<T> succeeded;
        final Consumer<Throwable> failed;
        final List<Runnable> actions = new ArrayList<>(2);
        @Nullable T result;
        @Nullable Throwable thrown;

        Pending(WriteOperation<T> operation, Consumer<T> succeeded, Consumer<Throwable> failed) {
            this.operation = operation;
            this.succeeded = succeeded;
            this.failed = failed;
        }

        void run(SqlConnection connection, InstantSource clock) throws SQLException {
            actions.clear();
            thrown = null;
            connection.savepoint();
            try {
                result = operation.run(new OpenTransaction(connection, actions, clock.millis()));
                connection.releaseSavepoint();
            } catch (SQLException | RuntimeException e) {
                thrown = e;
                actions.clear();
                connection.rollbackToSavepoint();
            }
        }

        @SuppressWarnings("NullAway") // an operation may well answer null, then T admits it
        void answer() {
            if (thrown != null) {
                failed.accept(thrown);
            } else {
                succeeded.accept(result);
            }
        }
    }

    /// What a writer is about.
    private static final class Taken {
        final WriteQueue.Batch<Pending<?>> batch;
        boolean committed;

        Taken(WriteQueue.Batch<Pending<?>> batch) {
            this.batch = batch;
        }
    }

    private SimulatedStore(SqlConnection connection, InstantSource clock) {
        this.connection = connection;
        this.clock = clock;
    }

    /// A new database with the schema of the program.
    public static SimulatedStore open(InstantSource clock) throws SQLException {
        var connection =
                new SqlConnection(
                        JDBC.createConnection("jdbc:sqlite::memory:", new Properties()),
                        Dialect.SQLITE);
        connection.script("PRAGMA foreign_keys = ON");
        new Migrator(Migration.ofProgram(), clock).migrate(connection);
        return new SimulatedStore(connection, clock);
    }

    public void plant(Bug planted) {
        bug = planted;
    }

    /// @param count 1 for a file, more for a pool; only while nothing waits
    public void writers(int count) {
        writers = count;
    }

    /// Whether writes wait for a commit.
    public boolean hasWaiting() {
        return waiting.size() > 0 || !taken.isEmpty();
    }

    /// Has a writer take the next writes that it may, or has one of those that have taken some do
    /// the next thing: commit them together, or answer them.
    ///
    /// @param pick draws a number below the one that it is given
    /// @throws Crashed at the place that was asked for; nobody is answered then
    public void commit(int atMost, Crash crash, IntUnaryOperator pick) {
        if (taken.size() < writers
                && waiting.hasReady()
                && (taken.isEmpty() || pick.applyAsInt(2) == 0)) {
            taken.add(new Taken(waiting.take(atMost)));
            if (writers > 1) {
                return;
            }
        }
        Taken next = taken.get(pick.applyAsInt(taken.size()));
        if (!next.committed) {
            commit(next.batch.writes(), crash);
            next.committed = true;
            if (writers > 1) {
                return;
            }
        }
        act(next.batch.writes());
        taken.remove(next);
        waiting.done(next.batch);
        next.batch.writes().forEach(Pending::answer);
    }

    private void commit(List<Pending<?>> group, Crash crash) {
        try {
            connection.begin(true);
            for (Pending<?> write : group) {
                write.run(connection, clock);
                if (bug == Bug.RUNS_TWICE && write.thrown == null) {
                    write.run(connection, clock);
                }
            }
            if (bug == Bug.ANSWERS_BEFORE_COMMIT && crash == Crash.BEFORE_COMMIT) {
                act(group);
                group.forEach(Pending::answer);
            }
            if (crash == Crash.BEFORE_COMMIT) {
                connection.rollback();
                throw new Crashed();
            }
            if (bug == Bug.LOSES_COMMIT && clock.millis() % 5 == 0) {
                connection.rollback();
            } else {
                connection.commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        if (crash == Crash.AFTER_COMMIT) {
            throw new Crashed();
        }
    }

    private void act(List<Pending<?>> group) {
        List<Runnable> actions = new ArrayList<>();
        group.forEach(write -> actions.addAll(write.actions));
        if (bug == Bug.TELLS_LAST_FIRST) {
            Collections.reverse(actions);
        }
        actions.forEach(Runnable::run);
    }

    /// What was not committed is forgotten with the process.
    public void crash() {
        waiting = new WriteQueue<>(Integer.MAX_VALUE);
        taken.clear();
    }

    @Override
    public <T> CompletableFuture<T> write(WriteOperation<T> operation) {
        return promised(null, operation);
    }

    @Override
    public <T> CompletableFuture<T> write(Lane lane, WriteOperation<T> operation) {
        return promised(lane, operation);
    }

    private <T> CompletableFuture<T> promised(@Nullable Lane lane, WriteOperation<T> operation) {
        var future = new CompletableFuture<T>();
        wait(lane, new Pending<>(operation, future::complete, future::completeExceptionally));
        return future;
    }

    private void wait(@Nullable Lane lane, Pending<?> write) {
        Lane known = bug == Bug.BREAKS_LANES ? new Lane("lane " + ++lanes) : lane;
        waiting.offer(writers > 1 ? known : null, write);
    }

    @Override
    public <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed) {
        wait(null, new Pending<>(operation, _ -> {}, failed));
    }

    @Override
    public <T> void submit(Lane lane, WriteOperation<T> operation, Consumer<Throwable> failed) {
        wait(lane, new Pending<>(operation, _ -> {}, failed));
    }

    @Override
    public <T> T writeNow(WriteOperation<T> operation) {
        return await(write(operation));
    }

    @Override
    public <T> T writeNow(Lane lane, WriteOperation<T> operation) {
        return await(write(lane, operation));
    }

    /// Its turn comes behind all that waits.
    private <T> T await(CompletableFuture<T> future) {
        while (!future.isDone()) {
            commit(8, Crash.NEVER, _ -> 0);
        }
        return future.join();
    }

    @Override
    public <T> CompletableFuture<T> read(ReadOperation<T> operation) {
        return CompletableFuture.completedFuture(readNow(operation));
    }

    @Override
    public <T> T readNow(ReadOperation<T> operation) {
        try {
            return operation.run(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
