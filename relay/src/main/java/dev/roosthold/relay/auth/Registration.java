package dev.roosthold.relay.auth;

import dev.roosthold.protocol.auth.RegistrationState;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Decides whether a new account may be made. Thread-safe.
///
/// The default rule is `open` only while nobody but the users of this computer can reach the relay:
/// it listens on loopback, has no public address and no request has come through a proxy. Otherwise
/// the first account is admitted and then it is `closed` but for those who have an invite.
public final class Registration {
    private static final String FORWARDED = "forwarded";

    private final Store store;
    private final RegistrationPolicy policy;
    private final boolean local;
    private final BooleanSupplier sawForwarded;
    private final InstantSource clock;
    private volatile boolean forwarded;

    /// @param local whether the relay listens on loopback and has no public address
    /// @param sawForwarded whether a request with a header of a proxy has been seen since the start
    public Registration(
            Store store,
            RegistrationPolicy policy,
            boolean local,
            BooleanSupplier sawForwarded,
            InstantSource clock) {
        this.store = store;
        this.policy = policy;
        this.local = local;
        this.sawForwarded = sawForwarded;
        this.clock = clock;
        this.forwarded = store.readNow(Registration::cameThroughProxy);
    }

    /// What a new account needs now.
    public RegistrationState state() {
        return store.readNow(this::state);
    }

    /// What becomes of a new account.
    sealed interface Admission {
        record Refused() implements Admission {}

        record Open() implements Admission {}

        /// @param invite id of the code of which one use was taken
        record Invited(String invite) implements Admission {}
    }

    /// Decides on a new account, using up an invite if one is needed.
    Admission admit(Transaction tx, Optional<String> invite) throws SQLException {
        return switch (state(tx)) {
            case OPEN -> new Admission.Open();
            case CLOSED -> new Admission.Refused();
            case INVITE ->
                    invite.isPresent() && Invites.use(tx, invite.get())
                            ? new Admission.Invited(Invites.id(invite.get()))
                            : new Admission.Refused();
        };
    }

    private RegistrationState state(Sql sql) throws SQLException {
        return switch (policy) {
            case OPEN -> RegistrationState.OPEN;
            case INVITE -> RegistrationState.INVITE;
            case CLOSED -> RegistrationState.CLOSED;
            case AUTO -> {
                if ((local && !forwarded()) || !Accounts.any(sql)) {
                    yield RegistrationState.OPEN;
                }
                // Who makes a code wants it to work.
                yield Invites.any(sql, clock.millis())
                        ? RegistrationState.INVITE
                        : RegistrationState.CLOSED;
            }
        };
    }

    /// What was seen once holds for good, also after a restart.
    private boolean forwarded() {
        if (!forwarded && sawForwarded.getAsBoolean()) {
            forwarded = true;
            var _ =
                    store.write(
                            tx ->
                                    tx.execute(
                                            "INSERT INTO registration_fact (name, noted_at) VALUES (?, ?)"
                                                    + " ON CONFLICT (name) DO NOTHING",
                                            FORWARDED,
                                            tx.nowMs()));
        }
        return forwarded;
    }

    /// Whether a request has ever come through a proxy: then others can reach the relay, whatever
    /// it listens on.
    public static boolean cameThroughProxy(Sql sql) throws SQLException {
        return sql.first("SELECT 1 FROM registration_fact WHERE name = ?", row -> true, FORWARDED)
                .isPresent();
    }
}
