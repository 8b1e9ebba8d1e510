package dev.roosthold.relay.machines;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.machines.Machine;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.SharedLeases;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The machines of all accounts. Thread-safe.
public final class Machines {
    private static final Logger LOG = LoggerFactory.getLogger(Machines.class);

    private final Store store;
    private final Updates updates;
    private final Router router;
    private final Devices devices;
    private final MachineRows rows;
    private final Presence<MachineKey> presence;

    /// Corrects the rows first: no machine is connected to a relay that has just started.
    ///
    /// @param shared what other nodes keep active; null when this relay is alone
    /// @param alone whether no other node runs
    public Machines(
            Store store,
            Updates updates,
            Router router,
            Devices devices,
            @Nullable SharedLeases<MachineKey> shared,
            boolean alone,
            InstantSource clock) {
        this.store = store;
        this.updates = updates;
        this.router = router;
        this.devices = devices;
        this.rows =
                new MachineRows(
                        router,
                        register ->
                                new Presence<>(
                                        store,
                                        router,
                                        Presence.Traffic.REQUIRED,
                                        register,
                                        this::tell,
                                        shared,
                                        clock));
        this.presence = rows.presence();
        if (alone) {
            store.writeNow(
                    tx -> {
                        MachineTable.takeAllOffline(tx);
                        return true;
                    });
        }
    }

    public Presence<MachineKey> presence() {
        return presence;
    }

    /// Adds a machine of the web view that has never connected.
    ///
    /// @return false when the id is taken, in this account or another
    public boolean enrol(Transaction tx, AccountId account, MachineId id, String label)
            throws SQLException {
        var key = new MachineKey(account, id);
        var fresh = new MachineTable.Fresh(key, label, true, null, null, null);
        if (!MachineTable.insert(tx, fresh)) {
            return false;
        }
        rows.changed(tx, key);
        tx.afterCommit(() -> presence.added(key));
        return true;
    }

    /// Notes that a machine now has a token, however it was made.
    ///
    /// @return false when the account has no such machine
    public boolean markEnrolled(Transaction tx, AccountId account, MachineId id)
            throws SQLException {
        var key = new MachineKey(account, id);
        if (!MachineTable.exists(tx, key)) {
            return false;
        }
        MachineTable.markEnrolled(tx, key);
        rows.changed(tx, key);
        return true;
    }

    /// Notes how many assistants the machine has, and tells the pages of the row. Nothing when the
    /// account has no such machine.
    public void assistantsChanged(
            Transaction tx, AccountId account, MachineId id, MachineRow.AssistantCounts counts)
            throws SQLException {
        var key = new MachineKey(account, id);
        if (MachineTable.exists(tx, key)) {
            MachineTable.saveAssistants(tx, key, counts);
            rows.changed(tx, key);
        }
    }

    /// Notes whether the machine waits for keys, and tells the pages of the row: they then look at
    /// the request anew. Nothing when the account has no such machine.
    public void asksKeys(Transaction tx, AccountId account, MachineId id, boolean asks)
            throws SQLException {
        var key = new MachineKey(account, id);
        if (MachineTable.exists(tx, key)) {
            MachineTable.saveAsksKeys(tx, key, asks);
            rows.changed(tx, key);
        }
    }

    /// Part of the write that says that a machine is offline. Must not announce the row: that
    /// follows.
    @FunctionalInterface
    public interface WhenOffline {
        void run(Transaction tx, AccountId account, MachineId machine) throws SQLException;
    }

    public void whenOffline(WhenOffline then) {
        rows.whenOffline(then);
    }

    /// May block on the store.
    public boolean isOnline(AccountId account, MachineId id) {
        var key = new MachineKey(account, id);
        return presence.of(key)
                .or(
                        () ->
                                store.readNow(sql -> MachineTable.find(sql, key))
                                        .map(row -> presence.now(key, row.stored())))
                .map(Activity::active)
                .orElse(false);
    }

    public long count(Sql sql, AccountId account) throws SQLException {
        return MachineTable.count(sql, account);
    }

    /// Whether the caller may use the machine: it lies in the caller's account, and the credential
    /// of a machine reaches only that machine. A machine out of reach looks absent.
    public static boolean isReachable(Sql sql, Caller caller, MachineId id) throws SQLException {
        boolean inScope =
                switch (caller.scope()) {
                    case Scope.Account() -> true;
                    case Scope.Machine(var own) -> own.equals(id);
                };
        return inScope && MachineTable.exists(sql, new MachineKey(caller.account(), id));
    }

    /// Who owns a machine, and what it is called.
    public record Owner(AccountId account, String name) {}

