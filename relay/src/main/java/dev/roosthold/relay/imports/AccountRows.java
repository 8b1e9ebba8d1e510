package dev.roosthold.relay.imports;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Accounts, what people show of themselves, and which account of the relay an account of the other
/// server is.
final class AccountRows {
    /// Ids of the relay by ids of the other server, for those that were taken.
    private final Map<String, String> ids = new HashMap<>();

    /// Those whose number of the update log was raised in this run.
    private final Set<String> raised = new HashSet<>();

    private record Stored(String id, long settingsVersion, long lastSeq) {}

    /// The account of the relay; null when it was not taken.
    @Nullable String of(String account) {
        return ids.get(account);
    }

    Outcome write(Transaction tx, Entry.Account account) throws SQLException {
        Optional<Stored> found = find(tx, account.publicKey());
        if (found.isEmpty()) {
            return insert(tx, account);
        }
        Stored stored = found.get();
        ids.put(account.id(), stored.id());
        var findings = new ArrayList<Finding>();
        if (!stored.id().equals(account.id())) {
            findings.add(Finding.MERGED);
        }
        boolean changed = false;
        if (account.settingsVersion() > stored.settingsVersion()) {
            tx.execute(
                    "UPDATE account SET settings = ?, settings_version = ? WHERE id = ?",
                    account.settings(),
                    account.settingsVersion(),
                    stored.id());
            changed = true;
        }
        changed |= insertPerson(tx, stored.id(), account, findings);
        if (changed || stored.lastSeq() < account.seq() + Imports.SEQ_MARGIN) {
            raise(tx, stored.id(), account.seq() + Imports.SEQ_MARGIN);
        }
        return new Outcome(changed ? Outcome.Result.UPDATED : Outcome.Result.PRESENT, findings);
    }

    /// Notes that an account gained or changed a row. Its update log does not tell of it, so
    // whoever
    /// catches up by number must find a gap.
    void touch(Transaction tx, String account) throws SQLException {
        if (!raised.contains(account)) {
            raise(tx, account, 0);
        }
    }

    private void raise(Transaction tx, String account, long atLeast) throws SQLException {
        raised.add(account);
        tx.execute(
                """
                UPDATE account SET update_seq = max(?, 1 + max(update_seq, coalesce(
                    (SELECT max(seq) FROM update_log WHERE account_id = account.id), 0)))
                  WHERE id = ?""",
                atLeast,
                account);
        tx.execute("DELETE FROM update_log WHERE account_id = ?", account);
    }

    private Outcome insert(Transaction tx, Entry.Account account) throws SQLException {
        int inserted =
                tx.execute(
                        "INSERT INTO account (id, public_key, settings, settings_version,"
                                + " update_seq, machine_rev, created_at)"
                                + " VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING",
                        account.id(),
                        account.publicKey(),
                        account.settings(),
                        account.settingsVersion(),
                        account.seq() + Imports.SEQ_MARGIN,
                        account.createdAt());
        if (inserted == 0) {
            return Outcome.problem(Finding.ACCOUNT_ID_TAKEN);
        }
        ids.put(account.id(), account.id());
        raised.add(account.id());
        var findings = new ArrayList<Finding>();
        insertPerson(tx, account.id(), account, findings);
        return new Outcome(Outcome.Result.IMPORTED, findings);
    }

    /// False when there is nothing to show, or something is shown already.
    private static boolean insertPerson(
            Transaction tx, String id, Entry.Account account, List<Finding> findings)
            throws SQLException {
        if (account.firstName() == null
                && account.lastName() == null
                && account.username() == null
                && account.avatar() == null) {
            return false;
        }
        if (tx.first("SELECT 1 FROM person WHERE account_id = ?", _ -> true, id).isPresent()) {
            return false;
        }
        String username = account.username();
        // In any case of its Latin letters, as the table has it.
        if (username != null
                && tx.first("SELECT 1 FROM person WHERE username = ?", _ -> true, username)
                        .isPresent()) {
            findings.add(Finding.USERNAME_TAKEN);
            username = null;
        }
        tx.execute(
                "INSERT INTO person (account_id, first_name, last_name, username, avatar)"
                        + " VALUES (?, ?, ?, ?, ?)",
                id,
                account.firstName(),
                account.lastName(),
                username,
                account.avatar() == null ? null : Codec.printText(account.avatar()));
        return true;
    }

    private static Optional<Stored> find(Transaction tx, byte[] publicKey) throws SQLException {
        return tx.first(
                """
                SELECT id, settings_version, max(update_seq, coalesce(
                    (SELECT max(seq) FROM update_log WHERE account_id = account.id), 0))
                  FROM account WHERE public_key = ?""",
                row -> new Stored(row.getString(1), row.getLong(2), row.getLong(3)),
                publicKey);
    }
}
