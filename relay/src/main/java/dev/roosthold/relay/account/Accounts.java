package dev.roosthold.relay.account;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.account.Settings;
import dev.roosthold.protocol.account.SettingsAnswer;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The accounts of the relay. Thread-safe.
public final class Accounts {
    private final Store store;
    private final Updates updates;
    private final Ids ids;

    public Accounts(Store store, Updates updates, Ids ids) {
        this.store = store;
        this.updates = updates;
        this.ids = ids;
    }

    /// The account that a sign-in key names.
    public static Optional<AccountId> find(Sql sql, byte[] publicKey) throws SQLException {
        return sql.first(
                "SELECT id FROM account WHERE public_key = ?",
                row -> new AccountId(row.getString(1)),
                publicKey);
    }

    /// Whether the relay has an account at all.
    public static boolean any(Sql sql) throws SQLException {
        return sql.first("SELECT 1 FROM account LIMIT 1", row -> true).isPresent();
    }

    /// Makes an account for a key that names none yet.
    public AccountId create(Transaction tx, byte[] publicKey) throws SQLException {
        var id = new AccountId(ids.next(tx.nowMs()));
        tx.execute(
                "INSERT INTO account (id, public_key, settings, settings_version, update_seq,"
                        + " machine_rev, created_at) VALUES (?, ?, NULL, 0, 0, 0, ?)",
                id.value(),
                publicKey,
                tx.nowMs());
        return id;
    }

    Settings settings(AccountId account) {
        return store.readNow(sql -> settings(sql, account));
    }

    /// Replaces the settings if the version is still the expected one, and tells the account.
    SettingsAnswer save(AccountId account, Optional<String> settings, int expectedVersion) {
        return store.writeNow(
                new Lane(account.value()),
                tx -> {
                    int changed =
                            tx.execute(
                                    "UPDATE account SET settings = ?,"
                                            + " settings_version = settings_version + 1"
                                            + " WHERE id = ? AND settings_version = ?",
                                    settings.orElse(null),
                                    account.value(),
                                    expectedVersion);
                    if (changed == 0) {
                        return SettingsAnswer.mismatch(settings(tx, account));
                    }
                    int version = expectedVersion + 1;
                    var value = new Versioned(settings.orElse(null), version);
                    updates.append(
                            tx,
                            account,
                            new Recipients.Users(),
                            new UpdateBody.UpdateAccount(account, value));
                    return SettingsAnswer.saved(version);
                });
    }

    private static Settings settings(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        "SELECT settings, settings_version FROM account WHERE id = ?",
                        row -> new Settings(row.getString(1), row.getInt(2)),
                        account.value())
                .orElseThrow(() -> new IllegalStateException("no account " + account));
    }

    /// Lets nobody sign in to the account any more: whoever has its key may make a new one.
    ///
    /// @return false when there is no such account
    public static boolean close(Transaction tx, AccountId account) throws SQLException {
        // No key of anybody, as those have 32 bytes, and a different one for each account.
        byte[] noKey = ("closed " + account.value()).getBytes(StandardCharsets.UTF_8);
        return tx.execute(
                        "UPDATE account SET public_key = ?, settings = NULL WHERE id = ?",
                        noKey,
                        account.value())
                > 0;
    }

    /// Removes the row of an account of which nothing else is left.
    public static void delete(Transaction tx, AccountId account) throws SQLException {
        tx.execute("DELETE FROM account WHERE id = ?", account.value());
    }

    /// What the account's own row holds.
    public static OwnedRows ownRow() {
        return OwnedRows.of(
                "account",
                "id",
                "id",
                "id, public_key, settings, settings_version, created_at",
                "coalesce(octet_length(settings), 0)");
    }

    /// An account as the operator sees it.
    public record Listed(AccountId id, long createdAtMs) {}

    /// All accounts, the oldest first.
    public static List<Listed> list(Sql sql) throws SQLException {
        return sql.list(
                "SELECT id, created_at FROM account ORDER BY created_at, id",
                row -> new Listed(new AccountId(row.getString(1)), row.getLong(2)));
    }

    /// Whether there is such an account.
    public static boolean exists(Sql sql, AccountId account) throws SQLException {
        return sql.first("SELECT 1 FROM account WHERE id = ?", _ -> true, account.value())
                .isPresent();
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        tx.execute("UPDATE account SET settings_version = settings_version + ?", by);
    }
}
