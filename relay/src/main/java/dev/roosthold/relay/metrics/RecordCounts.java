package dev.roosthold.relay.metrics;

import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// How many records the relay holds, counted at most twice a minute however often it is asked.
/// Thread-safe.
final class RecordCounts {
    private static final long FRESH_MS = 30_000;

    /// Statements that read an index at most. Messages are numbered without holes in their session
    /// but for those that a restore skipped, so that they need not be counted one by one.
    private static final Map<String, String> STATEMENTS =
            Map.of(
                    "accounts", "SELECT count(*) FROM account",
                    "sessions", "SELECT count(*) FROM session",
                    "messages", "SELECT coalesce(sum(message_seq - skipped_seq), 0) FROM session",
                    "machines", "SELECT count(*) FROM machine");

    private final Store store;
    private final InstantSource clock;
    private Map<String, Long> counts = Map.of();
    private long countedAtMs = Long.MIN_VALUE;

    RecordCounts(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// By table; the last known ones while the store cannot be read. May block on the store.
    synchronized Map<String, Long> now() {
        long nowMs = clock.millis();
        if (counts.isEmpty() || nowMs - countedAtMs >= FRESH_MS) {
            try {
                counts = store.readNow(RecordCounts::count);
                countedAtMs = nowMs;
            } catch (StoreException e) {
                // The failure shows in /health; figures of other things are still worth having.
                return counts;
            }
        }
        return counts;
    }

    private static Map<String, Long> count(Sql sql) throws SQLException {
        var counts = new LinkedHashMap<String, Long>();
        for (var statement : STATEMENTS.entrySet()) {
            counts.put(
                    statement.getKey(),
                    sql.first(statement.getValue(), row -> row.getLong(1)).orElse(0L));
        }
        return counts;
    }
}
