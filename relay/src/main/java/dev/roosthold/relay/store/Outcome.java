package dev.roosthold.relay.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// How the result of one operation reaches its caller.
sealed interface Outcome<T> {

    void succeed(T value);

    void fail(Throwable cause);

    /// There is no room for the operation; called by the caller.
    default void refuse(OverloadedException reason) {
        fail(reason);
    }

    /// Completes a future.
    ///
    /// @param future completed once
    /// @param dependents runs what callers chained to the future, so that it never holds up the
    ///     thread of the store
    record Promised<T>(CompletableFuture<T> future, Executor dependents) implements Outcome<T> {

        /// For a caller that only waits: completing it in place wakes one thread and runs nothing.
        static <T> Promised<T> awaited() {
            return new Promised<>(new CompletableFuture<>(), Runnable::run);
        }

        @Override
        public void succeed(T value) {
            dependents.execute(() -> future.complete(value));
        }

        @Override
        public void fail(Throwable cause) {
            dependents.execute(() -> future.completeExceptionally(cause));
        }
    }

    /// For a caller that was told of its success after the commit: only a failure is told.
    record Feared<T>(Consumer<Throwable> failed, Executor dependents) implements Outcome<T> {

        @Override
        public void succeed(T value) {
            // Told by Transaction.afterCommit.
        }

        @Override
        public void fail(Throwable cause) {
            dependents.execute(() -> failed.accept(cause));
        }

        /// At once, so that the caller can still do something about it.
        @Override
        public void refuse(OverloadedException reason) {
            failed.accept(reason);
        }
    }
}
