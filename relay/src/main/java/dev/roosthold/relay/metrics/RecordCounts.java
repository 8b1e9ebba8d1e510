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
                    "machines", "SELECT count(*) FROM machine",
                    "devices", "SELECT count(*) FROM device",
                    "artifacts", "SELECT count(*) FROM artifact",
                    "attachments", "SELECT count(*) FROM attachment",
                    "audit_entries", "SELECT number - dropped_number FROM audit_head");

    private static final String ATTACHMENT_BYTES =
            "SELECT coalesce(sum(size), 0) FROM attachment WHERE uploaded_at IS NOT NULL";

    private final Store store;
    private final InstantSource clock;
    private Map<String, Long> counts = Map.of();
    private long attachmentBytes;
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
                attachmentBytes = store.readNow(sql -> number(sql, ATTACHMENT_BYTES));
                countedAtMs = nowMs;
            } catch (StoreException e) {
                // The failure shows in /health; figures of other things are still worth having.
                return counts;
            }
        }
        return counts;
    }

    /// As old as [#now()].
    synchronized long attachmentBytes() {
        now();
        return attachmentBytes;
    }

    private static Map<String, Long> count(Sql sql) throws SQLException {
        var counts = new LinkedHashMap<String, Long>();
        for (var statement : STATEMENTS.entrySet()) {
            counts.put(statement.getKey(), number(sql, statement.getValue()));
        }
        return counts;
    }

    private static long number(Sql sql, String statement) throws SQLException {
        return sql.first(statement, row -> row.getLong(1)).orElse(0L);
    }
}
