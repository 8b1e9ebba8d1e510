package dev.roosthold.relay.account;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.account.Settings;
import dev.roosthold.protocol.account.SettingsAnswer;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
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
}