    public Optional<Owner> owner(Sql sql, MachineId id) throws SQLException {
        return MachineTable.owner(sql, id);
    }

    /// The web view of the account, newest registration first.
    public List<MachineRow> webRows(AccountId account) {
        return store.readNow(sql -> MachineTable.list(sql, account)).stream()
                .map(rows::webView)
                .toList();
    }

    /// Gives the machine another label; empty when the account has no such machine.
    public Optional<MachineRow> rename(AccountId account, MachineId id, String label) {
        var key = new MachineKey(account, id);
        return store.writeNow(
                        new Lane(account.value()),
                        tx -> {
                            if (!MachineTable.exists(tx, key)) {
                                return Optional.<StoredMachine>empty();
                            }
                            MachineTable.rename(tx, key, label);
                            return Optional.of(rows.changed(tx, key));
                        })
                .map(rows::webView);
    }

    /// Deletes the machine, ends its sockets and the credentials made for it alone.
    ///
    /// @return false when the account has no such machine
    public boolean remove(AccountId account, MachineId id, Actor who) {
        var key = new MachineKey(account, id);
        return store.writeNow(
                tx -> {
                    if (!MachineTable.delete(tx, key)) {
                        return false;
                    }
                    tx.afterCommit(() -> presence.removed(key));
                    updates.append(
                            tx, account, new Recipients.Users(), new UpdateBody.DeleteMachine(id));
                    rows.gone(tx, key);
                    devices.revokeOfMachine(tx, id);
                    Audit.append(tx, who, Kind.MACHINE_REMOVE, Details.of("machine", id.value()));
                    tx.afterCommit(() -> router.closeMachine(account, id));
                    return true;
                });
    }

    /// Finds or makes a machine of the happy view.
    Registered register(MachineTable.Fresh fresh, Actor who) {
        MachineKey key = fresh.key();
        Optional<StoredMachine> known = store.readNow(sql -> MachineTable.find(sql, key));
        if (known.isPresent() && known.get().inHappyView()) {
            return found(known.get());
        }
        return store.writeNow(
                tx -> {
                    if (MachineTable.insert(tx, fresh)) {
                        Audit.append(
                                tx,
                                who,
                                Kind.MACHINE_REGISTER,
                                Details.of("machine", key.machine().value()));
                        return announceNew(tx, key);
                    }
                    Optional<StoredMachine> existing = MachineTable.find(tx, key);
                    if (existing.isEmpty()) {
                        return new Registered.Foreign();
                    }
                    if (!existing.get().inHappyView()) {
                        MachineTable.fill(tx, fresh);
                        return announceNew(tx, key);
                    }
                    return found(existing.get());
                });
    }

    /// Puts the row of a machine that has lost its key under a new one: what was there is
    /// unreadable for it, so nothing is merged. The account's clients hear of it as of a new
    /// machine, because that is where they take keys from.
    ///
    /// @return empty when the account has no such machine
    Optional<Machine> renewKey(MachineTable.Fresh fresh, Actor who) {
        MachineKey key = fresh.key();
        return store.writeNow(
                tx -> {
                    Optional<StoredMachine> existing = MachineTable.find(tx, key);
                    if (existing.isEmpty()) {
                        return Optional.empty();
                    }
                    if (existing.get().inHappyView()) {
                        MachineTable.renewKey(tx, fresh);
                    } else {
                        MachineTable.fill(tx, fresh);
                    }
                    boolean _ = MachineTable.saveAsksKeys(tx, key, false);
                    Audit.append(
                            tx,
                            who,
                            Kind.MACHINE_RENEW_KEY,
                            Details.of("machine", key.machine().value()));
                    Registered.Found found = announceNew(tx, key);
                    StoredMachine now = MachineTable.find(tx, key).orElseThrow();
                    append(tx, now, now.stateUpdate(rows.activity(now)));
                    return Optional.of(found.machine());
                });
    }

    /// The happy view of the account, latest activity first.
    List<Machine> list(AccountId account) {
        return store.readNow(sql -> MachineTable.list(sql, account)).stream()
                .flatMap(machine -> machine.happyView(rows.activity(machine)).stream())
                .sorted(Comparator.comparingLong(Machine::activeAt).reversed())
                .toList();
    }

    Optional<Machine> find(MachineKey key) {
        return store.readNow(sql -> MachineTable.find(sql, key))
                .flatMap(machine -> machine.happyView(rows.activity(machine)));
    }

