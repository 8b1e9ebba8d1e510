package dev.roosthold.relay.auth;

import static java.util.Locale.ROOT;

import dev.roosthold.crypto.SignIn;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signing in by a signature over a challenge. Thread-safe.
final class SignIns {
    private static final Logger LOG = LoggerFactory.getLogger(SignIns.class);

    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final int PRUNE_BATCH = 1_000;

    private final Store store;
    private final Accounts accounts;
    private final Devices devices;
    private final Registration registration;
    private final Audit audit;

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

    SignIns(
            Store store,
            Accounts accounts,
            Devices devices,
            Registration registration,
            Audit audit) {
        this.store = store;
        this.accounts = accounts;
        this.devices = devices;
        this.registration = registration;
        this.audit = audit;
    }

    Result signIn(Attempt attempt) {
        if (!SignIn.verify(attempt.publicKey(), attempt.challenge(), attempt.signature())) {
            noteRefusal(attempt, "signature");
            return new Result.Refused();
        }
        Result result = store.writeNow(tx -> signIn(tx, attempt));
        if (result instanceof Result.Refused) {
            noteRefusal(attempt, "challenge");
        }
        return result;
    }

    /// Only of an account that there is. Not waited for: the answer comes equally soon for one that
    /// there is not.
    private void noteRefusal(Attempt attempt, String reason) {
        var _ =
                store.read(sql -> Accounts.find(sql, attempt.publicKey()))
                        .thenAccept(
                                known ->
                                        known.ifPresent(
                                                account ->
                                                        audit.note(
                                                                Actor.stranger(
                                                                        account, attempt.address()),
                                                                Kind.SIGN_IN_REFUSED,
                                                                Details.of("reason", reason))))
                        .exceptionally(
                                failure -> {
                                    LOG.warn("a refusal was not noted: {}", failure.toString());
                                    return null;
                                });
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
        Optional<String> invited = Optional.empty();
        if (known.isEmpty()) {
            switch (registration.admit(tx, attempt.invite())) {
                case Registration.Admission.Refused() -> {
                    return new Result.RegistrationClosed();
                }
                case Registration.Admission.Open() -> {}
                case Registration.Admission.Invited(var invite) -> invited = Optional.of(invite);
            }
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
        IssuedToken issued = devices.issue(tx, device);
        Actor who = Actor.of(account, issued.device(), attempt.address());
        Audit.append(tx, who, Kind.SIGN_IN, details(attempt, known.isEmpty(), invited));
        return new Result.SignedIn(issued.token());
    }

    private static Details details(Attempt attempt, boolean isNew, Optional<String> invited) {
        Details details = Details.of("deviceKind", attempt.deviceKind().name().toLowerCase(ROOT));
        if (isNew) {
            details = details.and("newAccount", "true");
        }
        return invited.isPresent() ? details.and("invite", invited.get()) : details;
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
