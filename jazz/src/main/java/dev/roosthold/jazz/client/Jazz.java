package dev.roosthold.jazz.client;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.GroupState;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.store.SqliteStore;
import dev.roosthold.jazz.store.StoreException;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.MapView;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One person's values: read and written here at once, kept in a file, and brought together with
/// those of other devices by a relay.
///
/// ```java
/// record Note(String title, boolean done) {}
///
/// var options = JazzOptions.of(AccountKey.ofPassphrase(words))
///         .relay(URI.create("wss://relay.example/jazz"))
///         .file(folder.resolve("jazz.db"));
/// try (Jazz jazz = Jazz.open(options)) {
///     jazz.login(Duration.ofSeconds(20));
///     CoMap<Note> note =
///             jazz.create(MapSchema.of(Note.class), jazz.account(), new Note("milk", false));
///     note.update(old -> new Note(old.title(), true));
///     jazz.awaitSynced(Duration.ofSeconds(20)); // the relay has it
/// }
/// ```
///
/// Writing never waits for the relay or the disk. [#awaitSaved] waits until what was written is on
/// the disk, [#awaitSynced] until the relay has confirmed it. What the relay has not confirmed is
/// sent again on every new connection, also after a restart. Each start writes in a session of its
/// own, so a lost file can never fork what was sent.
///
/// Thread-safe.
public final class Jazz implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stateChanged = lock.newCondition();
    private final AccountKey key;
    private final Node node;
    private final LocalNode local;
    private final SyncEngine engine;
    private final Dispatcher dispatcher;
    private final ExecutorService completions = Executors.newVirtualThreadPerTaskExecutor();
    private final @Nullable SqliteStore store;
    private final @Nullable Saver saver;
    private final @Nullable RelayConnection connection;
    private ConnectionState state = ConnectionState.NONE;
    private volatile Consumer<ConnectionState> stateListener = _ -> {};
    private boolean closed;

    private Jazz(JazzOptions options, @Nullable SqliteStore store) {
        this.store = store;
        key = options.key();
        Identity me = key.identity();
        node = new Node(me);
        local = new LocalNode(node, me, options.clock(), options.random());
        dispatcher = new Dispatcher(lock, node);
        engine = new SyncEngine(node, completions, this::received, this::confirmed);
        if (store == null) {
            saver = null;
        } else {
            store.load().forEach(node::restore);
            Set<CoId> outbox = store.outbox();
            outbox.forEach(id -> engine.resume(id, ours(id)));
            saver = new Saver(store, lock, completions, outbox, engine::unsynced);
        }
        local.onWrite(this::written);
        engine.onlyWeWrite((id, session) -> session.equals(local.sessionIn(id)));
        connection =
                options.dialer() == null
                        ? null
                        : new RelayConnection(
                                options.dialer(),
                                engine,
                                lock,
                                this::state,
                                time -> locked(() -> local.relayTime(time)),
                                options.silence());
    }

    /// Reads the file and begins to connect.
    ///
    /// @throws StoreException when the file cannot be read, or another process has it open
    public static Jazz open(JazzOptions options) {
        SqliteStore store = options.file() == null ? null : SqliteStore.open(options.file());
        try {
            var jazz = new Jazz(options, store);
            jazz.dispatcher.start();
            if (jazz.saver != null) {
                jazz.saver.start();
            }
            if (jazz.connection != null) {
                jazz.connection.start();
            }
            return jazz;
        } catch (RuntimeException e) {
            if (store != null) {
                store.close();
            }
            throw e;
        }
    }

    /// Our account's id.
    public CoId account() {
        return key.accountId();
    }

    /// Whether our account is here, so that values can be made and written.
    public boolean isLoggedIn() {
        return locked(() -> node.log(account()) != null);
    }

    /// Gets our account from the relay, unless it is here.
    ///
    /// @throws JazzException.NoAccount when the relay does not have it
    /// @throws JazzException.TimedOut when the relay cannot be reached in time
    public void login(Duration patience) {
        if (!load(account(), patience)) {
            throw new JazzException.NoAccount(account().text());
        }
    }

    /// Makes our account, with a profile of this name. The relay is asked first whether it has the
    /// account, and has confirmed the new one on return.
    ///
    /// @throws JazzException.AccountExists when it is here or the relay has it
    /// @throws JazzException.TimedOut when the relay cannot be reached in time; if that was after
    ///     the account was made, it is here and will be sent
    public void createAccount(String name, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        if (isLoggedIn()) {
            throw new JazzException.AccountExists(account().text());
        }
        if (connection != null) {
            CompletableFuture<Boolean> found = wake(() -> engine.want(account(), false));
            if (await(found, patience, "asking for the account")) {
                throw new JazzException.AccountExists(account().text());
            }
        }
        createAccountOffline(name);
        if (connection != null) {
            awaitSynced(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
    }

    /// Makes our account without asking anybody. When another device has done the same, both
    /// histories join when they meet: of two profiles the later one counts, and so does the later
    /// `root` entry.
    ///
    /// @throws JazzException.AccountExists when it is here
    public void createAccountOffline(String name) {
        locked(
                () -> {
                    if (node.log(account()) != null) {
                        throw new JazzException.AccountExists(account().text());
                    }
                    local.createAccount(name);
                });
    }

    /// The value that our account points to as `root`.
    public Optional<CoId> root() {
        return accountEntry("root");
    }

    /// Points our account to its root, where other clients and devices begin to read.
    public void setRoot(CoId root) {
        locked(() -> local.setInAccount("root", root));
    }

    /// The profile of our account.
    public Optional<CoId> profile() {
        return accountEntry("profile");
    }

    private Optional<CoId> accountEntry(String entry) {
        return locked(
                () -> {
                    GroupState state = node.group(account());
                    return Optional.ofNullable(state == null ? null : state.entry(entry))
                            .filter(text -> text.startsWith(CoId.PREFIX))
                            .map(CoId::new);
                });
    }

    /// How it stands with the relay.
    public ConnectionState connectionState() {
        return locked(() -> state);
    }

    /// Hears of changes of [#connectionState()]; one listener.
    public void onConnectionState(Consumer<ConnectionState> listener) {
        stateListener = listener;
    }

    /// Waits for a connection on which the relay has spoken.
    ///
    /// @return whether it came in time
    public boolean awaitConnected(Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (state != ConnectionState.CONNECTED && !closed && left > 0) {
                left = stateChanged.awaitNanos(left);
            }
            return state == ConnectionState.CONNECTED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Leaves the connection, if there is one, and makes a new one at once.
    public void reconnect() {
        if (connection != null) {
            connection.reconnect();
        }
    }

    /// Makes a new connection at once when there is none; one that is open, or being made, stays.
    public void hurry() {
        if (connection != null) {
            connection.hurry();
        }
    }

    /// Gets a value, unless it is here; from then on it is kept up to date.
    ///
    /// @return true when it is here, completely; false when the relay does not have it. Without
    ///     connection it waits for one
    public CompletableFuture<Boolean> load(CoId id) {
        return wake(() -> engine.want(id, true));
    }

    /// Completes when the relay has said, on the connection that is open or the next one, what it
    /// has of a value, and that is here. So what this program sent before it was killed is here,
    /// too. Other than [#load(CoId)] it believes the relay at once when that does not have it.
    ///
    /// @return whether the value is here
    public CompletableFuture<Boolean> refresh(CoId id) {
        return wake(() -> engine.refresh(id));
    }

    /// The same, but the relay is asked even when it has told on this connection: so what it
    /// confirmed to others before this call is here when it completes.
    ///
    /// @return whether the value is here
    public CompletableFuture<Boolean> ask(CoId id) {
        return wake(() -> engine.ask(id));
    }

    /// The session in which this start of the program writes to a value.
    public SessionId sessionIn(CoId id) {
        return locked(() -> local.sessionIn(id));
    }

    /// Gets a value and waits for it.
    ///
    /// @return whether it is here
    /// @throws JazzException.TimedOut when the relay does not say in time whether it has it
    public boolean load(CoId id, Duration patience) {
        return await(load(id), patience, "loading value " + id);
    }

    /// Whether a value is here, completely.
    public boolean has(CoId id) {
        return locked(() -> engine.isReady(id));
    }

    /// Completes when all that was written until now is on the disk; at once without a file.
    public CompletableFuture<Void> saved() {
        Saver with = saver;
        return with == null ? CompletableFuture.completedFuture(null) : locked(with::saved);
    }

    /// Waits for [#saved].
    ///
    /// @throws JazzException.TimedOut when that takes longer
    public void awaitSaved(Duration patience) {
        await(saved(), patience, "saving");
    }

    /// Completes when the relay has confirmed all that was written until now, also before the last
    /// start; fails with [WriteRefusedException] when it keeps silent about something.
    public CompletableFuture<Void> synced() {
        return locked(() -> engine.synced(null));
    }

    /// The same for one value.
    public CompletableFuture<Void> synced(CoId id) {
        return locked(() -> engine.synced(id));
    }

    /// Waits for [#synced()].
    ///
    /// @throws JazzException.TimedOut when the relay has not confirmed everything in time; what is
    ///     missing stays in the outbox
    /// @throws WriteRefusedException when the relay keeps silent about a write
    public void awaitSynced(Duration patience) {
        await(synced(), patience, "sending to the relay");
    }

    /// How many values hold writes of ours that the relay has not confirmed.
    public int unsynced() {
        return locked(() -> engine.unsynced().size());
    }

    /// Calls a listener now and after every change of a value (or of the roles and keys it is read
    /// with), on a thread for all listeners; several changes may come as one call.
    public Subscription subscribe(CoId id, Runnable listener) {
        wake(() -> engine.want(id, true));
        return locked(() -> dispatcher.add(id, listener));
    }

    /// The map with this id; it may still have to be loaded.
    public <R extends Record> CoMap<R> map(MapSchema<R> schema, CoId id) {
        return new CoMap<>(this, schema, id);
    }

    /// A new map.
    ///
    /// @param owner a group, or our account
    public <R extends Record> CoMap<R> create(MapSchema<R> schema, CoId owner, R value) {
        return locked(
                () -> {
                    CoId id = local.create(ValueType.MAP, owner);
                    local.write(id, schema.changes(null, value));
                    return new CoMap<>(this, schema, id);
                });
    }

    /// The map of this name: the same for everybody who uses the same owner and name. What is
    /// already in it stays; when nothing is here, it is written. Load its id first if another
    /// device may have changed it.
    public <R extends Record> CoMap<R> createUnique(
            MapSchema<R> schema, CoId owner, String name, R value) {
        return locked(
                () -> {
                    CoId id = local.createUnique(ValueType.MAP, owner, name);
                    MapView view = node.map(id);
                    if (view == null || view.entries().isEmpty()) {
                        local.write(id, schema.changes(null, value));
                    }
                    return new CoMap<>(this, schema, id);
                });
    }

    /// The list with this id.
    public <T> CoList<T> list(ItemType<T> type, CoId id) {
        return new CoList<>(this, type, id);
    }

    /// A new, empty list.
    public <T> CoList<T> createList(ItemType<T> type, CoId owner) {
        return new CoList<>(this, type, locked(() -> local.create(ValueType.LIST, owner)));
    }

    /// The list of this name.
    public <T> CoList<T> createUniqueList(ItemType<T> type, CoId owner, String name) {
        return new CoList<>(this, type, locked(() -> createUnique(ValueType.LIST, owner, name)));
    }

    /// The feed with this id.
    public <T> CoFeed<T> feed(ItemType<T> type, CoId id) {
        return new CoFeed<>(this, type, id);
    }

    /// A new, empty feed.
    public <T> CoFeed<T> createFeed(ItemType<T> type, CoId owner) {
        return new CoFeed<>(this, type, locked(() -> local.create(ValueType.FEED, owner)));
    }

    /// The feed of this name.
    public <T> CoFeed<T> createUniqueFeed(ItemType<T> type, CoId owner, String name) {
        return new CoFeed<>(this, type, locked(() -> createUnique(ValueType.FEED, owner, name)));
    }

    /// The value of this name, without content when it is new.
    public CoId createUnique(ValueType type, CoId owner, String name) {
        return locked(
                () -> {
                    CoId id = local.createUnique(type, owner, name);
                    ValueLog log = node.log(id);
                    if (log != null && log.count() == 0) {
                        written(log, local.sessionIn(id));
                    }
                    return id;
                });
    }

    /// The id of a value that is named, not made at random. It needs nothing but the owner's id.
    public static CoId uniqueId(ValueType type, CoId owner, String name) {
        return Header.unique(type, new Ruleset.OwnedBy(owner, false), name).id();
    }

    /// A new group whose only member we are.
    public CoGroup createGroup() {
        return new CoGroup(this, locked(local::createGroup));
    }

    /// The group (or account) with this id.
    public CoGroup group(CoId id) {
        return new CoGroup(this, id);
    }

    /// Writes changes as they stand in a transaction; the typed handles do this better.
    ///
    /// @throws IllegalStateException when the value, its group or the group's key is not here
    public void write(CoId id, List<Json> changes) {
        locked(() -> local.write(id, changes));
    }

    /// The same at a time of the caller's choice: see [LocalNode#writeAt].
    ///
    /// @param madeAt Unix milliseconds
    /// @throws IllegalStateException when the value, its group or the group's key is not here
    public void writeAt(CoId id, List<Json> changes, long madeAt) {
        locked(() -> local.writeAt(id, changes, madeAt));
    }

    /// Reads with the values as they are now. Quick work only: everything else waits.
    public <T> T read(Function<Node, T> reader) {
        return locked(() -> reader.apply(node));
    }

    /// Ends the connection and saves what is left. What was not confirmed stays in the outbox.
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            stateChanged.signalAll();
        } finally {
            lock.unlock();
        }
        if (connection != null) {
            connection.close();
        }
        locked(dispatcher::close);
        if (saver != null) {
            saver.close();
        }
        if (store != null) {
            store.close();
        }
        completions.shutdown();
    }

    LocalNode local() {
        return local;
    }

    Node node() {
        return node;
    }

    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T wake(Supplier<T> work) {
        lock.lock();
        try {
            T result = work.get();
            if (connection != null) {
                connection.wake();
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    static <T> T await(CompletableFuture<T> future, Duration patience, String what) {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new JazzException.TimedOut(what);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JazzException.TimedOut(what + " (interrupted)");
        }
    }

    /// The lock is held.
    private void written(ValueLog log, SessionId session) {
        engine.wrote(log, session);
        kept(log);
        if (connection != null) {
            connection.wake();
        }
    }

    /// The lock is held.
    private void received(ValueLog log) {
        kept(log);
    }

    private void kept(ValueLog log) {
        if (saver != null) {
            saver.changed(log);
        }
        dispatcher.changed(log);
    }

    /// The lock is held.
    private void confirmed() {
        if (saver != null) {
            saver.outboxChanged();
        }
    }

    private void state(ConnectionState next) {
        lock.lock();
        try {
            if (state == next) {
                return;
            }
            state = next;
            stateChanged.signalAll();
        } finally {
            lock.unlock();
        }
        stateListener.accept(next);
    }

    private Map<SessionId, Integer> ours(CoId id) {
        var counts = new HashMap<SessionId, Integer>();
        ValueLog log = node.log(id);
        if (log != null) {
            for (SessionLog session : log.sessions()) {
                if (key.identity().is(session.id().author().text())) {
                    counts.put(session.id(), session.count());
                }
            }
        }
        return counts;
    }
}
