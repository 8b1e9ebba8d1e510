package dev.roosthold.relay.social;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.social.FeedItem;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Every statement about the table `feed_item`.
final class FeedTable {
    private FeedTable() {}

    /// Adds an item in place of an earlier one with the same key. Positions only grow: the newest
    /// item of a feed is deleted by a newer one alone.
    static FeedItem post(
            Transaction tx, AccountId account, String id, JsonNode body, String repeatKey)
            throws SQLException {
        long counter =
                tx.first(
                                "SELECT coalesce(max(counter), 0) + 1 FROM feed_item"
                                        + " WHERE account_id = ?",
                                row -> row.getLong(1),
                                account.value())
                        .orElse(1L);
        tx.execute(
                "DELETE FROM feed_item WHERE account_id = ? AND repeat_key = ?",
                account.value(),
                repeatKey);
        tx.execute(
                "INSERT INTO feed_item (account_id, counter, id, repeat_key, body, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                account.value(),
                counter,
                id,
                repeatKey,
                Codec.printText(body),
                tx.nowMs());
        return new FeedItem(id, body, repeatKey, Cursor.text(counter), tx.nowMs());
    }

    /// Items between two positions, both outside, newest first.
    static List<FeedItem> page(Sql sql, AccountId account, long after, long before, int limit)
            throws SQLException {
        return sql.list(
                "SELECT id, body, repeat_key, counter, created_at FROM feed_item"
                        + " WHERE account_id = ? AND counter > ? AND counter < ?"
                        + " ORDER BY counter DESC LIMIT ?",
                FeedTable::map,
                account.value(),
                after,
                before,
                limit);
    }

    private static FeedItem map(ResultSet row) throws SQLException {
        return new FeedItem(
                row.getString(1),
                Codec.parse(row.getString(2).getBytes(StandardCharsets.UTF_8)),
                row.getString(3),
                Cursor.text(row.getLong(4)),
                row.getLong(5));
    }

    static final OwnedRows OF_ACCOUNT =
            OwnedRows.of(
                    "feed_item",
                    "account_id",
                    "account_id, counter",
                    "counter, id, repeat_key, body, created_at",
                    "octet_length(body)");

    /// Removes what a feed says about someone who is gone. The newest item keeps its position,
    /// which must not be taken a second time, and says no more than that.
    static void forget(Transaction tx, AccountId reader, AccountId gone) throws SQLException {
        tx.execute(
                "UPDATE feed_item SET repeat_key = NULL,"
                        + " body = '{\"kind\":\"text\",\"text\":\"Somebody has left.\"}'"
                        + " WHERE account_id = ?1 AND instr(body, ?2) > 0"
                        + " AND counter = (SELECT max(counter) FROM feed_item WHERE account_id = ?1)",
                reader.value(),
                gone.value());
        tx.execute(
                "DELETE FROM feed_item WHERE account_id = ? AND instr(body, ?) > 0",
                reader.value(),
                gone.value());
    }
}
