package dev.roosthold.conformance.crowd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Queue;

/// How long clients that retry were without an acknowledged write because of each fault.
///
/// @param all in the order of the faults
public record Pauses(List<Pause> all) {
    static final Pauses NONE = new Pauses(List.of());

    public Pauses {
        all = List.copyOf(all);
    }

    /// The longest time from the first attempt of a write to its acknowledgement, of all writes of
    /// all such clients that were under way at the fault, or begun after it and over before the
    /// next one.
    ///
    /// @param what the fault
    /// @param awayMillis how long that which ended took to serve again
    public record Pause(String what, long millis, long awayMillis) {}

    /// One write: from the first attempt to its acknowledgement, retries between.
    record Wait(long beginNanos, long endNanos) {}

    static Pauses of(List<Fault> faults, Queue<Wait> waits) {
        long[] longest = new long[faults.size()];
        for (Wait wait : waits) {
            int fault = faultOf(faults, wait);
            if (fault >= 0) {
                longest[fault] = Math.max(longest[fault], wait.endNanos() - wait.beginNanos());
            }
        }
        List<Pause> pauses = new ArrayList<>();
        for (int i = 0; i < longest.length; i++) {
            Fault fault = faults.get(i);
            pauses.add(
                    new Pause(
                            fault.what(),
                            longest[i] / 1_000_000,
                            (fault.backNanos() - fault.atNanos()) / 1_000_000));
        }
        return new Pauses(pauses);
    }

    /// The first one that came while it lasted, otherwise the last one before it; -1 when there was
    /// none.
    private static int faultOf(List<Fault> faults, Wait wait) {
        int last = -1;
        for (int i = 0; i < faults.size(); i++) {
            long at = faults.get(i).atNanos();
            if (at >= wait.endNanos()) {
                break;
            }
            last = i;
            if (at >= wait.beginNanos()) {
                break;
            }
        }
        return last;
    }

    /// The pause below or at which that share of all lies; 0 when there are none.
    public long quantileMillis(double share) {
        List<Long> sorted = all.stream().map(Pause::millis).sorted().toList();
        return sorted.isEmpty()
                ? 0
                : sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * share) - 1));
    }

    /// One line for all faults and one for each kind.
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add(line("all"));
        Map<String, List<Pause>> kinds = new LinkedHashMap<>();
        all.forEach(p -> kinds.computeIfAbsent(p.what(), _ -> new ArrayList<>()).add(p));
        if (kinds.size() > 1) {
            kinds.forEach((what, pauses) -> lines.add(new Pauses(pauses).line(what)));
        }
        return lines;
    }

    private String line(String what) {
        LongSummaryStatistics away = all.stream().mapToLong(Pause::awayMillis).summaryStatistics();
        return "pause, %s: p50 %d ms, p99 %d ms, max %d ms of %d; what ended was away for %d to %d ms, %.0f in the mean"
                .formatted(
                        what,
                        quantileMillis(0.5),
                        quantileMillis(0.99),
                        quantileMillis(1),
                        all.size(),
                        all.isEmpty() ? 0 : away.getMin(),
                        all.isEmpty() ? 0 : away.getMax(),
                        away.getAverage());
    }
}
