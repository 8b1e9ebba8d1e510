package dev.roosthold.relay.auth;

import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;

/// Codes that let someone make an account. Only their SHA-256 is stored.
public final class Invites {
    private Invites() {}

    /// Makes a code; also for a process beside the running relay.
    ///
    /// @param uses accounts that can be made with it, 1 to 10,000
    /// @param validFor from now
    /// @return the code, 43 characters of base64url; it cannot be read again
    public static String create(Store store, int uses, Duration validFor) {
        if (uses < 1 || uses > 10_000) {
            throw new IllegalArgumentException("uses " + uses + " not in 1..10000");
        }
        if (!validFor.isPositive()) {
            throw new IllegalArgumentException("an invite is valid for some time");
        }
        String code = new Ids().secret();
        store.writeNow(
                tx -> {
                    tx.execute("DELETE FROM invite WHERE expires_at <= ?", tx.nowMs());
                    return tx.execute(
                            "INSERT INTO invite (code_hash, uses_left, expires_at, created_at)"
                                    + " VALUES (?, ?, ?, ?)",
                            Hashes.sha256(code),
                            uses,
                            Math.addExact(tx.nowMs(), validFor.toMillis()),
                            tx.nowMs());
                });
        return code;
    }

    /// Takes one use; false when the code is unknown, used up or expired.
    static boolean use(Transaction tx, String code) throws SQLException {
        return tx.execute(
                        "UPDATE invite SET uses_left = uses_left - 1"
                                + " WHERE code_hash = ? AND uses_left > 0 AND expires_at > ?",
                        Hashes.sha256(code),
                        tx.nowMs())
                > 0;
    }
}
