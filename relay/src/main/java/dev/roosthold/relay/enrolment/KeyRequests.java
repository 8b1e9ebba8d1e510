package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.KeyRequest;
import dev.roosthold.protocol.machines.KeyRequestState;
import dev.roosthold.protocol.machines.KeysApproved;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.SlidingWindow;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Machines that ask for keys. Thread-safe.
///
/// ```
/// nothing ──publish──► pending ──approve──► approved
///    ▲                    │                    │
///    └── reject, 1 hour ──┴───── 24 hours ─────┘
/// ```
///
/// A new key begins anew from every state.
final class KeyRequests {
    /// How long a key waits for the person. A machine that still waits publishes it again.
    static final Duration WAITS = Duration.ofHours(1);

    /// How long the machine can fetch the answer.
    static final Duration KEPT = Duration.ofHours(24);

    /// New keys of one machine.
    static final int KEYS_PER_MINUTE = 10;

    private final Store store;
    private final Machines machines;
    private final Enrolment enrolment;
    private final Router router;
    private final InstantSource clock;
    private final SlidingWindow newKeys;

    sealed interface Published {
        record Done(KeyRequestState state) implements Published {}

        record UnknownMachine() implements Published {}

        record TooMany() implements Published {}

        /// The caller was revoked while it asked.
        record Revoked() implements Published {}
    }

    enum Approved {
        DONE,
        NOTHING_WAITS,
        /// The machine published another key meanwhile: the person has compared the wrong code.
        KEY_CHANGED,
        /// With another response.
        BEFORE,
        /// The caller was revoked while it asked.
        REVOKED
    }

    enum Rejected {
        DONE,
        UNKNOWN_MACHINE,
        NOTHING_WAITS,
        /// The caller was revoked while it asked.
        REVOKED
    }

    KeyRequests(
            Store store,
            Machines machines,
            Enrolment enrolment,
            Router router,
            InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.enrolment = enrolment;
        this.router = router;
        this.clock = clock;
        this.newKeys = new SlidingWindow(KEYS_PER_MINUTE, Duration.ofMinutes(1), clock);
    }

    /// @param publicKey base64 with padding, so that one key has one text
    Published publish(Caller caller, Actor who, MachineId machine, String publicKey) {
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return new Published.Revoked();
                    }
                    if (!Machines.isReachable(tx, caller, machine)) {
                        return new Published.UnknownMachine();
                    }
                    Optional<KeyRequestTable.Stored> before =
                            live(tx, machine, tx.nowMs())
                                    .filter(stored -> stored.publicKey().equals(publicKey));
                    if (before.isPresent() && before.get().response() != null) {
                        return new Published.Done(state(before.get()));
                    }
                    if (before.isEmpty()) {
                        if (newKeys.isFull(machine.value())) {
                            return new Published.TooMany();
                        }
                        newKeys.add(machine.value());
                        Audit.append(tx, who, Kind.ENROLMENT_REQUEST, details(machine));
                    }
                    KeyRequestTable.save(tx, machine, caller.device(), publicKey);
                    machines.asksKeys(tx, caller.account(), machine, true);
                    return new Published.Done(KeyRequestState.PENDING);
                });
    }

    /// What the machine asks; empty when nothing waits or it waited too long.
    Optional<KeyRequestState> state(Caller caller, MachineId machine) {
        return store.readNow(
                sql ->
                        Machines.isReachable(sql, caller, machine)
                                ? live(sql, machine, clock.millis()).map(KeyRequests::state)
                                : Optional.empty());
    }

    /// What the person is asked; empty when nothing waits.
    Optional<KeyRequest> waiting(Caller caller, MachineId machine) {
        return store.readNow(
                sql ->
                        Machines.isReachable(sql, caller, machine)
                                ? live(sql, machine, clock.millis())
                                        .filter(stored -> stored.response() == null)
                                        .map(
                                                stored ->
                                                        new KeyRequest(
                                                                stored.publicKey(),
                                                                stored.createdAt()))
                                : Optional.empty());
    }

    Approved approve(
            Caller caller, Actor who, MachineId machine, String publicKey, String response) {
        AccountId account = caller.account();
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return Approved.REVOKED;
                    }
                    Optional<KeyRequestTable.Stored> stored =
                            Machines.isReachable(tx, caller, machine)
                                    ? live(tx, machine, tx.nowMs())
                                    : Optional.empty();
                    if (stored.isEmpty()) {
                        return Approved.NOTHING_WAITS;
                    }
                    if (!stored.get().publicKey().equals(publicKey)) {
                        return Approved.KEY_CHANGED;
                    }
                    if (stored.get().response() != null) {
                        // Whoever lost the answer asks again; whoever came second did not approve.
                        return response.equals(stored.get().response())
                                ? Approved.DONE
                                : Approved.BEFORE;
                    }
                    KeyRequestTable.approve(tx, machine, response);
                    Audit.append(tx, who, Kind.ENROLMENT_APPROVE, details(machine));
                    var event = new KeysApproved(response);
                    tx.afterCommit(
                            () ->
                                    router.toMachine(
                                            account, machine, SentEvent.ENROLMENT_APPROVED, event));
                    machines.asksKeys(tx, account, machine, false);
                    return Approved.DONE;
                });
    }

    /// Replaces the secret: whoever asked has it, and was not the person's machine.
    Rejected reject(Caller caller, Actor who, MachineId machine, String secret) {
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return Rejected.REVOKED;
                    }
                    if (!Machines.isReachable(tx, caller, machine)) {
                        return Rejected.UNKNOWN_MACHINE;
                    }
                    if (!KeyRequestTable.delete(tx, machine)) {
                        return Rejected.NOTHING_WAITS;
                    }
                    Audit.append(tx, who, Kind.ENROLMENT_REJECT, details(machine));
                    enrolment.replaceSecret(tx, caller.account(), machine, secret);
                    return Rejected.DONE;
                });
    }

    private static Optional<KeyRequestTable.Stored> live(Sql sql, MachineId machine, long nowMs)
            throws SQLException {
        return KeyRequestTable.find(sql, machine).filter(stored -> isLive(stored, nowMs));
    }

    private static boolean isLive(KeyRequestTable.Stored stored, long nowMs) {
        Long approvedAt = stored.approvedAt();
        return approvedAt == null
                ? nowMs - stored.createdAt() < WAITS.toMillis()
                : nowMs - approvedAt < KEPT.toMillis();
    }

    private static KeyRequestState state(KeyRequestTable.Stored stored) {
        String response = stored.response();
        return response == null ? KeyRequestState.PENDING : KeyRequestState.approved(response);
    }

    private static Details details(MachineId machine) {
        return Details.of("machine", machine.value());
    }
}
