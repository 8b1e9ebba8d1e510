package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.auth.IssuedToken;
import dev.roosthold.relay.auth.NewDevice;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.SlidingWindow;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.net.SocketAddress;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Machines with tokens. Thread-safe.
final class Enrolment {
    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);

    static final int MAX_MACHINES = 200;
    static final int CREATES_PER_MINUTE = 30;
    static final int FAILURES_PER_MINUTE = 10;

    /// Compared with when there is nothing to compare with, so that it takes the same work.
    private static final byte[] NO_SECRET = new byte[32];

    private final Store store;
    private final Machines machines;
    private final Devices devices;
    private final Audit audit;
    private final SlidingWindow creates;
    private final SlidingWindow failuresById;
    private final SlidingWindow failuresByAddress;

    enum Created {
        DONE,
        ID_TAKEN,
        TOO_MANY,
        /// The caller was revoked while it asked.
        REVOKED
    }

    sealed interface Authenticated {
        /// The credential holds; a bearer for this machine alone was made.
        record Machine(AccountId account, String name, BearerToken token)
                implements Authenticated {}

        /// Unknown id or wrong secret; nobody is told which.
        record Refused() implements Authenticated {}

        record TooManyFailures() implements Authenticated {}
    }

    Enrolment(Store store, Machines machines, Devices devices, Audit audit, InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.devices = devices;
        this.audit = audit;
        var minute = Duration.ofMinutes(1);
        creates = new SlidingWindow(CREATES_PER_MINUTE, minute, clock);
        failuresById = new SlidingWindow(FAILURES_PER_MINUTE, minute, clock);
        failuresByAddress = new SlidingWindow(FAILURES_PER_MINUTE, minute, clock);
    }

    void share(LimitRegistry with) {
        with.add("machines", creates);
        with.add("machine-failures", failuresById);
        with.add("machine-failures-of-address", failuresByAddress);
    }

    Created create(Caller caller, Actor who, MachineId id, String secret, String label) {
        AccountId account = caller.account();
        byte[] hash = Hashes.sha256(secret);
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return Created.REVOKED;
                    }
                    if (machines.owner(tx, id).isPresent()) {
                        return Created.ID_TAKEN;
                    }
                    if (creates.isFull(account.value())
                            || machines.count(tx, account) >= MAX_MACHINES) {
                        return Created.TOO_MANY;
                    }
                    if (!machines.enrol(tx, account, id, label)) {
                        return Created.ID_TAKEN;
                    }
                    saveSecret(tx, id, hash);
                    Audit.append(tx, who, Kind.MACHINE_ENROL, details(id));
                    creates.add(account.value());
                    return Created.DONE;
                });
    }

    /// Makes the old token worthless, with everything that was obtained with it.
    ///
    /// @return false when the account has no such machine, or the caller was revoked meanwhile
    boolean replaceSecret(Caller caller, Actor who, MachineId id, String secret) {
        AccountId account = caller.account();
        byte[] hash = Hashes.sha256(secret);
        return store.writeNow(
                tx -> {
                    if (!Devices.exists(tx, caller.device())) {
                        return false;
                    }
                    if (!replace(tx, account, id, hash)) {
                        return false;
                    }
                    Audit.append(tx, who, Kind.MACHINE_REPLACE_TOKEN, details(id));
                    return true;
                });
    }

    /// The same as part of another change, which also tells the audit log.
    ///
    /// @return false when the account has no such machine
    boolean replaceSecret(Transaction tx, AccountId account, MachineId id, String secret)
            throws SQLException {
        return replace(tx, account, id, Hashes.sha256(secret));
    }

    private boolean replace(Transaction tx, AccountId account, MachineId id, byte[] hash)
            throws SQLException {
        if (!machines.markEnrolled(tx, account, id)) {
            return false;
        }
        saveSecret(tx, id, hash);
        devices.revokeOfMachine(tx, id);
        // What was asked for with the old token is not answered.
        KeyRequestTable.delete(tx, id);
        machines.asksKeys(tx, account, id, false);
        return true;
    }

    Authenticated authenticate(MachineId id, String secret, String deviceName, SocketAddress from) {
        String network = ClientAddress.network(from);
        String address = ClientAddress.of(from);
        if (failuresByAddress.isFull(network)) {
            return new Authenticated.TooManyFailures();
        }
        byte[] hash = Hashes.sha256(secret);
        // A reader decides first, so that guesses cost no write.
        if (!store.readNow(sql -> matches(sql, id, hash))) {
            return failed(id, network, address);
        }
        return store.writeNow(tx -> issue(tx, id, hash, deviceName, address))
                .orElseGet(() -> failed(id, network, address));
    }

    private Authenticated failed(MachineId id, String network, String address) {
        boolean tooMany = failuresById.isFull(id.value());
        failuresByAddress.add(network);
        failuresById.add(id.value());
        noteRefusal(id, address);
        return tooMany ? new Authenticated.TooManyFailures() : new Authenticated.Refused();
    }

    /// Not waited for: the answer comes equally soon for an unknown id.
    private void noteRefusal(MachineId id, String address) {
        var _ =
                store.read(sql -> machines.owner(sql, id))
                        .thenAccept(
                                known ->
                                        known.ifPresent(
                                                owner ->
                                                        audit.note(
                                                                Actor.stranger(
                                                                        owner.account(), address),
                                                                Kind.MACHINE_REFUSED,
                                                                details(id))))
                        .exceptionally(
                                failure -> {
                                    LOG.warn("a refusal was not noted: {}", failure.toString());
                                    return null;
                                });
    }

    /// Empty when the secret was replaced or the machine removed meanwhile.
    private Optional<Authenticated> issue(
            Transaction tx, MachineId id, byte[] hash, String deviceName, String address)
            throws SQLException {
        Optional<Machines.Owner> owner = machines.owner(tx, id);
        if (owner.isEmpty() || !matches(tx, id, hash)) {
            return Optional.empty();
        }
        var device =
                new NewDevice(
                        owner.get().account(),
                        Device.Kind.MACHINE,
                        deviceName,
                        new Scope.Machine(id),
                        address);
        IssuedToken issued = devices.issue(tx, device);
        Actor who = Actor.of(owner.get().account(), issued.device(), address);
        Audit.append(tx, who, Kind.MACHINE_AUTHENTICATE, details(id));
        return Optional.of(
                new Authenticated.Machine(
                        owner.get().account(), owner.get().name(), issued.token()));
    }

    private static Details details(MachineId id) {
        return Details.of("machine", id.value());
    }

    private static boolean matches(Sql sql, MachineId id, byte[] hash) throws SQLException {
        Optional<byte[]> stored =
                sql.first(
                        "SELECT secret_hash FROM machine_secret WHERE machine_id = ?",
                        row -> row.getBytes(1),
                        id.value());
        boolean equal = MessageDigest.isEqual(stored.orElse(NO_SECRET), hash);
        return equal && stored.isPresent();
    }

    private static void saveSecret(Transaction tx, MachineId id, byte[] hash) throws SQLException {
        tx.execute(
                """
                INSERT INTO machine_secret (machine_id, secret_hash, created_at) VALUES (?, ?, ?)
                ON CONFLICT (machine_id) DO UPDATE SET
                  secret_hash = excluded.secret_hash, created_at = excluded.created_at""",
                id.value(),
                hash,
                tx.nowMs());
    }
}
