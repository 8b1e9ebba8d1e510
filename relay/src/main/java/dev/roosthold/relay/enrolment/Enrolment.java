package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.auth.NewDevice;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.limits.ClientAddress;
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

/// Machines with tokens. Thread-safe.
final class Enrolment {
    static final int MAX_MACHINES = 200;
    static final int CREATES_PER_MINUTE = 30;
    static final int FAILURES_PER_MINUTE = 10;

    /// Compared with when there is nothing to compare with, so that it takes the same work.
    private static final byte[] NO_SECRET = new byte[32];

    private final Store store;
    private final Machines machines;
    private final Devices devices;
    private final SlidingWindow creates;
    private final SlidingWindow failuresById;
    private final SlidingWindow failuresByAddress;

    enum Created {
        DONE,
        ID_TAKEN,
        TOO_MANY
    }

    sealed interface Authenticated {
        /// The credential holds; a bearer for this machine alone was made.
        record Machine(AccountId account, String name, BearerToken token)
                implements Authenticated {}

        /// Unknown id or wrong secret; nobody is told which.
        record Refused() implements Authenticated {}

        record TooManyFailures() implements Authenticated {}
    }

    Enrolment(Store store, Machines machines, Devices devices, InstantSource clock) {
        this.store = store;
        this.machines = machines;
        this.devices = devices;
        var minute = Duration.ofMinutes(1);
        creates = new SlidingWindow(CREATES_PER_MINUTE, minute, clock);
        failuresById = new SlidingWindow(FAILURES_PER_MINUTE, minute, clock);
        failuresByAddress = new SlidingWindow(FAILURES_PER_MINUTE, minute, clock);
    }

    Created create(AccountId account, MachineId id, String secret, String label) {
        byte[] hash = Hashes.sha256(secret);
        return store.writeNow(
                tx -> {
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
                    creates.add(account.value());
                    return Created.DONE;
                });
    }

    /// Makes the old token worthless, with everything that was obtained with it.
    ///
    /// @return false when the account has no such machine
    boolean replaceSecret(AccountId account, MachineId id, String secret) {
        byte[] hash = Hashes.sha256(secret);
        return store.writeNow(
                tx -> {
                    if (!machines.markEnrolled(tx, account, id)) {
                        return false;
                    }
                    saveSecret(tx, id, hash);
                    devices.revokeOfMachine(tx, id);
                    return true;
                });
    }

    Authenticated authenticate(MachineId id, String secret, String deviceName, SocketAddress from) {
        String network = ClientAddress.network(from);
        if (failuresByAddress.isFull(network)) {
            return new Authenticated.TooManyFailures();
        }
        byte[] hash = Hashes.sha256(secret);
        // A reader decides first, so that guesses cost no write.
        if (!store.readNow(sql -> matches(sql, id, hash))) {
            return failed(id, network);
        }
        return store.writeNow(tx -> issue(tx, id, hash, deviceName, ClientAddress.of(from)))
                .orElseGet(() -> failed(id, network));
    }

    private Authenticated failed(MachineId id, String network) {
        boolean tooMany = failuresById.isFull(id.value());
        failuresByAddress.add(network);
        failuresById.add(id.value());
        return tooMany ? new Authenticated.TooManyFailures() : new Authenticated.Refused();
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
        return Optional.of(
                new Authenticated.Machine(
                        owner.get().account(),
                        owner.get().name(),
                        devices.issue(tx, device).token()));
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
