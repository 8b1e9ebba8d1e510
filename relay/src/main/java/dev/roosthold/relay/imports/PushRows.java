package dev.roosthold.relay.imports;

import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;

/// Phones of the push service.
///
/// In the relay a phone's token hangs on the credential that registered it, and the other server's
/// credentials cannot be taken over. So each account with such phones gets one device without a
/// usable token. It shows in the list of devices, removing it removes the phones, and a phone that
/// signs in again takes its token over to its own device.
final class PushRows {
    private static final String DEVICE_NAME = "Phones of the happy server";
    private static final int ID_BYTES = 12;

    private final AccountRows accounts;

    PushRows(AccountRows accounts) {
        this.accounts = accounts;
    }

    Outcome write(Transaction tx, Entry.PushToken token) throws SQLException {
        String account = accounts.of(token.account());
        if (account == null) {
            return Outcome.problem(Finding.NO_ACCOUNT);
        }
        if (tx.first(
                        "SELECT 1 FROM push_token WHERE account_id = ? AND token = ?",
                        _ -> true,
                        account,
                        token.token())
                .isPresent()) {
            return Outcome.PRESENT;
        }
        accounts.record(tx, account);
        tx.execute(
                "INSERT INTO push_token (id, account_id, token, device_id, created_at, updated_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                token.id(),
                account,
                token.token(),
                device(tx, account, token.createdAt()),
                token.createdAt(),
                token.updatedAt());
        return Outcome.IMPORTED;
    }

    private static String device(Transaction tx, String account, long madeAt) throws SQLException {
        // No token has this hash: a token is 43 letters, and this text begins with a zero.
        byte[] hash =
                Hashes.sha256(
                        new byte[] {0},
                        DEVICE_NAME.getBytes(StandardCharsets.UTF_8),
                        account.getBytes(StandardCharsets.UTF_8));
        String id = "c" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
        tx.execute(
                "INSERT INTO device (id, account_id, kind, name, token_hash, machine_id,"
                        + " created_at, last_seen, last_address)"
                        + " VALUES (?, ?, ?, ?, ?, NULL, ?, ?, NULL)"
                        + " ON CONFLICT (id) DO NOTHING",
                id,
                account,
                Device.Kind.APP.name(),
                DEVICE_NAME,
                hash,
                madeAt,
                madeAt);
        return id;
    }
}
