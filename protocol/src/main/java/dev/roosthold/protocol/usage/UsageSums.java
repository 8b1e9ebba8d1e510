package dev.roosthold.protocol.usage;

import java.util.List;
import java.util.Map;

/// Answer of `POST /v1/usage/query`.
///
/// @param usage ascending in time; buckets without reports are absent
/// @param groupBy `hour` or `day`
/// @param totalReports reports in all buckets together
public record UsageSums(List<Bucket> usage, String groupBy, long totalReports) {

    /// Everything that was reported in one hour or day of UTC.
    ///
    /// @param timestamp Unix **seconds** at which the bucket begins
    /// @param tokens exact sums by kind, `total` among them
    /// @param cost exact sums by kind, `total` among them
    public record Bucket(
            long timestamp,
            Map<String, Number> tokens,
            Map<String, Number> cost,
            long reportCount) {}
}
