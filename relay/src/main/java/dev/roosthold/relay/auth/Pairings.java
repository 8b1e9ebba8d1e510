package dev.roosthold.relay.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.protocol.auth.PairingAnswer;
import dev.roosthold.protocol.auth.PairingStatus;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Clients that wait to be let into an account by someone who is in it. Thread-safe.
///
/// ```
/// absent --request--> waiting --answer--> answered --first poll--> picked up
///    ^                   | 15 min            | 15 min                 | 5 min
///    +-------------------+-------------------+------------------------+
/// ```
///
/// The token is made when it is picked up and stored as a hash only. While the pairing lives, later
/// polls get the same token from memory; after a restart of the relay they get another one.
final class Pairings {
    static final Duration UNANSWERED = Duration.ofMinutes(15);
    static final Duration PICKED_UP = Duration.ofMinutes(5);
    private static final int MAX_WAITING = 10_000;

    /// Terminal and account pairings never meet.
    enum Kind {
        TERMINAL,
        ACCOUNT
    }

    private record Key(Kind kind, String publicKey) {}

    private record Row(
            boolean supportsV2,
            @Nullable String account,
            @Nullable String response,
            long createdAtMs,
            long answeredAtMs,
            long pickedUpAtMs) {

        boolean answered() {
            return response != null;
        }

        boolean expired(long nowMs) {
            if (pickedUpAtMs > 0) {
                return nowMs - pickedUpAtMs >= PICKED_UP.toMillis();
            }
            long since = answered() ? answeredAtMs : createdAtMs;
            return nowMs - since >= UNANSWERED.toMillis();
        }
    }

    /// A poll of the waiting client.
    ///
    /// @param device and the two after it describe the credential it will get
    @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
    record Poll(
            Kind kind,
            byte[] publicKey,
            boolean supportsV2,
            Device.Kind device,
            String deviceName,
            String address) {}

    private final Store store;
    private final Devices devices;
    private final InstantSource clock;

    /// Tokens handed out, for repeated polls. Dropped with the pairing.
    private final Cache<Key, Optional<IssuedToken>> handedOut =
            Caffeine.newBuilder().maximumSize(MAX_WAITING).expireAfterWrite(PICKED_UP).build();

    Pairings(Store store, Devices devices, InstantSource clock) {
        this.store = store;
        this.devices = devices;
        this.clock = clock;
    }

    /// Starts the pairing, or tells how far it is.
    ///
    /// @return empty when too many clients are waiting
    Optional<PairingAnswer> poll(Poll poll) {
        Optional<Row> row = store.readNow(sql -> live(sql, poll.kind(), poll.publicKey()));
        if (row.isEmpty()) {
            boolean started = store.writeNow(tx -> start(tx, poll));
            return started ? Optional.of(new PairingAnswer.Requested()) : Optional.empty();
        }
        if (!row.get().answered()) {
            return Optional.of(new PairingAnswer.Requested());
        }
        return Optional.of(pickUp(poll));
    }

    PairingStatus status(Kind kind, byte[] publicKey) {
        Optional<Row> row = store.readNow(sql -> live(sql, kind, publicKey));
        if (row.isEmpty()) {
            return new PairingStatus(PairingStatus.State.NOT_FOUND, false);
        }
        return row.get().answered()
                ? new PairingStatus(PairingStatus.State.AUTHORIZED, false)
                : new PairingStatus(PairingStatus.State.PENDING, row.get().supportsV2());
    }

    /// Lets the waiting client into the account. The first answer counts; later ones change
    /// nothing.
    ///
    /// @return false when no client is waiting with this key
    boolean answer(Kind kind, byte[] publicKey, AccountId account, String response) {
        return store.writeNow(
                tx -> {
                    Optional<Row> row = live(tx, kind, publicKey);
                    if (row.isPresent() && !row.get().answered()) {
                        handedOut.invalidate(key(kind, publicKey));
                        tx.execute(
                                "UPDATE pairing SET account_id = ?, response = ?, answered_at = ?"
                                        + " WHERE kind = ? AND public_key = ?",
                                account.value(),
                                response,
                                tx.nowMs(),
                                kind.name(),
                                publicKey);
                    }
                    return row.isPresent();
                });
    }

