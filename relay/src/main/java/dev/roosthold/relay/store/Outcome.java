package dev.roosthold.relay.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// How the result of one operation reaches its caller.
///
/// @param future completed once
/// @param dependents runs what callers chained to the future, so that it never holds up the
///     thread of the store
record Outcome<T>(CompletableFuture<T> future, Executor dependents) {

    /// For a caller that only waits: completing it in place wakes one thread and runs nothing.
    static <T> Outcome<T> awaited() {
        return new Outcome<>(new CompletableFuture<>(), Runnable::run);
    }

    void succeed(T value) {
        dependents.execute(() -> future.complete(value));
    }

    void fail(Throwable cause) {
        dependents.execute(() -> future.completeExceptionally(cause));
    }
}
