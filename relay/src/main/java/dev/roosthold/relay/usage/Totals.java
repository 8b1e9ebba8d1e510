package dev.roosthold.relay.usage;

import dev.roosthold.protocol.usage.UsageSums;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/// Sums of the reports of one bucket. Exact: decimal fractions such as cost are added as they were
/// written, and counts of tokens beyond 2^53 keep every digit. One thread.
final class Totals {
    /// Kinds with a sum of their own, far more than clients know. Clients choose the names, and the
    /// sums of a bucket have to stay small whatever they choose.
    private static final int MAX_KINDS = 256;

    private final Map<String, BigDecimal> tokens = new LinkedHashMap<>();
    private final Map<String, BigDecimal> cost = new LinkedHashMap<>();
    private long reports;

    void add(Map<String, BigDecimal> moreTokens, Map<String, BigDecimal> moreCost) {
        addTo(tokens, moreTokens);
        addTo(cost, moreCost);
        reports++;
    }

    long reports() {
        return reports;
    }

    UsageSums.Bucket bucket(long beginMs) {
        return new UsageSums.Bucket(beginMs / 1_000, shortest(tokens), shortest(cost), reports);
    }

    private static void addTo(Map<String, BigDecimal> sums, Map<String, BigDecimal> more) {
        more.forEach(
                (kind, amount) -> {
                    if (sums.size() < MAX_KINDS || sums.containsKey(kind)) {
                        sums.merge(kind, amount, BigDecimal::add);
                    }
                });
    }

    /// `1.0` becomes 1, and a large integer has no exponent.
    private static Map<String, Number> shortest(Map<String, BigDecimal> sums) {
        var numbers = new LinkedHashMap<String, Number>();
        sums.forEach(
                (kind, sum) -> {
                    BigDecimal stripped = sum.stripTrailingZeros();
                    numbers.put(kind, stripped.scale() <= 0 ? stripped.toBigInteger() : stripped);
                });
        return numbers;
    }
}
