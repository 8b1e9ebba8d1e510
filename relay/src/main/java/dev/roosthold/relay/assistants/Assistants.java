package dev.roosthold.relay.assistants;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.AssistantId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.Assistant;
import dev.roosthold.protocol.machines.Assistant.Approval;
import dev.roosthold.protocol.machines.Assistant.Status;
import dev.roosthold.protocol.machines.AssistantChanged;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.SlidingWindow;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.SentEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The assistants of all machines. Thread-safe.
public final class Assistants {
    static final int MAX_ASSISTANTS = 100;
    static final int ANNOUNCED_PER_MINUTE = 30;

    private final Store store;
    private final Machines machines;
    private final Router router;
    private final SlidingWindow announced;

    /// Which assistant of which machine, in whose name.
    record Key(Caller caller, MachineId machine, AssistantId id) {
        AccountId account() {
            return caller.account();
        }
    }

    /// One change inside a write.
    private interface Change {
        Outcome of(Transaction tx, Assistant now) throws SQLException;
    }

    /// Corrects the rows first: nothing runs that has not told a relay that has just started.
    public Assistants(Store store, Machines machines, Router router, InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.router = router;
        this.announced = new SlidingWindow(ANNOUNCED_PER_MINUTE, Duration.ofMinutes(1), clock);
        store.writeNow(
                tx -> {
                    AssistantTable.takeAllOffline(tx);
                    return true;
                });
        machines.whenOffline((tx, _, machine) -> AssistantTable.takeOffline(tx, machine));
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        with.add("assistants", announced);
    }

    /// Empty when there is no such machine.
    Optional<List<Assistant>> list(Caller caller, MachineId machine) {
        Optional<List<Assistant>> stored =
                store.readNow(
                        sql ->
                                Machines.isReachable(sql, caller, machine)
                                        ? Optional.of(AssistantTable.list(sql, machine))
                                        : Optional.empty());
        return stored.map(all -> all.stream().map(a -> seen(caller.account(), a)).toList());
    }

    /// Announces an assistant, or says how it is.
    ///
    /// @param status empty leaves it as it is
    Outcome put(Key key, Actor who, String details, Optional<Status> status) {
        // Only a new one is a matter of the audit log, too.
        Optional<Outcome> known =
                store.writeNow(
                        new Lane(key.caller().account().value()),
                        tx -> put(tx, key, details, status));
        return shown(
                key,
                known.isPresent()
                        ? known.get()
                        : store.writeNow(
                                tx -> {
                                    Optional<Outcome> meanwhile = put(tx, key, details, status);
                                    return meanwhile.isPresent()
                                            ? meanwhile.get()
                                            : announce(tx, key, who, details, status);
                                }));
    }

    /// @return empty when the machine has no such assistant yet
    private Optional<Outcome> put(Transaction tx, Key key, String details, Optional<Status> status)
            throws SQLException {
        if (!Machines.isReachable(tx, key.caller(), key.machine())) {
            return Optional.of(new Outcome.Unknown());
        }
        Optional<Assistant> before = AssistantTable.find(tx, key.machine(), key.id());
        return before.isPresent()
                ? Optional.of(told(tx, key, before.get(), details, status))
                : Optional.empty();
    }

    private Outcome announce(
            Transaction tx, Key key, Actor who, String details, Optional<Status> status)
            throws SQLException {
        if (status.filter(Status.ONLINE::equals).isPresent()) {
            return notApproved();
        }
        String machine = key.machine().value();
        if (announced.isFull(machine)
                || AssistantTable.count(tx, key.machine()) >= MAX_ASSISTANTS) {
            return new Outcome.TooMany();
        }
        announced.add(machine);
        AssistantTable.insert(tx, key.machine(), key.id(), details);
        record(tx, key, who, Kind.ASSISTANT_ANNOUNCE);
        return changed(tx, key, AssistantChanged.Approval.PENDING);
    }

    private Outcome told(
            Transaction tx, Key key, Assistant before, String details, Optional<Status> status)
            throws SQLException {
        Status now = status.orElse(before.status());
        if (now == Status.ONLINE && before.approval() != Approval.APPROVED) {
            return notApproved();
        }
        AssistantTable.update(tx, key.machine(), key.id(), details, now == Status.ONLINE);
        if (now == before.status() && details.equals(before.details())) {
            // A sign of life changes no row.
            return new Outcome.Done(
                    AssistantTable.find(tx, key.machine(), key.id()).orElse(before));
        }
        return changed(tx, key, approval(before.approval()));
    }

