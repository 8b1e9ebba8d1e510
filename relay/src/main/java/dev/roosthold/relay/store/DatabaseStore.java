package dev.roosthold.relay.store;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A store on a database that speaks SQL: one writer thread or several, which commit in groups, and
/// some reader threads, each with its own connection. Other processes may use the same database
/// meanwhile.
///
/// Writers and readers are platform threads, because a native call pins the carrier of a virtual
/// one: pooled access from virtual threads showed single waits of up to 2.9 s (2026-11).
public abstract sealed class DatabaseStore implements Store permits SqliteStore, PostgresStore {
    /// A disk with less space than this left is about to refuse every write.
    private static final long LEAST_SPACE = 1 << 20;

    /// What a write of usual size needs, so that the pages of a message can be had.
    private static final String PROBE = "x".repeat(64 << 10);

    private final Writers writers;
    private final boolean lanes;
    private final WorkQueue<Reader.Pending<?>> reads;
    private final List<Thread> threads = new ArrayList<>();
    private final ExecutorService dependents = Executors.newVirtualThreadPerTaskExecutor();

    /// @param prepared called when the schema is as it should be, before anything is written
    DatabaseStore(StoreConfig config, Connections connections, Prepared prepared)
            throws SQLException, IOException {
        writers = new Writers(config.maxWaiting());
        lanes = connections.writers() > 1;
        reads = new WorkQueue<>(config.maxWaiting());
        var writing = new ArrayList<SqlConnection>();
        var readers = new ArrayList<Reader>();
        try {
            writing.add(connections.writer(0));
            new Migrator(config.migrations(), config.clock()).migrate(writing.getFirst());
            prepared.run();
            while (writing.size() < connections.writers()) {
                writing.add(connections.writer(writing.size()));
            }
            for (int i = 0; i < config.readers(); i++) {
                readers.add(new Reader(connections, reads));
            }
        } catch (SQLException | IOException | RuntimeException e) {
            readers.forEach(Reader::close);
            for (SqlConnection connection : writing) {
                connection.close();
            }
            throw e;
        }
        readers.forEach(reader -> start("store-reader", reader));
        for (int i = 0; i < writing.size(); i++) {
            start("store-writer", new Writer(connections, i, writing.get(i), writers, config));
        }
    }

    /// What else belongs to opening a database.
    @FunctionalInterface
    interface Prepared {
        void run() throws IOException;
    }

    @Override
    public <T> CompletableFuture<T> write(WriteOperation<T> operation) {
        var outcome = new Outcome.Promised<T>(new CompletableFuture<>(), dependents);
        writers.submit(null, operation, outcome);
        return outcome.future();
    }

    @Override
    public <T> CompletableFuture<T> write(Lane lane, WriteOperation<T> operation) {
        var outcome = new Outcome.Promised<T>(new CompletableFuture<>(), dependents);
        writers.submit(used(lane), operation, outcome);
        return outcome.future();
    }

    @Override
    public <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed) {
        writers.submit(null, operation, new Outcome.Feared<>(failed, dependents));
    }

    @Override
    public <T> void submit(Lane lane, WriteOperation<T> operation, Consumer<Throwable> failed) {
        writers.submit(used(lane), operation, new Outcome.Feared<>(failed, dependents));
    }

    @Override
    public <T> CompletableFuture<T> read(ReadOperation<T> operation) {
        var outcome = new Outcome.Promised<T>(new CompletableFuture<>(), dependents);
        submit(operation, outcome);
        return outcome.future();
    }

    @Override
    public <T> T writeNow(WriteOperation<T> operation) {
        Outcome.Promised<T> outcome = Outcome.Promised.awaited();
        writers.submit(null, operation, outcome);
        return await(outcome);
    }

    @Override
    public <T> T writeNow(Lane lane, WriteOperation<T> operation) {
        Outcome.Promised<T> outcome = Outcome.Promised.awaited();
        writers.submit(used(lane), operation, outcome);
        return await(outcome);
    }

    @Override
    public <T> T readNow(ReadOperation<T> operation) {
        Outcome.Promised<T> outcome = Outcome.Promised.awaited();
        submit(operation, outcome);
        return await(outcome);
    }

    /// Why the store cannot be read or written at present; empty when it can. Reads one row, and
    /// tries a write when the latest one failed. Blocks like [#readNow].
    public Optional<String> failure() {
        try {
            readNow(
                    sql ->
                            sql.first(
                                    "SELECT number FROM schema_migration LIMIT 1",
                                    row -> row.getInt(1)));
            if (writers.failure().isPresent()) {
                writeNow(tx -> tx.execute("UPDATE schema_migration SET number = number"));
            }
            return Optional.empty();
        } catch (StoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// Why a write of usual size would not be stored now; empty when it would. Tries one, which
    /// leaves nothing behind, and costs one flush to the disk. Blocks, for the patience at most.
    public Optional<String> writeFailure(Duration patience) {
        if (freeBytes().orElse(Long.MAX_VALUE) < LEAST_SPACE) {
            return Optional.of("the disk is full");
        }
        try {
            write(DatabaseStore::probe).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of("the database did not answer in time");
        } catch (ExecutionException e) {
            return Optional.of(
                    e.getCause() instanceof StoreException reason
                            ? String.valueOf(reason.getMessage())
                            : "the database refuses a write");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private static int probe(Transaction tx) throws SQLException {
        tx.execute(
                "INSERT INTO schema_migration (number, name, checksum, applied_at_ms)"
                        + " VALUES (-1, ?, '', 0)",
                PROBE);
        return tx.execute("DELETE FROM schema_migration WHERE number = -1");
    }

    /// Bytes that this program may still write where the database is; empty where that is not
    /// known.
    public abstract OptionalLong freeBytes();

    /// Size of the database.
    public abstract OptionalLong databaseBytes();

    /// Size of the write-ahead log, where it is ours. It stays near that of its largest burst.
    public abstract OptionalLong walBytes();

    /// Whether the latest write that touched the disk was stored. Never blocks.
    public boolean lastWriteStored() {
        return writers.failure().isEmpty();
    }

    /// Writes that wait for a writer at this moment.
    public int waitingWrites() {
        return writers.waiting();
    }

    /// Reads that wait for a reader at this moment.
    public int waitingReads() {
        return reads.size();
    }

    @Override
    public void close() {
        writers.stop();
        reads.close();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        dependents.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// A single writer commits the writes of all lanes together.
    private @Nullable Lane used(Lane lane) {
        return lanes ? lane : null;
    }

    private void start(String name, Runnable task) {
        threads.add(Thread.ofPlatform().daemon().name(name).start(task));
    }

    private <T> void submit(ReadOperation<T> operation, Outcome<T> outcome) {
        switch (reads.offer(new Reader.Pending<>(operation, outcome))) {
            case ACCEPTED -> {}
            case FULL ->
                    outcome.refuse(new OverloadedException("overloaded: too many waiting reads"));
            case CLOSED -> outcome.fail(new StoreException("the store is closed"));
        }
    }

    private static <T> T await(Outcome.Promised<T> outcome) {
        try {
            return outcome.future().join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case SQLException sql ->
                        throw new StoreException("a statement failed: " + sql.getMessage(), sql);
                case null, default -> throw new StoreException("the operation failed", e);
            }
        }
    }
}
