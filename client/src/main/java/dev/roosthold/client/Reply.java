package dev.roosthold.client;

/// The outcome of one REST request.
public sealed interface Reply<T> {

    /// The relay did it.
    record Success<T>(T value) implements Reply<T> {}

    /// The credentials are not valid (any more). Asking again with the same ones cannot help.
    record CredentialsRefused<T>(String message) implements Reply<T> {}

    /// The relay understood and said no; the same request would get the same answer.
    ///
    /// @param status HTTP status, 400 to 499
    record Denied<T>(int status, String message) implements Reply<T> {}

    /// No answer, a broken one, or one that says "later". Try again after a pause.
    ///
    /// @param reason for people; names neither credentials nor the body
    record Unavailable<T>(String reason) implements Reply<T> {}
}
