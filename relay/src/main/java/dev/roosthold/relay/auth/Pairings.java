package dev.roosthold.relay.auth;

import static dev.roosthold.relay.audit.Kind.LINKING;
import static dev.roosthold.relay.audit.Kind.LINKING_APPROVE;
import static dev.roosthold.relay.audit.Kind.PAIRING;
import static dev.roosthold.relay.audit.Kind.PAIRING_APPROVE;
import static java.util.Locale.ROOT;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.protocol.auth.PairingAnswer;
import dev.roosthold.protocol.auth.PairingStatus;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Clients that wait to be let into an account by someone who is in it. Thread-safe.
///
/// ```
/// absent --request--> waiting --answer--> answered --one poll--> picked up
///    ^                   | 10 min            | 10 min                 | 5 min
///    +-------------------+-------------------+------------------------+
/// ```
///
/// The token is made when it is picked up, for the one poll that does, and stored as a hash only.
/// The key on the screen of a terminal is no secret: were the token given out again, whoever saw it
/// could have it too, and unseen. Of two that poll with one key one waits in vain, which shows.
final class Pairings {
    static final Duration UNANSWERED = Duration.ofMinutes(10);
    static final Duration PICKED_UP = Duration.ofMinutes(5);
    private static final int MAX_WAITING = 10_000;

    /// Terminal and account pairings never meet.
    enum Kind {
        TERMINAL(PAIRING_APPROVE, PAIRING),
        ACCOUNT(LINKING_APPROVE, LINKING);

        private final dev.roosthold.relay.audit.Kind approval;
        private final dev.roosthold.relay.audit.Kind pickUp;

        Kind(dev.roosthold.relay.audit.Kind approval, dev.roosthold.relay.audit.Kind pickUp) {
            this.approval = approval;
            this.pickUp = pickUp;
        }
    }

    private record Row(
            boolean supportsV2,
            @Nullable String account,
            @Nullable String response,
            long createdAtMs,
            long answeredAtMs,
            long pickedUpAtMs) {

        boolean answered() {
            return answeredAtMs > 0;
        }

        boolean pickedUp() {
            return pickedUpAtMs > 0;
        }

        boolean expired(long nowMs) {
            if (pickedUp()) {
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
        if (!row.get().answered() || row.get().pickedUp()) {
            return Optional.of(new PairingAnswer.Requested());
        }
        return Optional.of(store.writeNow(tx -> pickUp(tx, poll)));
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
    /// @return false when no client is waiting with this key, or the caller was revoked meanwhile
    boolean answer(Kind kind, byte[] publicKey, Caller caller, Actor who, String response) {
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return false;
                    }
                    Optional<Row> row = live(tx, kind, publicKey);
                    if (row.isPresent() && !row.get().answered()) {
                        tx.execute(
                                "UPDATE pairing SET account_id = ?, approved_by = ?, response = ?,"
                                        + " answered_at = ? WHERE kind = ? AND public_key = ?",
                                caller.account().value(),
                                caller.device().value(),
                                response,
                                tx.nowMs(),
                                kind.name(),
                                publicKey);
                        Audit.append(tx, who, kind.approval, Details.none());
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
                  device_id = NULL, approved_by = NULL""",
                poll.kind().name(),
                poll.publicKey(),
                poll.supportsV2(),
                tx.nowMs());
        return true;
    }

    /// Makes the credential and takes the answer out of the store, for this poll alone.
    private PairingAnswer pickUp(Transaction tx, Poll poll) throws SQLException {
        Optional<Row> row = live(tx, poll.kind(), poll.publicKey());
        String account = row.isEmpty() || row.get().pickedUp() ? null : row.get().account();
        String response = row.isEmpty() ? null : row.get().response();
        // Expired, picked up by another poll or taken back since it was read.
        if (account == null || response == null) {
            return new PairingAnswer.Requested();
        }
        var device =
                new NewDevice(
                        new AccountId(account),
                        poll.device(),
                        poll.deviceName(),
                        new Scope.Account(),
                        poll.address());
        IssuedToken issued = devices.issue(tx, device);
        tx.execute(
                "UPDATE pairing SET picked_up_at = ?, device_id = ?, response = NULL"
                        + " WHERE kind = ? AND public_key = ?",
                tx.nowMs(),
                issued.device().value(),
                poll.kind().name(),
                poll.publicKey());
        Actor who = Actor.of(device.account(), issued.device(), poll.address());
        Audit.append(
                tx,
                who,
                poll.kind().pickUp,
                Details.of("deviceKind", poll.device().name().toLowerCase(ROOT)));
        return new PairingAnswer.Authorized(issued.token(), response);
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
}
