package dev.roosthold.relay.imports;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Accounts, what people show of themselves, and which account of the relay an account of the other
/// server is.
final class AccountRows {
    private final String source;

    /// Ids of the relay by ids of the other server, for those that were taken.
    private final Map<String, String> ids = new HashMap<>();

    /// How far the numbers of an account have to go on at least, once it gains a row.
    private final Map<String, Long> ahead = new HashMap<>();

    /// Those whose number of the update log was raised in this run.
    private final Set<String> raised = new HashSet<>();

    /// Those whose audit log tells of this run.
    private final Set<String> recorded = new HashSet<>();

    private record Stored(String id, @Nullable String settings, long settingsVersion) {
        boolean hasSettings() {
            return settings != null || settingsVersion > 0;
        }
    }

    private record Person(
            @Nullable String firstName,
            @Nullable String lastName,
            @Nullable String username,
            @Nullable String avatar) {
        boolean isEmpty() {
            return firstName == null && lastName == null && username == null && avatar == null;
        }

        Person nameless() {
            return new Person(firstName, lastName, null, avatar);
        }
    }

    AccountRows(String source) {
        this.source = source;
    }

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
        boolean completed = settings(tx, stored, account, findings);
        completed |= person(tx, stored.id(), account, findings);
        ahead.merge(stored.id(), account.seq() + Imports.SEQ_MARGIN, Math::max);
        if (completed) {
            touch(tx, stored.id());
        }
        boolean conflict =
                findings.stream().anyMatch(finding -> finding.weight() == Finding.Weight.CONFLICT);
        return new Outcome(
                conflict
                        ? Outcome.Result.CONFLICT
                        : completed ? Outcome.Result.COMPLETED : Outcome.Result.PRESENT,
                findings);
    }

    /// Notes that an account gained or changed a row. Its update log does not tell of it, so
    /// whoever catches up by number must find a gap.
    void touch(Transaction tx, String account) throws SQLException {
        if (!raised.add(account)) {
            return;
        }
        record(tx, account);
        tx.execute(
                """
                UPDATE account SET update_seq = max(?, 1 + max(update_seq, coalesce(
                    (SELECT max(seq) FROM update_log WHERE account_id = account.id), 0)))
                  WHERE id = ?""",
                ahead.getOrDefault(account, 0L),
                account);
        tx.execute("DELETE FROM update_log WHERE account_id = ?", account);
    }

    /// Puts this run into the account's audit log, once.
    void record(Transaction tx, String account) throws SQLException {
        record(tx, account, Details.of("source", source));
    }

    private void record(Transaction tx, String account, Details details) throws SQLException {
        if (recorded.add(account)) {
            Audit.append(tx, Actor.operator(new AccountId(account)), Kind.IMPORT, details);
        }
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
        record(tx, account.id(), Details.of("source", source).and("newAccount", "true"));
        var findings = new ArrayList<Finding>();
        person(tx, account.id(), account, findings);
        return new Outcome(Outcome.Result.IMPORTED, findings);
    }

    /// True when there were none before.
    private static boolean settings(
            Transaction tx, Stored stored, Entry.Account account, List<Finding> findings)
            throws SQLException {
        if (Objects.equals(stored.settings(), account.settings())
                && stored.settingsVersion() == account.settingsVersion()) {
            return false;
        }
        if (stored.hasSettings()) {
            findings.add(
                    stored.settingsVersion() > account.settingsVersion()
                            ? Finding.NEWER_HERE
                            : Finding.OTHER_CONTENT);
            return false;
        }
        tx.execute(
                "UPDATE account SET settings = ?, settings_version = ? WHERE id = ?",
                account.settings(),
                account.settingsVersion(),
                stored.id());
        return true;
    }

    /// True when nothing was shown before, and something is now.
    private static boolean person(
            Transaction tx, String id, Entry.Account account, List<Finding> findings)
            throws SQLException {
        var person =
                new Person(
                        account.firstName(),
                        account.lastName(),
                        account.username(),
                        account.avatar() == null ? null : Codec.printText(account.avatar()));
        if (person.isEmpty()) {
            return false;
        }
        if (isNameOfOther(tx, id, person.username())) {
            findings.add(Finding.USERNAME_TAKEN);
            person = person.nameless();
        }
        Optional<Person> shown =
                tx.first(
                        "SELECT first_name, last_name, username, avatar FROM person"
                                + " WHERE account_id = ?",
                        row ->
                                new Person(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getString(4)),
                        id);
        if (shown.isPresent()) {
            if (!shown.get().equals(person)) {
                findings.add(Finding.OTHER_CONTENT);
            }
            return false;
        }
        tx.execute(
                "INSERT INTO person (account_id, first_name, last_name, username, avatar)"
                        + " VALUES (?, ?, ?, ?, ?)",
                id,
                person.firstName(),
                person.lastName(),
                person.username(),
                person.avatar());
        return true;
    }

    /// In any case of its Latin letters, as the table has it.
    private static boolean isNameOfOther(Transaction tx, String id, @Nullable String username)
            throws SQLException {
        return username != null
                && tx.first(
                                "SELECT 1 FROM person WHERE lower(username) = lower(?) AND account_id <> ?",
                                _ -> true,
                                username,
                                id)
                        .isPresent();
    }

    private static Optional<Stored> find(Transaction tx, byte[] publicKey) throws SQLException {
        return tx.first(
                "SELECT id, settings, settings_version FROM account WHERE public_key = ?",
                row -> new Stored(row.getString(1), row.getString(2), row.getLong(3)),
                publicKey);
    }
}
