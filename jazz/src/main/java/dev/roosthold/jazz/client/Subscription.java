package dev.roosthold.jazz.client;

/// Ends the calls to a listener. One call that has begun may still run.
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
