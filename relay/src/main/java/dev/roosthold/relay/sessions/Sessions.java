package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.Session;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.Register;
import dev.roosthold.relay.presence.SessionKey;
import dev.roosthold.relay.presence.SharedLeases;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions of all accounts. Thread-safe.
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /// One write deletes at most this many messages of a deleted session, so that others need not
    /// wait long.
    private static final int PURGE_SLICE = 500;

    /// A session that is gone concerns no write of its account.
    private static final Lane PURGING = new Lane("session purging");

    /// Who was active longer ago is not in the list of active ones.
    private static final Duration ACTIVE_WITHIN = Duration.ofMinutes(15);

    private final Store store;
    private final Updates updates;
    private final Router router;
    private final Ids ids;
    private final InstantSource clock;
    private final Presence<SessionKey> presence;
    private final AtomicBoolean purging = new AtomicBoolean();

    /// The sessions of a relay that is alone.
    public Sessions(Store store, Updates updates, Router router, Ids ids, InstantSource clock) {
        this(store, updates, router, ids, null, true, clock);
    }

    /// Corrects the rows first: no session is connected to a relay that has just started.
    ///
    /// @param shared what other nodes keep active; null when this relay is alone
    /// @param alone whether no other node runs
    public Sessions(
            Store store,
            Updates updates,
            Router router,
            Ids ids,
            @Nullable SharedLeases<SessionKey> shared,
            boolean alone,
            InstantSource clock) {
        this.store = store;
        this.updates = updates;
        this.router = router;
        this.ids = ids;
        this.clock = clock;
        this.presence =
                new Presence<>(
                        store,
                        router,
                        Presence.Traffic.OPTIONAL,
                        new Rows(),
                        this::tell,
                        shared,
                        clock);
        if (alone) {
            store.writeNow(
                    tx -> {
                        SessionTable.takeAllInactive(tx);
                        return true;
                    });
        }
    }

    public Presence<SessionKey> presence() {
        return presence;
    }

    /// Whether the caller may use the session: it lies in the caller's account, and the credential
    /// of a machine reaches only the sessions that machine made. A session out of reach looks
    /// absent.
    public static boolean isReachable(Sql sql, Caller caller, SessionId session)
            throws SQLException {
        return SessionTable.isReachable(sql, caller, session);
    }

    /// Takes the next numbers for messages of the session and notes the write in its row. Numbers
    /// begin at 1 and have no holes; they become visible together with what is stored under them in
    /// the same transaction.
    ///
    /// @param count at least 1
    /// @return the last of the numbers taken; empty when the session is out of the caller's reach
    public static OptionalLong takeMessageNumbers(
            Transaction tx, Caller caller, SessionId session, int count) throws SQLException {
        return SessionTable.takeMessageNumbers(tx, caller, session, count);
    }

    /// Whether the caller may connect a socket as this session: one within its reach, or one that
    /// the account does not have, for which nothing is ever sent. Blocks on the store for the
    /// credential of a machine.
    public boolean mayConnect(Caller caller, SessionId session) {
        return SessionTable.machine(caller) == null
                || store.readNow(
                        sql ->
                                SessionTable.isReachable(sql, caller, session)
                                        || !SessionTable.exists(sql, caller.account(), session));
    }

    /// Deletes what stayed behind of deleted sessions, a bounded number of messages in each write,
    /// until nothing is left. Returns at once; call it now and then.
    ///
    /// @param leftovers deletes the messages
    public void purge(Leftovers leftovers) {
        if (purging.compareAndSet(false, true)) {
            purgeSlice(leftovers);
        }
    }

    /// What hangs on a session without a foreign key.
    @FunctionalInterface
    public interface Leftovers {
        /// Deletes a part of it.
        ///
        /// @return how many rows were deleted; fewer than the limit means that nothing is left
        int deleteSome(Transaction tx, SessionId session, int limit) throws SQLException;
    }

    /// Finds or makes a session by its tag.
    Created create(Caller caller, Fresh fresh) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> {
                    var id = new SessionId(ids.next(tx.nowMs()));
                    Optional<StoredSession> made = SessionTable.insert(tx, caller, id, fresh);
                    if (made.isPresent()) {
                        var activity = new Activity(true, tx.nowMs());
                        updates.append(
                                tx,
                                caller.account(),
                                new Recipients.Users(),
                                made.get().newSession(activity));
                        SessionKey key = made.get().key(caller.account());
                        presence.making(tx, key);
                        tx.afterCommit(() -> presence.made(key, activity.activeAtMs()));
                        return new Created.Found(made.get().with(activity));
                    }
                    Optional<StoredSession> found = SessionTable.findByTag(tx, caller, fresh.tag());
                    if (found.isEmpty()) {
                        return new Created.Taken();
                    }
                    SessionKey key = found.get().key(caller.account());
                    tx.afterCommit(() -> presence.wanted(key));
                    return new Created.Found(view(caller, found.get()));
                });
    }

    Optional<Session> find(Caller caller, SessionId session) {
        return store.readNow(sql -> SessionTable.find(sql, caller, session))
                .map(found -> view(caller, found));
    }

    /// What the caller reaches, written last first.
    List<Session> newest(Caller caller, int limit) {
        return store.readNow(sql -> SessionTable.newest(sql, caller, limit)).stream()
                .map(found -> view(caller, found))
                .toList();
    }

    /// What the caller reaches, by falling id.
    ///
    /// @param before only smaller ids
    /// @param changedAfterMs only what was written later
    List<Session> page(Caller caller, Optional<SessionId> before, long changedAfterMs, int limit) {
        return store
                .readNow(sql -> SessionTable.page(sql, caller, before, changedAfterMs, limit))
                .stream()
                .map(found -> view(caller, found))
                .toList();
    }

    /// What the caller reaches and is active, latest activity first.
    List<Session> active(Caller caller, int limit) {
        long since = clock.millis() - ACTIVE_WITHIN.toMillis();
        return store.readNow(
                sql -> {
                    var recent = new ArrayList<Recent>();
                    for (SessionId id : SessionTable.active(sql, caller)) {
                        activity(sql, caller, id)
                                .filter(now -> now.active() && now.activeAtMs() > since)
                                .ifPresent(now -> recent.add(new Recent(id, now)));
                    }
                    recent.sort(Recent.LATEST_FIRST);
                    var found = new ArrayList<Session>();
                    for (Recent one : recent.subList(0, Math.min(limit, recent.size()))) {
                        SessionTable.find(sql, caller, one.session())
                                .ifPresent(row -> found.add(row.with(one.activity())));
                    }
                    return found;
                });
    }

    /// What holds of a session whose row says that it is active.
    private Optional<Activity> activity(Sql sql, Caller caller, SessionId id) throws SQLException {
        Optional<Activity> here = presence.of(key(caller, id));
        return here.isPresent()
                ? here
                : SessionTable.find(sql, caller, id)
                        .map(row -> presence.now(key(caller, id), row.stored()));
    }

    private record Recent(SessionId session, Activity activity) {
        static final Comparator<Recent> LATEST_FIRST =
                Comparator.comparingLong((Recent one) -> one.activity().activeAtMs())
                        .thenComparing(one -> one.session().value())
                        .reversed();
    }

    /// A socket of the session is there: if the session has a row it is active from now on, and the
    /// socket gets the present state. In commit order, so that no later change can be overtaken.
    void connected(SocketCaller socket, SessionId session) {
        SessionKey key = key(socket.caller(), session);
        presence.connected(key, socket.connection(), socket.socketId());
        store.submit(
                new Lane(key.account().value()),
                tx -> {
                    Optional<StoredSession> row = SessionTable.find(tx, socket.caller(), session);
                    if (row.isPresent()) {
                        tx.afterCommit(() -> presence.registered(key));
                        updates.sendState(
                                tx, key.account(), socket.socketId(), row.get().fullUpdate());
                    }
                    return row;
                },
                failure -> {
                    LOG.warn("a session's socket was not looked up", failure);
                    router.closeSocket(socket.socketId());
                });
    }

    /// A heartbeat, from any socket of the account. Times in the future count as now, times too far
    /// in the past not at all; a session out of reach stays as it is.
    void alive(SocketCaller socket, SessionId session, long timeMs, boolean thinking) {
        if (isKnown(socket.caller(), session)) {
            presence.alive(key(socket.caller(), session), socket.connection(), timeMs, thinking);
        }
    }

    /// The session says that it is over. Times as in [#alive].
    void end(Caller caller, SessionId session, long timeMs) {
        if (isKnown(caller, session)) {
            var _ = presence.ended(key(caller, session), timeMs);
        }
    }

    /// A lease tells what the account has, but not which machine made it.
    private boolean isKnown(Caller caller, SessionId session) {
        return (SessionTable.machine(caller) == null && presence.isRegistered(key(caller, session)))
                || store.readNow(sql -> SessionTable.isReachable(sql, caller, session));
    }

    /// Takes the session for ended.
    ///
    /// @return false when it is out of the caller's reach
    boolean archive(Caller caller, SessionId session) {
        if (!store.readNow(sql -> SessionTable.isReachable(sql, caller, session))) {
            return false;
        }
        return presence.ended(key(caller, session), clock.millis()).join();
    }

    /// Replaces a field if its version is the expected one, and tells the session and its people.
    ///
    /// @param outcome gets what happened, after the commit and after the event, on the store's
    ///     thread and in the order of the calls
    /// @param failed gets the reason when it could not be stored
    void replace(
            Caller caller,
            SessionId session,
            VersionedField field,
            @Nullable String value,
            long expectedVersion,
            Consumer<FieldWrite> outcome,
            Consumer<Throwable> failed) {
        store.submit(
                new Lane(caller.account().value()),
                tx -> {
                    FieldWrite done = replace(tx, caller, session, field, value, expectedVersion);
                    tx.afterCommit(() -> outcome.accept(done));
                    return done;
                },
                failed);
    }

    /// Deletes the session and all that belongs to it; its messages are gone for everyone at once
    /// and from the disk soon after.
    ///
    /// @return false when it is out of the caller's reach
    boolean delete(Caller caller, SessionId session, Actor who) {
        return store.writeNow(
                tx -> {
                    if (!SessionTable.delete(tx, caller, session)) {
                        return false;
                    }
                    updates.append(
                            tx,
                            caller.account(),
                            new Recipients.Users(),
                            new UpdateBody.DeleteSession(session));
                    Audit.append(
                            tx, who, Kind.SESSION_DELETE, Details.of("session", session.value()));
                    tx.afterCommit(() -> presence.removed(key(caller, session)));
                    return true;
                });
    }

    private FieldWrite replace(
            Transaction tx,
            Caller caller,
            SessionId session,
            VersionedField field,
            @Nullable String value,
            long expected)
            throws SQLException {
        if (!SessionTable.replace(tx, caller, session, field, value, expected)) {
            return SessionTable.find(tx, caller, session)
                    .<FieldWrite>map(now -> new FieldWrite.Mismatch(now.field(field)))
                    .orElseGet(FieldWrite.Unknown::new);
        }
        var now = new Versioned(value, Math.toIntExact(expected + 1));
        updates.append(
                tx, caller.account(), new Recipients.Session(session), field.update(session, now));
        return new FieldWrite.Saved(now);
    }

    private void purgeSlice(Leftovers leftovers) {
        var _ =
                store.write(
                                PURGING,
                                tx -> {
                                    Optional<SessionId> session = SessionTable.toPurge(tx);
                                    if (session.isEmpty()) {
                                        return false;
                                    }
                                    int deleted =
                                            leftovers.deleteSome(tx, session.get(), PURGE_SLICE);
                                    if (deleted < PURGE_SLICE) {
                                        SessionTable.purged(tx, session.get());
                                    }
                                    return true;
                                })
                        .whenComplete(
                                (more, failure) -> {
                                    if (failure != null) {
                                        LOG.warn(
                                                "a deleted session was not purged, will be repeated",
                                                failure);
                                    }
                                    if (failure == null && more) {
                                        purgeSlice(leftovers);
                                    } else {
                                        purging.set(false);
                                    }
                                });
    }

    /// With the presence that holds now.
    private Session view(Caller caller, StoredSession session) {
        return session.with(presence.now(session.key(caller.account()), session.stored()));
    }

    private void tell(SessionKey key, Activity activity) {
        router.ephemeral(
                key.account(),
                new Ephemeral.SessionActivity(
                        key.session(),
                        activity.active(),
                        activity.activeAtMs(),
                        activity.thinking()));
    }

    private static SessionKey key(Caller caller, SessionId session) {
        return new SessionKey(caller.account(), session);
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return SessionTable.OF_ACCOUNT;
    }

    /// Forgets the presence of an account that is gone.
    public void forget(AccountId account) {
        presence.removedAll(account, key -> key.account().equals(account));
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        SessionTable.renumber(tx, by);
    }

    /// The side of the rows that presence writes.
    private static final class Rows implements Register<SessionKey> {
        @Override
        public AccountId account(SessionKey session) {
            return session.account();
        }

        @Override
        public boolean saveStatus(Transaction tx, SessionKey key, Activity activity)
                throws SQLException {
            return SessionTable.saveStatus(tx, key, activity);
        }

        @Override
        public boolean exists(Sql sql, SessionKey key) throws SQLException {
            return SessionTable.exists(sql, key.account(), key.session());
        }

        @Override
        public void saveActivity(Transaction tx, SessionKey key, long activeAtMs)
                throws SQLException {
            SessionTable.saveActivity(tx, key, activeAtMs);
        }
    }
}
