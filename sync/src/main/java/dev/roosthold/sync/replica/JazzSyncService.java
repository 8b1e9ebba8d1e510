package dev.roosthold.sync.replica;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.client.Subscription;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.store.StoreException;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.MapView;
import dev.roosthold.jazz.view.WritesView;
import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.entry.Merge;
import dev.roosthold.sync.entry.SyncEntry;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.metrics.SyncMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The account's shared values: commands, preferences and devices, as [Layout] says. Knows nothing
/// of queue and cache. Thread-safe.
public final class JazzSyncService implements AutoCloseable {
    /// Everybody can read the name of an account's profile, so it says nothing.
    private static final String PROFILE = "sync";

    /// Characters of items in one transaction.
    private static final int TOGETHER = 300_000;

    private static final int MAX_NAME = 64;

    /// A relay that says nothing for so long is lost: section 6, row 7.
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final AccountKey key;
    private final Layout layout;
    private final RelayGate gate;
    private final InstantSource clock;
    private final SyncMetrics metrics;
    private final SyncLog log;
    private final Jazz jazz;

    /// Taken before `this`, never inside.
    private final ReentrantLock delivering = new ReentrantLock();

    // Guarded by `this`; the lock of the library is taken inside, never outside.
    private final Map<String, Item> items = new HashMap<>();
    private final Map<String, String> devicesByName = new HashMap<>();
    private final Map<String, List<SyncEntry>> early = new HashMap<>();
    private final Set<String> states = new HashSet<>();
    private final Map<String, SyncEntry> preferences = new HashMap<>();
    private final Set<CoId> watched = new HashSet<>();
    /// Values that others refer to and that are not read yet, with how they are read.
    private final Map<CoId, Consumer<CoId>> unread = new HashMap<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private @Nullable Consumer<List<Change>> callback;
    private volatile CompletableFuture<Boolean> history = new CompletableFuture<>();
    private volatile int unreadCount;
    private volatile boolean tooNew;
    private volatile @Nullable Long latency;

    /// What is remembered of an item of the feed, so that another of the same id is recognised.
    ///
    /// @param hash of what else never changes, so that every device prefers the same of two
    private record Item(long createdAt, String deviceId, String hash, String state) {
        boolean isBefore(Item other) {
            if (createdAt != other.createdAt) {
                return createdAt < other.createdAt;
            }
            int device = deviceId.compareTo(other.deviceId);
            return device != 0 ? device < 0 : hash.compareTo(other.hash) < 0;
        }
    }

    /// The relay did not answer in time.
    private static final class Late extends RuntimeException {
        private static final long serialVersionUID = 1;

        Late() {
            super("no answer in time", null, false, false);
        }
    }

    private JazzSyncService(
            AccountKey key,
            RelayGate gate,
            InstantSource clock,
            SyncMetrics metrics,
            SyncLog log,
            Jazz jazz) {
        this.key = key;
        this.layout = Layout.of(key.accountId());
        this.gate = gate;
        this.clock = clock;
        this.metrics = metrics;
        this.log = log;
        this.jazz = jazz;
    }

    /// Reads the file of values. Nothing is connected until [#connect].
    ///
    /// @param file made when it is missing; a damaged one is put aside, since the relay has what
    ///     was confirmed and the queue what was not
    /// @throws IOException when it cannot be used
    public static JazzSyncService open(
            byte[] authKey,
            Path file,
            RelayGate gate,
            InstantSource clock,
            SecureRandom random,
            SyncMetrics metrics,
            SyncLog log)
            throws IOException {
        AccountKey key = AccountKey.ofSeed(authKey);
        SyncFiles.ownerOnly(file);
        var options = new JazzOptions(key, gate, file, clock, random, SILENCE);
        Jazz jazz;
        try {
            jazz = Jazz.open(options);
        } catch (StoreException e) {
            log.error("values.corrupt", "the file of values is damaged; an empty one is made");
            for (String part : List.of("", "-wal", "-shm")) {
                Path old = file.resolveSibling(file.getFileName() + part);
                if (Files.exists(old)) {
                    Files.move(
                            old,
                            file.resolveSibling(
                                    file.getFileName() + ".corrupt-" + clock.millis() + part));
                }
            }
            SyncFiles.ownerOnly(file);
            jazz = Jazz.open(options);
        }
        return new JazzSyncService(key, gate, clock, metrics, log, jazz);
    }

