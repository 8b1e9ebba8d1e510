package dev.roosthold.relay.imports;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Relations between people, and their feeds.
final class SocialRows {
    private static final String PERSON = "uid";

    private final AccountRows accounts;

    SocialRows(AccountRows accounts) {
        this.accounts = accounts;
    }

    Outcome write(Transaction tx, Entry.Relationship relation) throws SQLException {
        String from = accounts.of(relation.from());
        String to = accounts.of(relation.to());
        if (from == null || to == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        if (from.equals(to)) {
            return Outcome.skipped(Finding.SELF);
        }
        Optional<Long> updatedAt =
                tx.first(
                        "SELECT updated_at FROM relationship"
                                + " WHERE from_account = ? AND to_account = ?",
                        row -> row.getLong(1),
                        from,
                        to);
        if (updatedAt.isPresent() && updatedAt.get() >= relation.updatedAt()) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, from);
        tx.execute(
                """
                INSERT INTO relationship (from_account, to_account, status, created_at, updated_at,
                    accepted_at, last_notified_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (from_account, to_account) DO UPDATE SET status = excluded.status,
                  updated_at = excluded.updated_at, accepted_at = excluded.accepted_at,
                  last_notified_at = coalesce(excluded.last_notified_at, last_notified_at)""",
                from,
                to,
                relation.status(),
                relation.createdAt(),
                relation.updatedAt(),
                relation.acceptedAt(),
                relation.lastNotifiedAt());
        return updatedAt.isPresent() ? Outcome.UPDATED : Outcome.IMPORTED;
    }

    private record Rival(long counter, long createdAt) {}

    Outcome write(Transaction tx, Entry.FeedItem item) throws SQLException {
        String account = accounts.of(item.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        if (tx.first(
                        "SELECT 1 FROM feed_item WHERE account_id = ? AND id = ?",
                        _ -> true,
                        account,
                        item.id())
                .isPresent()) {
            return Outcome.PRESENT;
        }
        String repeatKey = repeatKey(item);
        Optional<Rival> rival =
                repeatKey == null
                        ? Optional.empty()
                        : tx.first(
                                "SELECT counter, created_at FROM feed_item"
                                        + " WHERE account_id = ? AND repeat_key = ?",
                                row -> new Rival(row.getLong(1), row.getLong(2)),
                                account,
                                repeatKey);
        if (rival.isPresent()) {
            if (rival.get().createdAt() >= item.createdAt()) {
                return Outcome.skipped(Finding.FEED_NEWER);
            }
            tx.execute(
                    "DELETE FROM feed_item WHERE account_id = ? AND counter = ?",
                    account,
                    rival.get().counter());
        }
        boolean taken =
                tx.first(
                                "SELECT 1 FROM feed_item WHERE account_id = ? AND counter = ?",
                                _ -> true,
                                account,
                                item.counter())
                        .isPresent();
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO feed_item (account_id, counter, id, repeat_key, body, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                account,
                taken ? next(tx, account) : item.counter(),
                item.id(),
                repeatKey,
                Codec.printText(body(item)),
                item.createdAt());
        return taken ? Outcome.imported(Finding.FEED_RENUMBERED) : Outcome.IMPORTED;
    }

    private static long next(Transaction tx, String account) throws SQLException {
        return tx.first(
                        "SELECT coalesce(max(counter), 0) + 1 FROM feed_item WHERE account_id = ?",
                        row -> row.getLong(1),
                        account)
                .orElse(1L);
    }

    /// With the relay's id of the person that the item is about.
    private JsonNode body(Entry.FeedItem item) {
        String person = item.body().path(PERSON).asString("");
        String here = accounts.of(person);
        if (here == null || here.equals(person) || !(item.body() instanceof ObjectNode body)) {
            return item.body();
        }
        return body.deepCopy().put(PERSON, here);
    }

    /// The key of an item about a person ends with the id.
    private @Nullable String repeatKey(Entry.FeedItem item) {
        String key = item.repeatKey();
        String person = item.body().path(PERSON).asString("");
        String here = accounts.of(person);
        return key == null || here == null || !key.endsWith("_" + person)
                ? key
                : key.substring(0, key.length() - person.length()) + here;
    }
}
