package dev.roosthold.relay.auth;

import dev.roosthold.crypto.SignIn;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// Signing in by a signature over a challenge. Thread-safe.
final class SignIns {
    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final int PRUNE_BATCH = 1_000;

    private final Store store;
    private final Accounts accounts;
    private final Devices devices;
    private final Registration registration;

    /// What a client presents.
    ///
    /// @param deviceName and the two after it describe the credential to be made
    @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
    record Attempt(
            byte[] publicKey,
            byte[] challenge,
            byte[] signature,
            Optional<String> invite,
            Device.Kind deviceKind,
            String deviceName,
            String address) {}

    sealed interface Result {
        record SignedIn(BearerToken token) implements Result {}

        /// The signature is wrong, or the challenge was used before.
        record Refused() implements Result {}

        /// The account would be new and may not be made.
        record RegistrationClosed() implements Result {}
    }

    SignIns(Store store, Accounts accounts, Devices devices, Registration registration) {
        this.store = store;
        this.accounts = accounts;
        this.devices = devices;
        this.registration = registration;
    }

    Result signIn(Attempt attempt) {
        if (!SignIn.verify(attempt.publicKey(), attempt.challenge(), attempt.signature())) {
            return new Result.Refused();
        }
        return store.writeNow(tx -> signIn(tx, attempt));
    }

    private Result signIn(Transaction tx, Attempt attempt) throws SQLException {
        byte[] challenge = Hashes.sha256(attempt.publicKey(), attempt.challenge());
        boolean used =
                tx.first("SELECT 1 FROM used_challenge WHERE hash = ?", row -> true, challenge)
                        .isPresent();
        if (used) {
            return new Result.Refused();
        }
        Optional<AccountId> known = Accounts.find(tx, attempt.publicKey());
        if (known.isEmpty() && !registration.admits(tx, attempt.invite())) {
            return new Result.RegistrationClosed();
        }
        AccountId account =
                known.isPresent() ? known.get() : accounts.create(tx, attempt.publicKey());
        tx.execute(
                "INSERT INTO used_challenge (hash, used_at) VALUES (?, ?)", challenge, tx.nowMs());
        var device =
                new NewDevice(
                        account,
                        attempt.deviceKind(),
                        attempt.deviceName(),
                        new Scope.Account(),
                        attempt.address());
        return new Result.SignedIn(devices.issue(tx, device).token());
    }

    /// Forgets challenges that are too old to matter, a bounded number at a time.
    void prune() {
        var _ =
                store.write(
                        tx ->
                                tx.execute(
                                        """
                                DELETE FROM used_challenge WHERE hash IN (
                                  SELECT hash FROM used_challenge WHERE used_at < ?
                                  ORDER BY used_at LIMIT ?)""",
                                        tx.nowMs() - REMEMBERED.toMillis(),
                                        PRUNE_BATCH));
    }
}
