package dev.roosthold.relay.auth;

import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/// Codes that let someone make an account. Only their SHA-256 is stored. All of this also works for
/// a process beside the running relay.
public final class Invites {
    private static final int ID_LENGTH = 12;

    private Invites() {}

    /// A code that still admits somebody.
    ///
    /// @param id names the code without giving it away: 12 hexadecimal digits
    /// @param usesLeft accounts that can still be made with it
    /// @param expiresAt Unix milliseconds
    /// @param createdAt Unix milliseconds
    public record Invite(String id, int usesLeft, long expiresAt, long createdAt) {}

    /// A new code.
    ///
    /// @param code 43 characters of base64url; it cannot be read again
    public record Created(String id, String code) {
        @Override
        public String toString() {
            return "Created[" + id + "]";
        }
    }

    /// Makes a code.
    ///
    /// @param uses accounts that can be made with it, 1 to 10,000
    /// @param validFor from now
    public static Created create(Store store, int uses, Duration validFor) {
        if (uses < 1 || uses > 10_000) {
            throw new IllegalArgumentException("uses " + uses + " not in 1..10000");
        }
        if (!validFor.isPositive()) {
            throw new IllegalArgumentException("an invite is valid for some time");
        }
        String code = new Ids().secret();
        String id = id(code);
        store.writeNow(
                tx -> {
                    tx.execute("DELETE FROM invite WHERE expires_at <= ?", tx.nowMs());
                    tx.execute(
                            "INSERT INTO invite (code_hash, uses_left, expires_at, created_at)"
                                    + " VALUES (?, ?, ?, ?)",
                            Hashes.sha256(code),
                            uses,
                            Math.addExact(tx.nowMs(), validFor.toMillis()),
                            tx.nowMs());
                    Audit.append(
                            tx, Actor.operator(), Kind.INVITE_CREATE, Details.of("invite", id));
                    return true;
                });
        return new Created(id, code);
    }

    /// The codes that still admit somebody, newest first.
    ///
    /// @param nowMs decides what has expired
    public static List<Invite> list(Store store, long nowMs) {
        return store.readNow(
                sql ->
                        sql.list(
                                "SELECT lower(hex(code_hash)), uses_left, expires_at, created_at"
                                        + " FROM invite WHERE uses_left > 0 AND expires_at > ?"
                                        + " ORDER BY created_at DESC, code_hash",
                                row ->
                                        new Invite(
                                                row.getString(1).substring(0, ID_LENGTH),
                                                row.getInt(2),
                                                row.getLong(3),
                                                row.getLong(4)),
                                nowMs));
    }

    /// Ends a code; accounts that were made with it stay.
    ///
    /// @param idOrCode either works
    /// @return false when no code that still admits somebody has this id
    public static boolean revoke(Store store, String idOrCode) {
        return store.writeNow(
                tx -> {
                    var gone =
                            tx.first(
                                    "DELETE FROM invite WHERE (code_hash = ?"
                                            + " OR lower(hex(substr(code_hash, 1, 6))) = ?)"
                                            + " AND uses_left > 0 AND expires_at > ?"
                                            + " RETURNING code_hash",
                                    row -> id(row.getBytes(1)),
                                    Hashes.sha256(idOrCode),
                                    idOrCode,
                                    tx.nowMs());
                    if (gone.isEmpty()) {
                        return false;
                    }
                    Audit.append(
                            tx,
                            Actor.operator(),
                            Kind.INVITE_REVOKE,
                            Details.of("invite", gone.get()));
                    return true;
                });
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

    /// Whether any code still admits somebody.
    static boolean any(Sql sql, long nowMs) throws SQLException {
        return sql.first(
                        "SELECT 1 FROM invite WHERE uses_left > 0 AND expires_at > ? LIMIT 1",
                        row -> true,
                        nowMs)
                .isPresent();
    }

    static String id(String code) {
        return id(Hashes.sha256(code));
    }

    private static String id(byte[] codeHash) {
        return HexFormat.of().formatHex(codeHash).substring(0, ID_LENGTH);
    }
}
