package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/// The store as the relay sees it, without a thread: writes wait until [#commit] is called, which
/// does what the writer does, and a crash leaves exactly what was committed. The database and its
/// schema are the real ones, in memory. One thread.
public final class SimulatedStore implements Store {
    private final SqlConnection connection;
    private final InstantSource clock;
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
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
        TELLS_LAST_FIRST
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

    /// Whether writes wait for a commit.
    public boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /// Commits the first of the waiting writes together, and answers them.
    ///
    /// @throws Crashed at the place that was asked for; nobody is answered then
    public void commit(int atMost, Crash crash) {
        List<Pending<?>> group = new ArrayList<>();
        while (!waiting.isEmpty() && group.size() < atMost) {
            group.add(waiting.removeFirst());
        }
        try {
            connection.begin(true);
            for (Pending<?> write : group) {
                write.run(connection, clock);
                if (bug == Bug.RUNS_TWICE && write.thrown == null) {
                    write.run(connection, clock);
                }
            }
            if (bug == Bug.ANSWERS_BEFORE_COMMIT && crash == Crash.BEFORE_COMMIT) {
                tell(group);
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
        tell(group);
    }

    private void tell(List<Pending<?>> group) {
        List<Runnable> actions = new ArrayList<>();
        group.forEach(write -> actions.addAll(write.actions));
        if (bug == Bug.TELLS_LAST_FIRST) {
            Collections.reverse(actions);
        }
        actions.forEach(Runnable::run);
        group.forEach(Pending::answer);
    }

    /// What was not committed is forgotten with the process.
    public void crash() {
        waiting.clear();
    }

    @Override
    public <T> CompletableFuture<T> write(WriteOperation<T> operation) {
        var future = new CompletableFuture<T>();
        waiting.addLast(new Pending<>(operation, future::complete, future::completeExceptionally));
        return future;
    }

    @Override
    public <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed) {
        waiting.addLast(new Pending<>(operation, _ -> {}, failed));
    }

    @Override
    public <T> CompletableFuture<T> write(Lane lane, WriteOperation<T> operation) {
        return write(operation);
    }

    @Override
    public <T> void submit(Lane lane, WriteOperation<T> operation, Consumer<Throwable> failed) {
        submit(operation, failed);
    }

    @Override
    public <T> T writeNow(Lane lane, WriteOperation<T> operation) {
        return writeNow(operation);
    }

    @Override
    public <T> CompletableFuture<T> read(ReadOperation<T> operation) {
        return CompletableFuture.completedFuture(readNow(operation));
    }

    /// Its turn comes behind all that waits.
    @Override
    public <T> T writeNow(WriteOperation<T> operation) {
        CompletableFuture<T> future = write(operation);
        while (!future.isDone()) {
            commit(8, Crash.NEVER);
        }
        return future.join();
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
