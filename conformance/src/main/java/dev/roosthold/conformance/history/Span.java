package dev.roosthold.conformance.history;

/// When an operation ran, in nanoseconds of one clock that all clients share.
///
/// @param begin before anything was sent
/// @param end after the answer had come; [#NEVER] when none came, since what was sent may take
///     effect at any later time
public record Span(long begin, long end) {
    public static final long NEVER = Long.MAX_VALUE;

    public Span {
        if (end < begin) {
            throw new IllegalArgumentException("ends at " + end + " before " + begin);
        }
    }

    /// Of an operation without an answer.
    public static Span open(long begin) {
        return new Span(begin, NEVER);
    }

    @Override
    public String toString() {
        return "[" + begin + ", " + (end == NEVER ? "no answer" : end) + "]";
    }
}