    /// The account that follows from a key; nothing is asked for that.
    ///
    /// @param authKey 32 bytes
    public static CoId accountOf(byte[] authKey) {
        return AccountKey.ofSeed(authKey).accountId();
    }

    public Layout layout() {
        return layout;
    }

    // ---- connection

    /// Makes one attempt to reach the relay.
    ///
    /// @throws ReplicaException when it fails
    public void connect(Duration patience) throws ReplicaException, InterruptedException {
        CompletableFuture<Optional<RelayFailure>> outcome = gate.allow();
        jazz.hurry();
        try {
            Optional<RelayFailure> failure =
                    outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (failure.isPresent()) {
                throw new ReplicaException(failure.get());
            }
        } catch (TimeoutException | ExecutionException e) {
            outcome.cancel(false);
            gate.shut();
            throw new ReplicaException(
                    new RelayFailure.Network("The relay did not answer in time."));
        }
    }

    /// Ends the connection.
    public void disconnect() {
        gate.shut();
    }

    /// Gets or makes everything that is needed for sending, on an open connection.
    ///
    /// @throws ReplicaException when the relay does not answer in time
    public void prepare(String deviceId, SyncEntry.Device device, Duration patience)
            throws ReplicaException {
        try {
            long end = System.nanoTime() + patience.toNanos();
            loginAccount(key.accountId(), patience);
            getSyncRoot(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            registerDevice(deviceId, device);
            long start = System.nanoTime();
            var _ = jazz.synced().thenRun(() -> latency = (System.nanoTime() - start) / 1_000_000);
        } catch (Late e) {
            throw new ReplicaException(
                    new RelayFailure.Network("The relay did not answer in time."));
        }
    }

    /// Makes the account, or finds it when another device has made it: both are one operation.
    public void createAccount(Duration patience) {
        boolean found = await(jazz.refresh(layout.account()), patience);
        if (!found && !jazz.isLoggedIn()) {
            jazz.createAccountOffline(PROFILE);
        }
    }

    /// The same, for an id that is known.
    ///
    /// @throws dev.roosthold.jazz.account.WrongAccountException when the key is another account's
    public void loginAccount(CoId accountId, Duration patience) {
        key.of(accountId);
        createAccount(patience);
    }

    /// Gets the root and what it refers to, and makes what is missing.
    public CoId getSyncRoot(Duration patience) {
        var loads = new LinkedHashMap<CoId, CompletableFuture<Boolean>>();
        // The history may be long; it comes beside, and nothing is added to it before it is here.
        CompletableFuture<Boolean> feed = jazz.refresh(layout.history());
        for (CoId id : layout.values()) {
            if (!id.equals(layout.history())) {
                loads.put(id, jazz.refresh(id));
            }
        }
        for (var load : loads.entrySet()) {
            await(load.getValue(), patience);
        }
        CoId owner = layout.account();
        jazz.createUnique(ValueType.MAP, owner, Layout.STATES);
        jazz.createUnique(ValueType.MAP, owner, Layout.PREFERENCE_ENTRIES);
        jazz.createUnique(ValueType.LIST, owner, Layout.DEVICES);
        var loaded = new CompletableFuture<Boolean>();
        var _ =
                feed.thenAccept(
                        found -> {
                            jazz.createUnique(ValueType.FEED, owner, Layout.HISTORY);
                            absorb();
                            loaded.complete(found);
                        });
        history = loaded;
        jazz.createUnique(ValueType.MAP, owner, Layout.PREFERENCES);
        if (entries(layout.preferences()).isEmpty()) {
            var members = new LinkedHashMap<String, Json>();
            members.put("entries", layout.preferenceEntries().json());
            members.put("updatedAt", Json.of(0));
            jazz.write(layout.preferences(), Changes.set(members));
        }
        jazz.createUnique(ValueType.MAP, owner, Layout.ROOT);
        writeRoot();
        if (!jazz.root().equals(Optional.of(layout.root()))) {
            jazz.setRoot(layout.root());
        }
        return layout.root();
    }

    private void writeRoot() {
        Map<String, Json> now = entries(layout.root());
        Long version = Layout.number(now, "schemaVersion");
        tooNew = version != null && version > Layout.SCHEMA;
        if (tooNew || (version != null && version == Layout.SCHEMA)) {
            return;
        }
        double at = clock.millis();
        var members = new LinkedHashMap<String, Json>();
        members.put("schemaVersion", Json.of(Layout.SCHEMA));
        members.put("commandHistory", layout.history().json());
        members.put("entryStates", layout.states().json());
        members.put("preferences", layout.preferences().json());
        members.put("devices", layout.devices().json());
        members.put("createdAt", now.getOrDefault("createdAt", Json.of(at)));
        members.put("updatedAt", Json.of(at));
        jazz.write(layout.root(), Changes.set(members));
    }

    /// Whether another program has written a form that this one does not know: then nothing is
    /// written.
    public boolean isTooNew() {
        return tooNew;
    }

    /// Whether the history of all devices is here, so that nothing is added to it twice.
    public boolean isHistoryHere() {
        return history.isDone();
    }

    /// Runs something when it is.
    public void onHistory(Runnable action) {
        var _ = history.thenRun(action);
    }

    /// How long the relay took for its last confirmation, in milliseconds; null before the first.
    public @Nullable Long latency() {
        return latency;
    }

    /// Entries that are known to exist and not here yet.
    public int pendingDown() {
        return unreadCount;
    }

    // ---- writing

    /// Adds commands, changes the state of those that are there, and writes preferences and
    /// devices.
    ///
    /// @return entries that need not be written, since others wrote something newer
    public synchronized Set<SyncEntry> append(List<SyncEntry> entries) {
        absorb();
        var superseded = new HashSet<SyncEntry>();
        var fresh = new ArrayList<Json>();
        var changed = new LinkedHashMap<String, Json>();
        int size = 0;
        long preferencesAt = 0;
        for (SyncEntry entry : entries) {
            switch (entry.type()) {
                case COMMAND -> {
                    Json.Obj state = Layout.state(entry);
                    String text = key(entry.id(), state);
                    Item known = items.get(entry.id());
                    if (known == null) {
                        fresh.add(Layout.item(entry));
                        size += entry.encrypted().length() + 400;
                        items.put(entry.id(), item(entry));
                    } else if (!known.state().equals(text) && states.add(text)) {
                        changed.put(entry.id(), state);
                    }
                    if (size > TOGETHER) {
                        jazz.write(layout.history(), fresh);
                        fresh = new ArrayList<>();
                        size = 0;
                    }
                }
                case PREFERENCE -> {
                    if (updatePreference(entry)) {
                        preferencesAt = Math.max(preferencesAt, entry.updatedAt());
                    } else {
                        superseded.add(entry);
                    }
                }
                case DEVICE -> removeDevice(entry);
            }
        }
        if (!fresh.isEmpty()) {
            jazz.write(layout.history(), fresh);
        }
        if (!changed.isEmpty()) {
            jazz.write(layout.states(), Changes.set(changed));
        }
        if (preferencesAt > 0) {
            Long before = Layout.number(entries(layout.preferences()), "updatedAt");
            if (before == null || before < preferencesAt) {
                jazz.write(
                        layout.preferences(),
                        List.of(Changes.set("updatedAt", Json.of((double) preferencesAt))));
            }
        }
        return superseded;
    }

    /// Adds one command.
    public void appendCommand(SyncEntry entry) {
        append(List.of(entry));
    }

    /// Writes a preference at its own time, so that other readers agree.
    ///
    /// @return false when a newer write is known, and nothing was written
    public synchronized boolean updatePreference(SyncEntry entry) {
        SyncEntry known = preferences.get(entry.id());
        int order = known == null ? 1 : Merge.PREFERENCE.compare(entry, known);
        if (order <= 0) {
            // Equal: it was written before we were killed.
            return order == 0;
        }
        preferences.put(entry.id(), entry);
        jazz.writeAt(
                layout.preferenceEntries(),
                List.of(
                        entry.isDeleted()
                                ? Changes.delete(entry.id())
                                : Changes.set(entry.id(), Json.of(entry.encrypted())),
                        Changes.set(entry.id() + "@", Json.of(Layout.stamp(entry)))),
                entry.updatedAt());
        return true;
    }

    /// Writes our device's record, and names it in the list once.
    public void registerDevice(String deviceId, SyncEntry.Device device) {
        CoId id = deviceValue(deviceId);
        await(jazz.refresh(id), Duration.ofSeconds(10));
        writeDevice(id, deviceId, device);
    }

    private synchronized void writeDevice(CoId id, String deviceId, SyncEntry.Device device) {
        jazz.createUnique(ValueType.MAP, layout.account(), Layout.DEVICE + deviceId);
        Map<String, Json> before = entries(id);
        Long known = Layout.number(before, "firstSeen");
        long firstSeen = known == null ? device.firstSeen() : Math.min(known, device.firstSeen());
        var members = new LinkedHashMap<String, Json>();
        members.put("deviceId", Json.of(deviceId));
        members.put("name", Json.of(device.name()));
        members.put("platform", Json.of(device.platform()));
        members.put("schemaVersion", Json.of(Layout.SCHEMA));
        members.put("firstSeen", Json.of((double) firstSeen));
        members.put("lastSeen", Json.of((double) device.lastSeen()));
        members.put("isActive", Json.of(true));
        members.entrySet()
                .removeIf(member -> member.getValue().equals(before.get(member.getKey())));
        if (!members.isEmpty()) {
            jazz.write(id, Changes.set(members));
        }
        jazz.read(
                node -> {
                    var list = node.list(layout.devices());
                    if (list == null) {
                        return null;
                    }
                    var ours =
                            list.items().stream()
                                    .filter(item -> id.json().equals(item.value()))
                                    .toList();
                    if (ours.isEmpty()) {
                        jazz.write(layout.devices(), Changes.append(list, List.of(id.json())));
                    }
                    for (int i = 1; i < ours.size(); i++) {
                        jazz.write(layout.devices(), List.of(Changes.delete(ours.get(i).id())));
                    }
                    return null;
                });
    }

    private void removeDevice(SyncEntry entry) {
        CoId id = deviceValue(entry.id());
        if (jazz.has(id)) {
            jazz.write(id, List.of(Changes.set("isActive", Json.of(false))));
        }
    }

    private CoId deviceValue(String deviceId) {
        return Jazz.uniqueId(ValueType.MAP, layout.account(), Layout.DEVICE + deviceId);
    }

    /// Completes when the relay has confirmed everything that was written until now.
    public CompletableFuture<Void> synced() {
        long start = System.nanoTime();
        CompletableFuture<Void> synced = jazz.synced();
        if (!synced.isDone()) {
            var _ = synced.thenRun(() -> latency = (System.nanoTime() - start) / 1_000_000);
        }
        return synced;
    }

    // ---- reading

    /// Calls back with what becomes known, beginning with what is here, one call after the other.
    ///
    /// @return ends the calls
    public Subscription subscribeToUpdates(Consumer<List<Change>> listener) {
        var all = new ArrayList<Subscription>();
        synchronized (this) {
            callback = listener;
            for (CoId id : layout.values()) {
                all.add(jazz.subscribe(id, this::deliver));
            }
            subscriptions.addAll(all);
        }
        return () -> all.forEach(Subscription::close);
    }

    /// Devices as their records say.
    public synchronized List<SyncEntry> listDevices() {
        return jazz.read(
                node -> {
                    var found = new LinkedHashMap<String, SyncEntry>();
                    var list = node.list(layout.devices());
                    if (list != null) {
                        for (Json reference : list.values()) {
                            MapView map =
                                    reference instanceof Json.Str(String text)
                                                    && text.startsWith(CoId.PREFIX)
                                            ? node.map(new CoId(text))
                                            : null;
                            if (map != null) {
                                device(map)
                                        .ifPresent(one -> found.merge(one.id(), one, Merge::merge));
                            }
                        }
                    }
                    return List.copyOf(found.values());
                });
    }

    /// Asks the relay for what it has, and completes when all of that is here and the listener has
    /// returned from it. Without a connection it waits for one.
    public CompletableFuture<Void> caughtUp() {
        return all(layout.values(), jazz::ask)
                .thenCombine(history, (_, _) -> true)
                .thenRunAsync(this::deliver, Thread::startVirtualThread)
                .thenCompose(_ -> all(unread().keySet(), jazz::refresh))
                .thenRunAsync(this::readUnread, Thread::startVirtualThread);
    }

    private static CompletableFuture<Void> all(
            Collection<CoId> ids, Function<CoId, CompletableFuture<Boolean>> each) {
        return CompletableFuture.allOf(ids.stream().map(each).toArray(CompletableFuture<?>[]::new));
    }

    private synchronized Map<CoId, Consumer<CoId>> unread() {
        return Map.copyOf(unread);
    }

    /// Whoever subscribed to them may be told only later that they are here.
    private void readUnread() {
        unread().forEach((id, read) -> read.accept(id));
        deliver();
    }

    /// Whoever returns from this has seen the listener take all that was read before.
    private void deliver() {
        delivering.lock();
        try {
            absorb();
            List<Change> found;
            Consumer<List<Change>> to;
            synchronized (this) {
                found = changes;
                changes = new ArrayList<>();
                to = callback;
            }
            if (to != null && !found.isEmpty()) {
                to.accept(found);
            }
        } finally {
            delivering.unlock();
        }
    }

    /// Reads what is new in all values.
    private synchronized void absorb() {
        for (WritesView.Write write : take(layout.history())) {
            for (Json item : write.changes()) {
                feedItem(item, isOurs(layout.history(), write));
            }
        }
        for (WritesView.Write write : take(layout.states())) {
            sets(write)
                    .forEach((id, value) -> stateEdit(id, value, isOurs(layout.states(), write)));
        }
        for (WritesView.Write write : take(layout.preferenceEntries())) {
            preferenceEdit(write);
        }
        take(layout.root());
        Long version = Layout.number(entries(layout.root()), "schemaVersion");
        tooNew = version != null && version > Layout.SCHEMA;
        for (Json reference : devicesListed()) {
            if (reference instanceof Json.Str(String text) && text.startsWith(CoId.PREFIX)) {
                watch(text, this::deviceChanged);
            }
        }
    }

    private List<WritesView.Write> take(CoId id) {
        return jazz.read(
                node -> {
                    WritesView view = node.writes(id);
                    return view == null ? List.<WritesView.Write>of() : view.take();
                });
    }

    private boolean isOurs(CoId value, WritesView.Write write) {
        SessionId ours = jazz.sessionIn(value);
        return write.id().session().equals(ours);
    }

    private List<Json> devicesListed() {
        return jazz.read(
                node -> {
                    var list = node.list(layout.devices());
                    return list == null ? List.<Json>of() : list.values();
                });
    }

    private void feedItem(Json item, boolean ours) {
        if (item instanceof Json.Str(String text) && text.startsWith(CoId.PREFIX)) {
            // An entry of version 1: a map of its own.
            watch(text, this::referenceChanged);
            return;
        }
        Optional<SyncEntry> read =
                item instanceof Json.Obj(var members) ? Layout.command(members) : Optional.empty();
        if (read.isEmpty()) {
            metrics.malformed.increment();
            return;
        }
        command(read.get(), ours);
    }

    private void command(SyncEntry entry, boolean ours) {
        Item next = item(entry);
        Item known = items.get(entry.id());
        if (known == null || next.isBefore(known)) {
            items.put(entry.id(), next);
        }
        if (!ours) {
            boolean whole = known == null || next.isBefore(known) || next.equals(known);
            changes.add(new Change(entry, whole));
        }
        List<SyncEntry> waiting = early.remove(entry.id());
        if (waiting != null) {
            waiting.forEach(state -> changes.add(new Change(state, false)));
        }
    }

    private void stateEdit(String id, @Nullable Json value, boolean ours) {
        Optional<SyncEntry> state = value == null ? Optional.empty() : Layout.state(id, value);
        if (state.isEmpty()) {
            metrics.malformed.increment();
            return;
        }
        states.add(key(id, Layout.state(state.get())));
        if (ours) {
            return;
        }
        if (items.containsKey(id)) {
            changes.add(new Change(state.get(), false));
        } else {
            early.computeIfAbsent(id, _ -> new ArrayList<>(1)).add(state.get());
        }
    }

    private void preferenceEdit(WritesView.Write write) {
        Map<String, @Nullable Json> sets = sets(write);
        boolean ours = isOurs(layout.preferenceEntries(), write);
        sets.forEach(
                (name, value) -> {
                    if (name.endsWith("@") || name.length() > 128) {
                        return;
                    }
                    String encrypted =
                            value instanceof Json.Str(String text) && text.length() <= 20_000
                                    ? text
                                    : null;
                    if (value != null && encrypted == null) {
                        metrics.malformed.increment();
                        return;
                    }
                    SyncEntry entry =
                            Layout.preference(
                                    name, encrypted, sets.get(name + "@"), write.madeAt());
                    SyncEntry known = preferences.get(name);
                    if (known == null || Merge.PREFERENCE.compare(entry, known) > 0) {
                        preferences.put(name, entry);
                        if (!ours) {
                            changes.add(new Change(entry, true));
                        }
                    }
                });
    }

    /// What a transaction sets; a key that it deletes has null.
    private static Map<String, @Nullable Json> sets(WritesView.Write write) {
        var sets = new LinkedHashMap<String, @Nullable Json>();
        for (Json change : write.changes()) {
            String name = change instanceof Json.Obj object ? object.text("key") : null;
            if (name != null && change instanceof Json.Obj object) {
                sets.put(name, "set".equals(object.text("op")) ? object.get("value") : null);
            }
        }
        return sets;
    }

    private void watch(String reference, Consumer<CoId> changed) {
        CoId id;
        try {
            id = new CoId(reference);
        } catch (RuntimeException e) {
            metrics.malformed.increment();
            return;
        }
        if (watched.add(id)) {
            unread.put(id, changed);
            unreadCount = unread.size();
            subscriptions.add(
                    jazz.subscribe(
                            id,
                            () -> {
                                changed.accept(id);
                                deliver();
                            }));
        }
    }

    private void referenceChanged(CoId id) {
        Map<String, Json> members = entries(id);
        Optional<SyncEntry> entry = members.isEmpty() ? Optional.empty() : Layout.command(members);
        synchronized (this) {
            entry.ifPresent(
                    one -> {
                        unread.remove(id);
                        unreadCount = unread.size();
                        command(one, false);
                    });
        }
    }

    private void deviceChanged(CoId id) {
        Optional<SyncEntry> device =
                jazz.read(
                        node -> {
                            MapView map = node.map(id);
                            return map == null ? Optional.<SyncEntry>empty() : device(map);
                        });
        synchronized (this) {
            device.ifPresent(
                    one -> {
                        unread.remove(id);
                        unreadCount = unread.size();
                        changes.add(new Change(one, true));
                    });
        }
    }

    private static Optional<SyncEntry> device(MapView map) {
        Map<String, Json> members = map.entries();
        String deviceId = Layout.text(members, "deviceId", 200);
        String name = Layout.text(members, "name", 4 * MAX_NAME);
        String platform = Layout.text(members, "platform", MAX_NAME);
        Long version = Layout.number(members, "schemaVersion");
        Long firstSeen = Layout.number(members, "firstSeen");
        Long lastSeen = Layout.number(members, "lastSeen");
        if (deviceId == null || name == null || platform == null || lastSeen == null) {
            return Optional.empty();
        }
        Long removedAt =
                map.lastEdit("isActive")
                        .filter(edit -> Json.of(false).equals(edit.value()))
                        .map(MapView.Edit::madeAt)
                        .orElse(null);
        return Optional.of(
                SyncEntry.of(
                        deviceId,
                        new SyncEntry.Device(
                                name,
                                platform,
                                version == null ? 1 : version.intValue(),
                                firstSeen == null ? lastSeen : firstSeen,
                                lastSeen,
                                removedAt)));
    }

    private Map<String, Json> entries(CoId id) {
        return jazz.read(
                node -> {
                    MapView map = node.map(id);
                    return map == null ? Map.<String, Json>of() : map.entries();
                });
    }

    private Item item(SyncEntry entry) {
        String device = devicesByName.computeIfAbsent(entry.deviceId(), name -> name);
        return new Item(
                entry.createdAt(),
                device,
                hash(entry.safetyLevel() + " " + entry.encrypted()),
                key(entry.id(), Layout.state(entry)));
    }

    private static String key(String id, Json.Obj state) {
        return hash(id + dev.roosthold.jazz.encoding.JsonText.stable(state));
    }

    private static String hash(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static <T> T await(CompletableFuture<T> future, Duration patience) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Late();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Late();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            callback = null;
            subscriptions.forEach(Subscription::close);
            subscriptions.clear();
        }
        gate.shut();
        jazz.close();
        log.debug("values.closed", "the shared values are closed");
    }
}
