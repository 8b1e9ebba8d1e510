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
        Optional<Long> version =
                tx.first(
                        "SELECT data_version FROM access_key"
                                + " WHERE session_id = ? AND machine_id = ?",
                        row -> row.getLong(1),
                        key.session(),
                        key.machine());
        if (version.isPresent() && version.get() >= key.version()) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, account);
        tx.execute(
                """
                INSERT INTO access_key (session_id, machine_id, data, data_version, created_at,
                    updated_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (session_id, machine_id) DO UPDATE SET data = excluded.data,
                  data_version = excluded.data_version,
                  updated_at = max(updated_at, excluded.updated_at)""",
                key.session(),
                key.machine(),
                key.data(),
                key.version(),
                key.createdAt(),
                key.updatedAt());
        return version.isPresent() ? Outcome.UPDATED : Outcome.IMPORTED;
    }

    private record StoredArtifact(
            String account, long headerVersion, long bodyVersion, long seq, boolean sameKey) {}

    Outcome write(Transaction tx, Entry.Artifact artifact) throws SQLException {
        String account = accounts.of(artifact.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<StoredArtifact> found =
                tx.first(
                        "SELECT account_id, header_version, body_version, seq,"
                                + " data_encryption_key = ? FROM artifact WHERE id = ?",
                        row ->
                                new StoredArtifact(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getBoolean(5)),
                        artifact.dataEncryptionKey(),
                        artifact.id());
        if (found.isEmpty()) {
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
        StoredArtifact stored = found.get();
        if (!stored.account().equals(account)) {
            return Outcome.problem(Finding.ARTIFACT_OF_OTHER);
        }
        if (!stored.sameKey()) {
            return Outcome.present(Finding.OTHER_KEY);
        }
        boolean header = artifact.headerVersion() > stored.headerVersion();
        boolean body = artifact.bodyVersion() > stored.bodyVersion();
        if (!header && !body) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, account);
        if (header) {
            tx.execute(
                    "UPDATE artifact SET header = ?, header_version = ? WHERE id = ?",
                    artifact.header(),
                    artifact.headerVersion(),
                    artifact.id());
        }
        if (body) {
            tx.execute(
                    "UPDATE artifact SET body = ?, body_version = ? WHERE id = ?",
                    artifact.body(),
                    artifact.bodyVersion(),
                    artifact.id());
        }
        tx.execute(
                "UPDATE artifact SET seq = max(seq, ?), updated_at = max(updated_at, ?)"
                        + " WHERE id = ?",
                artifact.seq(),
                artifact.updatedAt(),
                artifact.id());
        return Outcome.UPDATED;
    }

    Outcome write(Transaction tx, Entry.KvPair pair) throws SQLException {
        String account = accounts.of(pair.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<Long> version =
                tx.first(
                        "SELECT version FROM kv_pair WHERE account_id = ? AND key = ?",
                        row -> row.getLong(1),
                        account,
                        pair.key());
        if (version.isPresent() && version.get() >= pair.version()) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, account);
        tx.execute(
                """
                INSERT INTO kv_pair (account_id, key, value, version, created_at, updated_at)
                  VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (account_id, key) DO UPDATE SET value = excluded.value,
                  version = excluded.version, updated_at = max(updated_at, excluded.updated_at)""",
                account,
                pair.key(),
                pair.value(),
                pair.version(),
                pair.createdAt(),
                pair.updatedAt());
        return version.isPresent() ? Outcome.UPDATED : Outcome.IMPORTED;
    }

    private record StoredReport(long number, String tokens, String cost) {}

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
        Optional<StoredReport> found =
                tx.first(
                        "SELECT number, tokens, cost FROM usage_report WHERE session_id IS ?"
                                + " AND account_id = ? AND key = ? AND reported_at = ?",
                        row -> new StoredReport(row.getLong(1), row.getString(2), row.getString(3)),
                        session,
                        account,
                        usage.key(),
                        usage.createdAt());
        if (found.isEmpty()) {
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
        StoredReport stored = found.get();
        if (stored.tokens().equals(tokens.get()) && stored.cost().equals(cost.get())) {
            return Outcome.PRESENT;
        }
        accounts.touch(tx, account);
        tx.execute(
                "UPDATE usage_report SET tokens = ?, cost = ? WHERE number = ?",
                tokens.get(),
                cost.get(),
                stored.number());
        return Outcome.UPDATED;
    }

    /// The id that the reports of the key have in the relay.
    private static Optional<String> series(
            Transaction tx, String account, @Nullable String session, Entry.Usage usage)
            throws SQLException {
        return tx.first(
                "SELECT report_id FROM usage_report WHERE session_id IS ? AND account_id = ?"
                        + " AND key = ? ORDER BY number LIMIT 1",
                row -> row.getString(1),
                session,
                account,
                usage.key());
    }
}
