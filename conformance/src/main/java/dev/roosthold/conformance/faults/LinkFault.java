package dev.roosthold.conformance.faults;

import java.time.Duration;

/// What is wrong with a link. It holds for every connection, also those that are open already.
public sealed interface LinkFault {
    LinkFault NONE = new None();

    /// Nothing.
    record None() implements LinkFault {}

    /// Everything arrives later by so much; the throughput is the same.
    record Delay(Duration by) implements LinkFault {}

    /// Each direction carries at most so many bytes a second.
    record Slow(int bytesPerSecond) implements LinkFault {
        public Slow {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("no link: " + bytesPerSecond + " bytes/s");
            }
        }
    }

    /// Connections are accepted and nothing is delivered in either direction: neither side learns
    /// of it, as with a host that lost its power or a router that forgot the connection.
    record HalfOpen() implements LinkFault {}

    /// Nothing is delivered in one direction; what waits is delivered when the fault is over.
    record Stopped(Direction direction) implements LinkFault {}

    /// New connections are closed at once; open ones go on.
    record Refusing() implements LinkFault {}

    /// Which way.
    enum Direction {
        TO_SERVER,
        TO_CLIENT
    }
}
