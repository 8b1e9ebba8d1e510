package dev.roosthold.conformance.history;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether operations whose order is known could have taken effect in it, each at some time between
/// its begin and its end. One thread.
///
/// They could exactly when none of them ended before one that comes earlier in the order had begun.
/// So one pass is enough that keeps the latest begin so far. Operations at the same place may take
/// effect in any order.
final class RealTime {
    /// One operation at its place in the order.
    ///
    /// @param place writes of version v are at 2v, what saw version v at 2v + 1
    /// @param begin not before
    /// @param end not after
    record Placed(long place, long begin, long end, Operation operation) {}

    /// Two that contradict each other: the first comes earlier in the order and began only after
    /// the second had ended.
    record Contradiction(Placed earlier, Placed later) {}

    private RealTime() {}

    /// The first contradiction, if any; sorts the list.
    static @Nullable Contradiction in(List<Placed> placed) {
        placed.sort(Comparator.comparingLong(Placed::place));
        Placed latest = null;
        Placed latestHere = null;
        long place = Long.MIN_VALUE;
        for (Placed next : placed) {
            if (next.place() != place) {
                latest = later(latest, latestHere);
                latestHere = null;
                place = next.place();
            }
            if (latest != null && next.end() < latest.begin()) {
                return new Contradiction(latest, next);
            }
            latestHere = later(latestHere, next);
        }
        return null;
    }

    private static @Nullable Placed later(@Nullable Placed one, @Nullable Placed other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.begin() > one.begin() ? other : one;
    }
}
