package dev.roosthold.protocol.methods;

/// What came back from a remote method that was reached.
public sealed interface MethodResult<R> {

    record Done<R>(R value) implements MethodResult<R> {}

    /// @param error in the words of the target
    record Failed<R>(String error) implements MethodResult<R> {}

    /// Neither a result nor an error.
    record Unreadable<R>() implements MethodResult<R> {}
}
