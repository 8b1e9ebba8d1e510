package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.push.PushToken;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Every statement about the tables `push_token` and `web_push_subscription`.
final class PushTable {
    private PushTable() {}

    /// Registers a token, or notes that it was registered again.
    ///
    /// @return false when the caller's device was revoked meanwhile
    static boolean saveToken(Transaction tx, Caller caller, String id, String token)
            throws SQLException {
        return tx.execute(
                        """
                        INSERT INTO push_token
                            (id, account_id, token, device_id, created_at, updated_at)
                          SELECT ?, account_id, ?, id, ?, ? FROM device
                            WHERE id = ? AND account_id = ?
                        ON CONFLICT (account_id, token) DO UPDATE SET
                          device_id = excluded.device_id, updated_at = excluded.updated_at""",
                        id,
                        token,
                        tx.nowMs(),
                        tx.nowMs(),
                        caller.device().value(),
                        caller.account().value())
                > 0;
    }

    /// Drops the tokens registered longest ago beyond a number, but not this one.
    static void dropTokens(Transaction tx, AccountId account, String except, int keep)
            throws SQLException {
        tx.execute(
                """
                DELETE FROM push_token WHERE id IN (
                  SELECT id FROM push_token WHERE account_id = ? AND token <> ?
                  ORDER BY updated_at DESC, rowid DESC LIMIT 9223372036854775807 OFFSET ?)""",
                account.value(),
                except,
                keep - 1);
    }

    /// Newest first.
    static List<PushToken> tokens(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT id, token, created_at, updated_at FROM push_token WHERE account_id = ?"
                        + " ORDER BY created_at DESC, rowid DESC",
                row ->
                        new PushToken(
                                row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                account.value());
    }

    static int deleteToken(Transaction tx, AccountId account, String token) throws SQLException {
        return tx.execute(
                "DELETE FROM push_token WHERE account_id = ? AND token = ?",
                account.value(),
                token);
    }

    /// Deletes a token that its service does not know, unless it was registered again meanwhile.
    static void deleteUnknown(Transaction tx, PushToken token) throws SQLException {
        tx.execute(
                "DELETE FROM push_token WHERE id = ? AND updated_at = ?",
                token.id(),
                token.updatedAt());
    }

    /// Stores a subscription; one with the same address is replaced.
    ///
    /// @param auth encrypted
    /// @return false when the caller's device was revoked meanwhile
    static boolean saveSubscription(
            Transaction tx, Caller caller, String endpoint, byte[] key, byte[] auth)
            throws SQLException {
        return tx.execute(
                        """
                        INSERT INTO web_push_subscription
                            (endpoint, account_id, p256dh, auth, device_id, created_at, updated_at)
                          SELECT ?, account_id, ?, ?, id, ?, ? FROM device
                            WHERE id = ? AND account_id = ?
                        ON CONFLICT (endpoint) DO UPDATE SET
                          account_id = excluded.account_id, p256dh = excluded.p256dh,
                          auth = excluded.auth, device_id = excluded.device_id,
                          updated_at = excluded.updated_at""",
                        endpoint,
                        key,
                        auth,
                        tx.nowMs(),
                        tx.nowMs(),
                        caller.device().value(),
                        caller.account().value())
                > 0;
    }

    /// A subscription and whose it is.
    record Owned(AccountId account, Subscription subscription) {}

    /// The one with this address; its secret is encrypted.
    static Optional<Owned> owned(Sql sql, String endpoint) throws SQLException {
        return sql.first(
                "SELECT account_id, p256dh, auth, updated_at FROM web_push_subscription"
                        + " WHERE endpoint = ?",
                row ->
                        new Owned(
                                new AccountId(row.getString(1)),
                                new Subscription(
                                        endpoint,
                                        row.getBytes(2),
                                        row.getBytes(3),
                                        row.getLong(4))),
                endpoint);
    }

    /// Those whose secret has this length.
    static List<Subscription> withAuthOf(Sql sql, int bytes) throws SQLException {
        return sql.list(
                "SELECT endpoint, p256dh, auth, updated_at FROM web_push_subscription"
                        + " WHERE length(auth) = ?",
                row ->
                        new Subscription(
                                row.getString(1), row.getBytes(2), row.getBytes(3), row.getLong(4)),
                bytes);
    }

    static void replaceAuth(Transaction tx, String endpoint, byte[] old, byte[] auth)
            throws SQLException {
        tx.execute(
                "UPDATE web_push_subscription SET auth = ? WHERE endpoint = ? AND auth = ?",
                auth,
                endpoint,
                old);
    }

    /// Drops the subscriptions made longest ago beyond a number, but not this one.
    static void dropSubscriptions(Transaction tx, AccountId account, String except, int keep)
            throws SQLException {
        tx.execute(
                """
                DELETE FROM web_push_subscription WHERE endpoint IN (
                  SELECT endpoint FROM web_push_subscription
                  WHERE account_id = ? AND endpoint <> ?
                  ORDER BY updated_at DESC, rowid DESC LIMIT 9223372036854775807 OFFSET ?)""",
                account.value(),
                except,
                keep - 1);
    }

    /// Latest registration first; their secrets are encrypted.
    static List<Subscription> subscriptions(Sql sql, AccountId account) throws SQLException {
        return sql.list(
                "SELECT endpoint, p256dh, auth, updated_at FROM web_push_subscription"
                        + " WHERE account_id = ? ORDER BY updated_at DESC",
                row ->
                        new Subscription(
                                row.getString(1), row.getBytes(2), row.getBytes(3), row.getLong(4)),
                account.value());
    }

    static int deleteSubscription(Transaction tx, AccountId account, String endpoint)
            throws SQLException {
        return tx.execute(
                "DELETE FROM web_push_subscription WHERE account_id = ? AND endpoint = ?",
                account.value(),
                endpoint);
    }

    /// Deletes a subscription that its service does not know, unless it was made again meanwhile.
    static void deleteUnknown(Transaction tx, Subscription subscription) throws SQLException {
        tx.execute(
                "DELETE FROM web_push_subscription WHERE endpoint = ? AND updated_at = ?",
                subscription.endpoint(),
                subscription.updatedAt());
    }

    static final List<OwnedRows> OF_ACCOUNT =
            List.of(
                    OwnedRows.of(
                            "push_token",
                            "account_id",
                            "id",
                            "id, token, device_id, created_at, updated_at",
                            "octet_length(token)"),
                    OwnedRows.of(
                            "web_push_subscription",
                            "account_id",
                            "endpoint",
                            "endpoint, device_id, created_at, updated_at",
                            "octet_length(endpoint)"));
}