    /// Drops what has expired.
    void prune() {
        var _ =
                store.write(
                        tx ->
                                tx.execute(
                                        "DELETE FROM pairing WHERE created_at < ?"
                                                + " AND coalesce(answered_at, 0) < ?"
                                                + " AND coalesce(picked_up_at, 0) < ?",
                                        tx.nowMs() - UNANSWERED.toMillis(),
                                        tx.nowMs() - UNANSWERED.toMillis(),
                                        tx.nowMs() - PICKED_UP.toMillis()));
    }

    private boolean start(Transaction tx, Poll poll) throws SQLException {
        if (live(tx, poll.kind(), poll.publicKey()).isPresent()) {
            return true;
        }
        long waiting = tx.first("SELECT count(*) FROM pairing", row -> row.getLong(1)).orElse(0L);
        if (waiting >= MAX_WAITING) {
            return false;
        }
        tx.execute(
                """
                INSERT INTO pairing (kind, public_key, supports_v2, created_at)
                VALUES (?, ?, ?, ?)
                ON CONFLICT (kind, public_key) DO UPDATE SET
                  supports_v2 = excluded.supports_v2, created_at = excluded.created_at,
                  account_id = NULL, response = NULL, answered_at = NULL, picked_up_at = NULL,
                  device_id = NULL""",
                poll.kind().name(),
                poll.publicKey(),
                poll.supportsV2(),
                tx.nowMs());
        return true;
    }

    private PairingAnswer pickUp(Poll poll) {
        Key key = key(poll.kind(), poll.publicKey());
        Optional<IssuedToken> token =
                handedOut.get(key, _ -> store.writeNow(tx -> issue(tx, poll)));
        Optional<Row> row = store.readNow(sql -> live(sql, poll.kind(), poll.publicKey()));
        // Revoked or expired since it was read: the next poll starts again.
        if (token.isEmpty()
                || devices.isRevoked(token.get().device())
                || row.isEmpty()
                || row.get().response() == null) {
            handedOut.invalidate(key);
            return new PairingAnswer.Requested();
        }
        return new PairingAnswer.Authorized(token.get().token(), row.get().response());
    }

    private Optional<IssuedToken> issue(Transaction tx, Poll poll) throws SQLException {
        Optional<Row> row = live(tx, poll.kind(), poll.publicKey());
        String account = row.isEmpty() ? null : row.get().account();
        if (account == null) {
            return Optional.empty();
        }
        var device =
                new NewDevice(
                        new AccountId(account),
                        poll.device(),
                        poll.deviceName(),
                        new Scope.Account(),
                        poll.address());
        IssuedToken token = devices.issue(tx, device);
        tx.execute(
                "UPDATE pairing SET picked_up_at = coalesce(picked_up_at, ?), device_id = ?"
                        + " WHERE kind = ? AND public_key = ?",
                tx.nowMs(),
                token.device().value(),
                poll.kind().name(),
                poll.publicKey());
        return Optional.of(token);
    }

    private Optional<Row> live(Sql sql, Kind kind, byte[] publicKey) throws SQLException {
        return sql.first(
                        "SELECT supports_v2, account_id, response, created_at,"
                                + " coalesce(answered_at, 0), coalesce(picked_up_at, 0)"
                                + " FROM pairing WHERE kind = ? AND public_key = ?",
                        row ->
                                new Row(
                                        row.getBoolean(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getLong(6)),
                        kind.name(),
                        publicKey)
                .filter(row -> !row.expired(clock.millis()));
    }

    private static Key key(Kind kind, byte[] publicKey) {
        return new Key(kind, HexFormat.of().formatHex(publicKey));
    }
}
