package dev.roosthold.jazz.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What something was at each time. Additions come in rising order of time.
final class History<T> {
    private final List<T> values = new ArrayList<>();
    private long[] times = new long[4];

    void add(long time, T value) {
        if (times.length == values.size()) {
            times = Arrays.copyOf(times, times.length * 2);
        }
        times[values.size()] = time;
        values.add(value);
    }

    @Nullable T last() {
        return values.isEmpty() ? null : values.getLast();
    }

    /// The last value that was added for `time` or earlier.
    @Nullable T at(long time) {
        int low = 0;
        int high = values.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] <= time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : values.get(low - 1);
    }
}
