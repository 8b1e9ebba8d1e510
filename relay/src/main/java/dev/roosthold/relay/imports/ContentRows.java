package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.usage.UsageReports;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Access keys, artifacts, key-value pairs and usage reports.
final class ContentRows {
    private final AccountRows accounts;
    private final SessionRows sessions;

    ContentRows(AccountRows accounts, SessionRows sessions) {
        this.accounts = accounts;
        this.sessions = sessions;
    }

    Outcome write(Transaction tx, Entry.AccessKey key) throws SQLException {
        String account = accounts.of(key.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        if (!account.equals(sessions.owner(tx, key.session()))) {
            return Outcome.problem(Finding.NO_SESSION);
        }
        boolean hasMachine =
                tx.first(
                                "SELECT 1 FROM machine WHERE id = ? AND account_id = ?",
                                _ -> true,
                                key.machine(),
                                account)
                        .isPresent();
        if (!hasMachine) {
            return Outcome.problem(Finding.NO_MACHINE);
        }
        Optional<Outcome> found =
                tx.first(
                        "SELECT data = ? AND data_version = ?, data_version > ? FROM access_key"
                                + " WHERE session_id = ? AND machine_id = ?",
                        row -> Outcome.found(row.getBoolean(1), row.getBoolean(2)),
                        key.data(),
                        key.version(),
                        key.version(),
                        key.session(),
                        key.machine());
        if (found.isPresent()) {
            return found.get();
        }
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO access_key (session_id, machine_id, data, data_version, created_at,"
                        + " updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                key.session(),
                key.machine(),
                key.data(),
                key.version(),
                key.createdAt(),
                key.updatedAt());
        return Outcome.IMPORTED;
    }

    private record StoredArtifact(
            String account,
            long headerVersion,
            long bodyVersion,
            boolean sameContent,
            boolean sameKey) {}

    Outcome write(Transaction tx, Entry.Artifact artifact) throws SQLException {
        String account = accounts.of(artifact.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<StoredArtifact> found =
                tx.first(
                        "SELECT account_id, header_version, body_version, header = ? AND body = ?,"
                                + " data_encryption_key = ? FROM artifact WHERE id = ?",
                        row ->
                                new StoredArtifact(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getBoolean(4),
                                        row.getBoolean(5)),
                        artifact.header(),
                        artifact.body(),
                        artifact.dataEncryptionKey(),
                        artifact.id());
        if (found.isPresent()) {
            return compare(account, found.get(), artifact);
        }
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO artifact (id, account_id, seq, header, header_version,"
                        + " body_version, data_encryption_key, created_at, updated_at, body)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                artifact.id(),
                account,
                artifact.seq(),
                artifact.header(),
                artifact.headerVersion(),
                artifact.bodyVersion(),
                artifact.dataEncryptionKey(),
                artifact.createdAt(),
                artifact.updatedAt(),
                artifact.body());
        return Outcome.IMPORTED;
    }

    private static Outcome compare(String account, StoredArtifact stored, Entry.Artifact artifact) {
        if (!stored.account().equals(account)) {
            return Outcome.problem(Finding.ARTIFACT_OF_OTHER);
        }
        if (!stored.sameKey()) {
            return Outcome.conflict(Finding.OTHER_KEY);
        }
        boolean sameVersions =
                stored.headerVersion() == artifact.headerVersion()
                        && stored.bodyVersion() == artifact.bodyVersion();
        return Outcome.found(
                stored.sameContent() && sameVersions,
                !sameVersions
                        && stored.headerVersion() >= artifact.headerVersion()
                        && stored.bodyVersion() >= artifact.bodyVersion());
    }

    Outcome write(Transaction tx, Entry.KvPair pair) throws SQLException {
        String account = accounts.of(pair.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<Outcome> found =
                tx.first(
                        "SELECT value IS NOT DISTINCT FROM ? AND version = ?, version > ?"
                                + " FROM kv_pair"
                                + " WHERE account_id = ? AND key = ?",
                        row -> Outcome.found(row.getBoolean(1), row.getBoolean(2)),
                        pair.value(),
                        pair.version(),
                        pair.version(),
                        account,
                        pair.key());
        if (found.isPresent()) {
            return found.get();
        }
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO kv_pair (account_id, key, value, version, created_at, updated_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                account,
                pair.key(),
                pair.value(),
                pair.version(),
                pair.createdAt(),
                pair.updatedAt());
        return Outcome.IMPORTED;
    }

    /// The other server keeps one row for a key and writes its latest report into it. Here it is a
    /// report from the time of the first one, so that sums by time come out as they did there; that
    /// time is what it is known by.
    Outcome write(Transaction tx, Entry.Usage usage) throws SQLException {
        String account = accounts.of(usage.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        String session = usage.session();
        if (session != null && !account.equals(sessions.owner(tx, session))) {
            return Outcome.problem(Finding.NO_SESSION);
        }
        Optional<String> tokens = UsageReports.storedForm(usage.tokens());
        Optional<String> cost = UsageReports.storedForm(usage.cost());
        if (tokens.isEmpty() || cost.isEmpty()) {
            return Outcome.problem(Finding.NO_TOTAL);
        }
        Optional<Outcome> found =
                tx.first(
                        "SELECT tokens = ? AND cost = ? FROM usage_report"
                                + " WHERE session_id IS NOT DISTINCT FROM ?"
                                + " AND account_id = ? AND key = ? AND reported_at = ?",
                        row -> Outcome.found(row.getBoolean(1)),
                        tokens.get(),
                        cost.get(),
                        session,
                        account,
                        usage.key(),
                        usage.createdAt());
        if (found.isPresent()) {
            return found.get();
        }
        accounts.touch(tx, account);
        tx.execute(
                "INSERT INTO usage_report (report_id, account_id, session_id, key, tokens,"
                        + " cost, reported_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                series(tx, account, session, usage).orElse(usage.id()),
                account,
                session,
                usage.key(),
                tokens.get(),
                cost.get(),
                usage.createdAt());
        return Outcome.IMPORTED;
    }

    /// The id that the reports of the key have in the relay.
    private static Optional<String> series(
            Transaction tx, String account, @Nullable String session, Entry.Usage usage)
            throws SQLException {
        return tx.first(
                "SELECT report_id FROM usage_report"
                        + " WHERE session_id IS NOT DISTINCT FROM ? AND account_id = ?"
                        + " AND key = ? ORDER BY number LIMIT 1",
                row -> row.getString(1),
                session,
                account,
                usage.key());
    }
}
