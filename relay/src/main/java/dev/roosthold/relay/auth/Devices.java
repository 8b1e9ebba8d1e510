package dev.roosthold.relay.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreException;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Bearer tokens and the devices they belong to. Thread-safe.
///
/// Look-ups are cached by hash, with a bound. Revoking marks the device first and drops the cache
/// entry then, and a look-up checks the mark after it has filled the cache: whichever of the two is
/// later, no entry of a revoked device stays.
public final class Devices implements Authenticator {
    private static final int CACHED = 100_000;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");

    /// Machine credentials kept for one machine. A daemon takes a new one at each start, so older
    /// ones are of processes that are gone.
    private static final int KEPT_PER_MACHINE = 16;

    /// Devices ended by one write.
    private static final int END_AT_ONCE = 200;

    /// Devices asked for by one statement.
    private static final int ASKED = 200;

    private static final String EXISTING =
            "SELECT id FROM device WHERE id IN (?" + ", ?".repeat(ASKED - 1) + ")";

    private final Store store;
    private final Router router;
    private final Ids ids;
    private final DeviceActivity activity;
    private final DeviceLifetime lifetime;
    private final InstantSource clock;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Cache<String, Known> callers = Caffeine.newBuilder().maximumSize(CACHED).build();

    /// How long a look-up counts without another one. Where this relay is alone, for ever: it is
    /// told of every revocation.
    private volatile @Nullable Supplier<Duration> trust;

    private final List<Consumer<DeviceId>> revocations = new CopyOnWriteArrayList<>();

    /// Longer than any look-up can take.
    private final Cache<DeviceId, Boolean> revoked =
            Caffeine.newBuilder().expireAfterWrite(Duration.ofMinutes(10)).build();

    /// A device as the database had it.
    private record Known(Caller caller, long madeAtMs, long usedAtMs, long readAtNanos) {
        static final String COLUMNS = "account_id, id, machine_id, created_at, last_seen";

        static Known of(ResultSet row) throws SQLException {
            return new Known(
                    new Caller(
                            new AccountId(row.getString(1)),
                            new DeviceId(row.getString(2)),
                            scope(row.getString(3))),
                    row.getLong(4),
                    row.getLong(5),
                    System.nanoTime());
        }

        boolean isOlderThan(Duration age) {
            return System.nanoTime() - readAtNanos > age.toNanos();
        }
    }