    /// Replaces the metadata if its version is the expected one, and tells the machine and its
    /// people.
    ///
    /// @param outcome gets what happened, after the commit and after the event, on the store's
    ///     thread and in the order of the calls
    /// @param failed gets the reason when it could not be stored
    void replaceMetadata(
            MachineKey key,
            String metadata,
            long expectedVersion,
            Consumer<FieldWrite> outcome,
            Consumer<Throwable> failed) {
        write(
                key,
                tx -> {
                    Optional<StoredMachine> now =
                            MachineTable.replaceMetadata(tx, key, metadata, expectedVersion);
                    if (now.isEmpty()) {
                        return refused(tx, key);
                    }
                    append(tx, now.get(), now.get().metadataUpdate(rows.activity(now.get())));
                    return new FieldWrite.Saved(now.get());
                },
                outcome,
                failed);
    }

    /// Like [#replaceMetadata], for the daemon state; makes nothing active.
    void replaceState(
            MachineKey key,
            String daemonState,
            long expectedVersion,
            Consumer<FieldWrite> outcome,
            Consumer<Throwable> failed) {
        write(
                key,
                tx -> {
                    Optional<StoredMachine> now =
                            MachineTable.replaceState(tx, key, daemonState, expectedVersion);
                    if (now.isEmpty()) {
                        return refused(tx, key);
                    }
                    presence.touched(key);
                    // Who writes its state has keys.
                    if (MachineTable.saveAsksKeys(tx, key, false)) {
                        rows.changed(tx, key);
                    }
                    append(tx, now.get(), now.get().stateUpdate(rows.activity(now.get())));
                    return new FieldWrite.Saved(now.get());
                },
                outcome,
                failed);
    }

    private void write(
            MachineKey key,
            Store.WriteOperation<FieldWrite> write,
            Consumer<FieldWrite> outcome,
            Consumer<Throwable> failed) {
        store.submit(
                new Lane(key.account().value()),
                tx -> {
                    FieldWrite done = write.run(tx);
                    tx.afterCommit(() -> outcome.accept(done));
                    return done;
                },
                failed);
    }

    /// A machine-scoped socket is there: if the machine has a row it is online from now on, and the
    /// socket gets the present state. In commit order, so that no later change can be overtaken.
    void connected(MachineKey key, long connection, String socketId) {
        presence.connected(key, connection, socketId);
        var _ =
                store.write(
                                new Lane(key.account().value()),
                                tx -> {
                                    Optional<StoredMachine> row = MachineTable.find(tx, key);
                                    if (row.isPresent()) {
                                        tx.afterCommit(() -> presence.registered(key));
                                        sendState(tx, row.get(), socketId);
                                    }
                                    return row.isPresent();
                                })
                        .exceptionally(
                                failure -> {
                                    LOG.warn("a machine's socket was not looked up", failure);
                                    router.closeSocket(socketId);
                                    return false;
                                });
    }

    private void sendState(Transaction tx, StoredMachine machine, String socketId)
            throws SQLException {
        if (machine.inHappyView()) {
            long now = Math.max(tx.nowMs(), machine.activeAt());
            updates.sendState(
                    tx, machine.account(), socketId, machine.fullUpdate(new Activity(true, now)));
        }
    }

    private Registered.Found announceNew(Transaction tx, MachineKey key) throws SQLException {
        StoredMachine machine = rows.changed(tx, key);
        var activity = rows.activity(machine);
        updates.append(tx, key.account(), new Recipients.Users(), machine.newMachine(activity));
        append(tx, machine, machine.metadataUpdate(activity));
        tx.afterCommit(() -> presence.added(key));
        return found(machine);
    }

    private Registered.Found found(StoredMachine machine) {
        return new Registered.Found(
                machine.happyView(rows.activity(machine))
                        .orElseThrow(() -> new IllegalStateException("no metadata")));
    }

    private void append(Transaction tx, StoredMachine machine, UpdateBody body)
            throws SQLException {
        updates.append(tx, machine.account(), new Recipients.Machine(machine.id()), body);
    }

    private static FieldWrite refused(Transaction tx, MachineKey key) throws SQLException {
        return MachineTable.find(tx, key)
                .filter(StoredMachine::inHappyView)
                .<FieldWrite>map(FieldWrite.Mismatch::new)
                .orElseGet(FieldWrite.Unknown::new);
    }

    private void tell(MachineKey key, Activity activity) {
        router.ephemeral(
                key.account(),
                new Ephemeral.MachineActivity(
                        key.machine(), activity.active(), activity.activeAtMs()));
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return MachineTable.OF_ACCOUNT;
    }

    /// Forgets the presence of an account that is gone.
    public void forget(AccountId account) {
        presence.removedAll(account, key -> key.account().equals(account));
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        MachineTable.renumber(tx, by);
    }
}
