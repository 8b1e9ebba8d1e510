package dev.roosthold.relay.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// The store in one SQLite file: write-ahead log, `synchronous=FULL`, one writer thread with group
/// commit, some reader threads. Other processes may use the same file meanwhile.
///
/// Writer and readers are platform threads, because a native call pins the carrier of a virtual
/// one: pooled access from virtual threads showed single waits of up to 2.9 s (2026-11).
public final class SqliteStore implements Store {
    private final Writer writer;
    private final WorkQueue<Reader.Pending<?>> reads;
    private final List<Thread> threads = new ArrayList<>();
    private final ExecutorService dependents = Executors.newVirtualThreadPerTaskExecutor();

    private SqliteStore(StoreConfig config) throws SQLException, IOException {
        var connections = new Connections(config.file(), config.busyTimeout());
        SqlConnection first = connections.writer();
        var readers = new ArrayList<Reader>();
        reads = new WorkQueue<>(config.maxWaiting());
        try {
            new Migrator(config.migrations(), config.clock()).migrate(first);
            connections.syncDirectory();
            for (int i = 0; i < config.readers(); i++) {
                readers.add(new Reader(connections, reads));
            }
        } catch (SQLException | IOException | RuntimeException e) {
            readers.forEach(Reader::close);
            first.close();
            throw e;
        }
        writer = new Writer(connections, first, config);
        readers.forEach(reader -> start("store-reader", reader));
        start("store-writer", writer);
    }

    /// Opens the file, creating it when absent, and brings it to the schema of the configuration.
    /// What a killed process left behind is recovered.
    ///
    /// @throws StoreException with a message for the operator
    public static SqliteStore open(StoreConfig config) {
        try {
            return new SqliteStore(config);
        } catch (SQLException e) {
            throw Faults.storeException("cannot open " + config.file(), e);
        } catch (IOException e) {
            throw new StoreException("cannot open " + config.file() + ": " + e, e);
        }
    }

    @Override
    public <T> CompletableFuture<T> write(WriteOperation<T> operation) {
        var outcome = new Outcome.Promised<T>(new CompletableFuture<>(), dependents);
        writer.submit(operation, outcome);
        return outcome.future();
    }

    @Override
    public <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed) {
        writer.submit(operation, new Outcome.Feared<>(failed, dependents));
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
        writer.submit(operation, outcome);
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
            readNow(sql -> sql.first("PRAGMA schema_version", row -> row.getInt(1)));
            if (writer.failure().isPresent()) {
                writeNow(tx -> tx.execute("UPDATE schema_migration SET number = number"));
            }
            return Optional.empty();
        } catch (StoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// Writes that wait for the writer at this moment.
    public int waitingWrites() {
        return writer.waiting();
    }

    @Override
    public void close() {
        writer.stop();
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

    private void start(String name, Runnable task) {
        threads.add(Thread.ofPlatform().daemon().name(name).start(task));
    }

    private <T> void submit(ReadOperation<T> operation, Outcome<T> outcome) {
        switch (reads.offer(new Reader.Pending<>(operation, outcome))) {
            case ACCEPTED -> {}
            case FULL -> outcome.fail(new StoreException("overloaded: too many waiting reads"));
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