    /// Lets a waiting one run.
    Outcome approve(Key key, Actor who) {
        return change(
                key,
                (tx, now) ->
                        switch (now.approval()) {
                            case APPROVED -> new Outcome.Done(now);
                            case REVOKED -> new Outcome.Refused("Assistant was revoked");
                            case PENDING -> {
                                AssistantTable.approve(tx, key.machine(), key.id());
                                record(tx, key, who, Kind.ASSISTANT_APPROVE);
                                yield changed(tx, key, AssistantChanged.Approval.APPROVED);
                            }
                        });
    }

    /// Removes a waiting one.
    Outcome reject(Key key, Actor who) {
        return change(
                key,
                (tx, now) ->
                        switch (now.approval()) {
                            case APPROVED, REVOKED ->
                                    new Outcome.Refused("Assistant is not pending");
                            case PENDING -> gone(tx, key, who, Kind.ASSISTANT_REJECT);
                        });
    }

    /// Ends an approved one.
    Outcome revoke(Key key, Actor who) {
        return change(
                key,
                (tx, now) ->
                        switch (now.approval()) {
                            case REVOKED -> new Outcome.Done(now);
                            case PENDING -> new Outcome.Refused("Assistant is not approved");
                            case APPROVED -> {
                                AssistantTable.revoke(tx, key.machine(), key.id());
                                record(tx, key, who, Kind.ASSISTANT_REVOKE);
                                yield changed(tx, key, AssistantChanged.Approval.REVOKED);
                            }
                        });
    }

    Outcome remove(Key key, Actor who) {
        return change(key, (tx, _) -> gone(tx, key, who, Kind.ASSISTANT_REMOVE));
    }

    private Outcome change(Key key, Change change) {
        return shown(
                key,
                store.writeNow(
                        tx -> {
                            if (!Machines.isReachable(tx, key.caller(), key.machine())) {
                                return new Outcome.Unknown();
                            }
                            Optional<Assistant> now =
                                    AssistantTable.find(tx, key.machine(), key.id());
                            return now.isPresent()
                                    ? change.of(tx, now.get())
                                    : new Outcome.Unknown();
                        }));
    }

    private Outcome gone(Transaction tx, Key key, Actor who, Kind kind) throws SQLException {
        AssistantTable.delete(tx, key.machine(), key.id());
        record(tx, key, who, kind);
        tell(tx, key, AssistantChanged.Approval.REMOVED);
        return new Outcome.Gone();
    }

    private Outcome changed(Transaction tx, Key key, AssistantChanged.Approval approval)
            throws SQLException {
        tell(tx, key, approval);
        return AssistantTable.find(tx, key.machine(), key.id())
                .<Outcome>map(Outcome.Done::new)
                .orElseThrow(() -> new IllegalStateException("not stored"));
    }

    private void tell(Transaction tx, Key key, AssistantChanged.Approval approval)
            throws SQLException {
        var change = new AssistantChanged(key.machine(), key.id(), approval);
        tx.afterCommit(
                () ->
                        router.toMachineAndUsers(
                                key.account(),
                                key.machine(),
                                SentEvent.MACHINE_ASSISTANTS,
                                change));
        machines.assistantsChanged(
                tx, key.account(), key.machine(), AssistantTable.counts(tx, key.machine()));
    }

    private Outcome shown(Key key, Outcome outcome) {
        return outcome instanceof Outcome.Done(var assistant)
                ? new Outcome.Done(seen(key.account(), assistant))
                : outcome;
    }

    /// None runs on a machine that is offline.
    private Assistant seen(AccountId account, Assistant stored) {
        if (stored.status() == Status.OFFLINE || machines.isOnline(account, stored.machineId())) {
            return stored;
        }
        return new Assistant(
                stored.assistantId(),
                stored.machineId(),
                stored.approval(),
                Status.OFFLINE,
                stored.createdAt(),
                stored.approvedAt(),
                stored.lastSeen(),
                stored.details());
    }

    private static void record(Transaction tx, Key key, Actor who, Kind kind) throws SQLException {
        Audit.append(
                tx,
                who,
                kind,
                Details.of("machine", key.machine().value()).and("assistant", key.id().value()));
    }

    private static AssistantChanged.Approval approval(Approval approval) {
        return switch (approval) {
            case PENDING -> AssistantChanged.Approval.PENDING;
            case APPROVED -> AssistantChanged.Approval.APPROVED;
            case REVOKED -> AssistantChanged.Approval.REVOKED;
        };
    }

    private static Outcome notApproved() {
        return new Outcome.Refused("Assistant is not approved");
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return AssistantTable.OF_ACCOUNT;
    }
}
