package dev.roosthold.relay.imports;

import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Machines.
final class MachineRows {
    private final AccountRows accounts;

    private record Stored(
            String account,
            @Nullable String metadata,
            long metadataVersion,
            @Nullable String state,
            long stateVersion,
            @Nullable String key) {}

    MachineRows(AccountRows accounts) {
        this.accounts = accounts;
    }

    Outcome write(Transaction tx, Entry.Machine machine) throws SQLException {
        String account = accounts.of(machine.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        Optional<Stored> found =
                tx.first(
                        "SELECT account_id, metadata, metadata_version, daemon_state,"
                                + " daemon_state_version, data_encryption_key"
                                + " FROM machine WHERE id = ?",
                        row ->
                                new Stored(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getLong(3),
                                        row.getString(4),
                                        row.getLong(5),
                                        row.getString(6)),
                        machine.id());
        if (found.isEmpty()) {
            accounts.touch(tx, account);
            insert(tx, account, machine);
            return Outcome.IMPORTED;
        }
        Stored stored = found.get();
        if (!stored.account().equals(account)) {
            return Outcome.problem(Finding.MACHINE_OF_OTHER);
        }
        // Paired again with the relay: what was encrypted before cannot be read with the new key.
        if (!Objects.equals(stored.key(), machine.dataEncryptionKey())) {
            return Outcome.conflict(Finding.OTHER_KEY);
        }
        return Outcome.found(
                machine.metadata().equals(stored.metadata())
                        && machine.metadataVersion() == stored.metadataVersion()
                        && Objects.equals(machine.daemonState(), stored.state())
                        && machine.daemonStateVersion() == stored.stateVersion(),
                stored.metadataVersion() >= machine.metadataVersion()
                        && stored.stateVersion() >= machine.daemonStateVersion()
                        && stored.metadataVersion() + stored.stateVersion()
                                > machine.metadataVersion() + machine.daemonStateVersion());
    }

    private static void insert(Transaction tx, String account, Entry.Machine machine)
            throws SQLException {
        long rev = nextRev(tx, account);
        tx.execute(
                "INSERT INTO machine (id, account_id, label, enrolled, metadata, metadata_version,"
                        + " daemon_state, daemon_state_version, data_encryption_key, active,"
                        + " active_at, connected_before, rev, created_rev, created_at, updated_at)"
                        + " VALUES (?, ?, NULL, 0, ?, ?, ?, ?, ?, 0, ?, 1, ?, ?, ?, ?)",
                machine.id(),
                account,
                machine.metadata(),
                machine.metadataVersion(),
                machine.daemonState(),
                machine.daemonStateVersion(),
                machine.dataEncryptionKey(),
                machine.activeAt(),
                rev,
                rev,
                machine.createdAt(),
                machine.updatedAt());
    }

    private static long nextRev(Transaction tx, String account) throws SQLException {
        return tx.first(
                        "UPDATE account SET machine_rev = machine_rev + 1 WHERE id = ?"
                                + " RETURNING machine_rev",
                        row -> row.getLong(1),
                        account)
                .orElseThrow(() -> new IllegalStateException("no account " + account));
    }
}
