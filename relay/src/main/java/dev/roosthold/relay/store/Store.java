package dev.roosthold.relay.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The durable store of the relay. Thread-safe.
///
/// A write is acknowledged (its future completes) only after its data is on the disk. Writes run
/// one after the other in the order of submission and commit in that order; many commit together.
/// Only writes of different [Lane]s may run at the same time, where the database can do it.
/// Reads see everything that was acknowledged before they began and never wait for a writer.
public interface Store extends AutoCloseable {

    /// Runs the operation inside a transaction and completes the future after the commit. An
    /// operation that throws is undone alone: its future fails with what it threw, all others of
    /// the same group commit. When the commit itself fails, every future of the group fails with
    /// [StoreException]. A full or broken disk met by a single operation is a [StoreException] too;
    /// other [java.sql.SQLException]s, such as a violated constraint, are passed as they are.
    ///
    /// What is chained to the future runs on virtual threads, never on the writer.
    <T> CompletableFuture<T> write(WriteOperation<T> operation);

    /// Like [#write(WriteOperation)], beside writes of other lanes.
    <T> CompletableFuture<T> write(Lane lane, WriteOperation<T> operation);

    /// Like [#write(WriteOperation)], for callers that pass the result on in
    /// [Transaction#afterCommit]: no future is made, and only a failure is told, on a virtual
    /// thread; an [OverloadedException] before this returns, on the calling thread.
    <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed);

    /// As [#write(Lane, WriteOperation)] is to [#write(WriteOperation)].
    <T> void submit(Lane lane, WriteOperation<T> operation, Consumer<Throwable> failed);

    /// Runs the operation on a reader's own connection, in one snapshot.
    <T> CompletableFuture<T> read(ReadOperation<T> operation);

    /// Like [#write(WriteOperation)], waiting for the commit. Rethrows an unchecked exception of
    /// the operation as it is, everything else as [StoreException]. For virtual threads and
    /// start-up code, never for an event loop.
    <T> T writeNow(WriteOperation<T> operation);

    /// As [#write(Lane, WriteOperation)] is to [#write(WriteOperation)].
    <T> T writeNow(Lane lane, WriteOperation<T> operation);

    /// Like [#read], waiting for the result.
    <T> T readNow(ReadOperation<T> operation);

    /// Finishes the writes that were submitted, checkpoints and closes. Later calls fail with
    /// [StoreException].
    @Override
    void close();

    /// What a write does.
    @FunctionalInterface
    interface WriteOperation<T> {
        /// On a thread of the store; must not wait for anything but the database. May be run again
        /// from the beginning after everything was undone, so what it does apart from the database
        /// belongs into [Transaction#afterCommit].
        T run(Transaction transaction) throws java.sql.SQLException;
    }

    /// What a read does.
    @FunctionalInterface
    interface ReadOperation<T> {
        T run(Sql sql) throws java.sql.SQLException;
    }
}