    public Devices(
            Store store,
            Router router,
            Ids ids,
            DeviceActivity activity,
            DeviceLifetime lifetime,
            InstantSource clock) {
        this.store = store;
        this.router = router;
        this.ids = ids;
        this.activity = activity;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /// Adds somebody who is told of every credential that ends, on the store's thread; it must
    /// neither block nor throw.
    public void onRevoked(Consumer<DeviceId> listener) {
        revocations.add(listener);
    }

    @Override
    public Optional<Caller> authenticate(String token) {
        if (!TOKEN.matcher(token).matches()) {
            return Optional.empty();
        }
        byte[] hash = Hashes.sha256(token);
        String key = HexFormat.of().formatHex(hash);
        Known cached = callers.getIfPresent(key);
        // What is known here of its use may be older than what was written since.
        if (cached != null && isTrusted(cached) && end(cached).isEmpty()) {
            return Optional.of(cached.caller());
        }
        Optional<Known> found = stored(hash);
        if (found.isPresent()) {
            callers.put(key, found.get());
            if (isRevoked(found.get().caller().device()) || end(found.get()).isPresent()) {
                callers.invalidate(key);
                return Optional.empty();
            }
        }
        return found.map(Known::caller);
    }

    private Optional<Known> stored(byte[] hash) {
        try {
            return store.readNow(
                    sql ->
                            sql.first(
                                    "SELECT " + Known.COLUMNS + " FROM device WHERE token_hash = ?",
                                    Known::of,
                                    hash));
        } catch (StoreException e) {
            throw new Unavailable(e);
        }
    }

    private boolean isTrusted(Known known) {
        Supplier<Duration> limit = trust;
        return limit == null || !known.isOlderThan(limit.get());
    }

    /// Credentials may also be revoked where this relay is not told of it for sure.
    ///
    /// @param limit how long a look-up counts at present
    public void trustFor(Supplier<Duration> limit) {
        trust = limit;
    }

    /// Another node has revoked the credential. Never blocks.
    public void revokedElsewhere(DeviceId device) {
        revoked.put(device, true);
        callers.asMap().values().removeIf(known -> known.caller().device().equals(device));
        router.closeDevice(device);
    }

    /// Looks for devices that exist no more, and treats them as revoked. Blocks on the store.
    public void recheck(Set<DeviceId> inUse) {
        List<DeviceId> all = List.copyOf(inUse);
        for (int from = 0; from < all.size(); from += ASKED) {
            List<DeviceId> some = all.subList(from, Math.min(from + ASKED, all.size()));
            var ids = new ArrayList<@Nullable Object>(ASKED);
            some.forEach(device -> ids.add(device.value()));
            while (ids.size() < ASKED) {
                ids.add("");
            }
            var missing = new HashSet<DeviceId>(some);
            missing.removeAll(
                    store.readNow(
                            sql ->
                                    sql.list(
                                            EXISTING,
                                            row -> new DeviceId(row.getString(1)),
                                            ids.toArray())));
            missing.forEach(this::revokedElsewhere);
        }
    }

    /// Whether the time of a device is over, and why. One with an open socket is in use.
    private Optional<DeviceLifetime.End> end(Known device) {
        if (lifetime.isUnlimited()) {
            return Optional.empty();
        }
        long nowMs = clock.millis();
        if (device.madeAtMs() <= lifetime.madeBefore(nowMs)) {
            return Optional.of(DeviceLifetime.End.AGE);
        }
        DeviceId id = device.caller().device();
        long usedAtMs = Math.max(device.usedAtMs(), activity.lastSeenMs(id));
        return usedAtMs <= lifetime.usedBefore(nowMs) && !router.isConnected(id)
                ? Optional.of(DeviceLifetime.End.IDLE)
                : Optional.empty();
    }

    /// Ends the devices whose time is over, as their owners would; call it now and then. None of
    /// them is let in before that either.
    public void endOld() {
        if (lifetime.isUnlimited() || !ending.compareAndSet(false, true)) {
            return;
        }
        try {
            endAll();
        } finally {
            ending.set(false);
        }
    }

    private void endAll() {
        long nowMs = clock.millis();
        List<Known> old =
                store.readNow(
                        sql ->
                                sql.list(
                                        "SELECT "
                                                + Known.COLUMNS
                                                + " FROM device WHERE created_at <= ?"
                                                + " OR last_seen <= ?",
                                        Known::of,
                                        lifetime.madeBefore(nowMs),
                                        lifetime.usedBefore(nowMs)));
        for (int from = 0; from < old.size(); from += END_AT_ONCE) {
            List<Known> some = old.subList(from, Math.min(from + END_AT_ONCE, old.size()));
            if (some.stream().anyMatch(device -> end(device).isPresent())) {
                store.writeNow(
                        tx -> {
                            for (Known device : some) {
                                endIfOver(tx, device);
                            }
                            return some.size();
                        });
            }
        }
    }

    private void endIfOver(Transaction tx, Known device) throws SQLException {
        Optional<DeviceLifetime.End> why = end(device);
        if (why.isPresent()) {
            AccountId account = device.caller().account();
            DeviceId id = device.caller().device();
            String reason = why.get().name().toLowerCase(Locale.ROOT);
            revoke(
                    tx,
                    account,
                    id,
                    Actor.operator(account),
                    Details.of("device", id.value()).and("reason", reason));
        }
    }

    @Override
    public boolean holds(Caller caller) {
        return !isRevoked(caller.device());
    }

    /// Whether the device was revoked in the last minutes: for what was admitted just before.
    public boolean isRevoked(DeviceId device) {
        return revoked.getIfPresent(device) != null;
    }

    /// Whether there is such a device. Blocks on the store.
    public boolean exists(DeviceId device) {
        return store.readNow(sql -> exists(sql, device));
    }

    /// Like [#exists(DeviceId)], inside a write. Whatever makes another credential asks here first:
    /// its request may have been let in just before the device was revoked, and what it made would
    /// outlive the device.
    public static boolean exists(Sql sql, DeviceId device) throws SQLException {
        return sql.first("SELECT 1 FROM device WHERE id = ?", row -> true, device.value())
                .isPresent();
    }

    /// Makes a credential.
    public IssuedToken issue(Transaction tx, NewDevice device) throws SQLException {
        var id = new DeviceId(ids.next(tx.nowMs()));
        var token = new BearerToken(ids.secret());
        String machine =
                switch (device.scope()) {
                    case Scope.Account() -> null;
                    case Scope.Machine(var own) -> own.value();
                };
        tx.execute(
                "INSERT INTO device (id, account_id, kind, name, token_hash, machine_id,"
                        + " created_at, last_seen, last_address)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id.value(),
                device.account().value(),
                device.kind().name(),
                device.name(),
                Hashes.sha256(token.value()),
                machine,
                tx.nowMs(),
                tx.nowMs(),
                device.address());
        if (machine != null) {
            revoke(
                    tx,
                    """
                    DELETE FROM device WHERE id IN (
                      SELECT id FROM device WHERE machine_id = ?
                      ORDER BY created_at DESC, id DESC LIMIT 9223372036854775807 OFFSET ?)
                    RETURNING id, token_hash""",
                    machine,
                    KEPT_PER_MACHINE);
        }
        return new IssuedToken(id, token);
    }

    /// Ends every credential that was made for the machine alone.
    public void revokeOfMachine(Transaction tx, MachineId machine) throws SQLException {
        revoke(
                tx,
                "DELETE FROM device WHERE machine_id = ? RETURNING id, token_hash",
                machine.value());
    }

    /// Ends one credential, and takes back the pairings it approved that nobody has picked up yet:
    /// who has a stolen device must not get another credential with it afterwards.
    ///
    /// @return false when the account has no such device
    boolean revoke(AccountId account, DeviceId device, Actor who) {
        return store.writeNow(
                tx -> revoke(tx, account, device, who, Details.of("device", device.value())));
    }

    private boolean revoke(
            Transaction tx, AccountId account, DeviceId device, Actor who, Details details)
            throws SQLException {
        int gone =
                revoke(
                        tx,
                        "DELETE FROM device WHERE id = ? AND account_id = ?"
                                + " RETURNING id, token_hash",
                        device.value(),
                        account.value());
        if (gone == 0) {
            return false;
        }
        tx.execute(
                "DELETE FROM pairing WHERE account_id = ?"
                        + " AND (device_id = ? OR approved_by = ?"
                        + " AND picked_up_at IS NULL)",
                account.value(),
                device.value(),
                device.value());
        Audit.append(tx, who, Kind.DEVICE_REVOKE, details);
        return true;
    }

    /// Gives a device another name; false when the account has no such device.
    boolean rename(AccountId account, DeviceId device, String name, Actor who) {
        return store.writeNow(
                tx -> {
                    int changed =
                            tx.execute(
                                    "UPDATE device SET name = ? WHERE id = ? AND account_id = ?",
                                    name,
                                    device.value(),
                                    account.value());
                    if (changed == 0) {
                        return false;
                    }
                    Audit.append(tx, who, Kind.DEVICE_RENAME, Details.of("device", device.value()));
                    return true;
                });
    }

    /// The account's devices, newest first.
    List<Device> list(Caller caller) {
        return store.readNow(
                sql ->
                        sql.list(
                                "SELECT id, kind, name, machine_id, created_at, last_seen,"
                                        + " last_address FROM device WHERE account_id = ?"
                                        + " ORDER BY created_at DESC, id DESC",
                                row -> {
                                    var id = new DeviceId(row.getString(1));
                                    return new Device(
                                            id,
                                            Device.Kind.valueOf(row.getString(2)),
                                            row.getString(3),
                                            machine(row.getString(4)),
                                            row.getLong(5),
                                            Math.max(row.getLong(6), activity.lastSeenMs(id)),
                                            activity.lastAddress(id).orElse(row.getString(7)),
                                            id.equals(caller.device()));
                                },
                                caller.account().value()));
    }

    private record Revoked(DeviceId id, String hash) {}

    /// Runs a statement that deletes devices and forgets them after the commit; returns how many.
    private int revoke(Transaction tx, String deleteReturningIdAndHash, Object... parameters)
            throws SQLException {
        List<Revoked> gone =
                tx.list(
                        deleteReturningIdAndHash,
                        row ->
                                new Revoked(
                                        new DeviceId(row.getString(1)),
                                        HexFormat.of().formatHex(row.getBytes(2))),
                        parameters);
        tx.afterCommit(
                () -> {
                    for (Revoked device : gone) {
                        revoked.put(device.id(), true);
                        callers.invalidate(device.hash());
                        router.closeDevice(device.id());
                        revocations.forEach(listener -> listener.accept(device.id()));
                    }
                });
        return gone.size();
    }

    private static @Nullable MachineId machine(@Nullable String id) {
        return id == null ? null : new MachineId(id);
    }

    private static Scope scope(@Nullable String machine) {
        return machine == null ? new Scope.Account() : new Scope.Machine(new MachineId(machine));
    }

    /// Ends every credential of an account, and the pairings that would make new ones.
    public void revokeAll(Transaction tx, AccountId account) throws SQLException {
        tx.execute("DELETE FROM pairing WHERE account_id = ?", account.value());
        revoke(
                tx,
                "DELETE FROM device WHERE account_id = ? RETURNING id, token_hash",
                account.value());
    }

    /// Like [#revokeAll] where no relay runs that would have to be told.
    public static void deleteAll(Transaction tx, AccountId account) throws SQLException {
        tx.execute("DELETE FROM pairing WHERE account_id = ?", account.value());
        tx.execute("DELETE FROM device WHERE account_id = ?", account.value());
    }

    /// What the tables of this feature hold of an account. Nobody gets the hashes of tokens.
    public static List<OwnedRows> ofAccount() {
        return List.of(
                OwnedRows.of("pairing", "account_id", "kind, public_key", "", "0"),
                OwnedRows.of(
                        "device",
                        "account_id",
                        "id",
                        "id, kind, name, machine_id, created_at, last_seen, last_address",
                        "0"));
    }

    /// When a credential of the account was used last; 0 when there is none.
    public static long lastSeenMs(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        "SELECT coalesce(max(last_seen), 0) FROM device WHERE account_id = ?",
                        row -> row.getLong(1),
                        account.value())
                .orElse(0L);
    }
}
