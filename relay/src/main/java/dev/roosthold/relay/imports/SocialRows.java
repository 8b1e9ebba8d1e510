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
        Optional<Outcome> found =
                tx.first(
                        "SELECT status = ?, updated_at > ? FROM relationship"
                                + " WHERE from_account = ? AND to_account = ?",
                        row -> Outcome.found(row.getBoolean(1), row.getBoolean(2)),
                        relation.status(),
                        relation.updatedAt(),
                        from,
                        to);
        if (found.isPresent()) {
            return found.get();
        }
        accounts.touch(tx, from);
        tx.execute(
                "INSERT INTO relationship (from_account, to_account, status, created_at,"
                        + " updated_at, accepted_at, last_notified_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                from,
                to,
                relation.status(),
                relation.createdAt(),
                relation.updatedAt(),
                relation.acceptedAt(),
                relation.lastNotifiedAt());
        return Outcome.IMPORTED;
    }

    Outcome write(Transaction tx, Entry.FeedItem item) throws SQLException {
        String account = accounts.of(item.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        String body = Codec.printText(body(item));
        Optional<Outcome> found =
                tx.first(
                        "SELECT body = ? FROM feed_item WHERE account_id = ? AND id = ?",
                        row -> Outcome.found(row.getBoolean(1)),
                        body,
                        account,
                        item.id());
        if (found.isPresent()) {
            return found.get();
        }
        String repeatKey = repeatKey(item);
        if (repeatKey != null
                && tx.first(
                                "SELECT 1 FROM feed_item WHERE account_id = ? AND repeat_key = ?",
                                _ -> true,
                                account,
                                repeatKey)
                        .isPresent()) {
            return Outcome.conflict(Finding.FEED_RIVAL);
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
                body,
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
