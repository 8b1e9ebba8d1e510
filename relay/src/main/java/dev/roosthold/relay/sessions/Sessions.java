package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.Session;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
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

    private final Store store;
    private final Updates updates;
    private final Ids ids;
    private final AtomicBoolean purging = new AtomicBoolean();

    public Sessions(Store store, Updates updates, Ids ids) {
        this.store = store;
        this.updates = updates;
        this.ids = ids;
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
        /// Deletes a part of it. Writer thread only.
        ///
        /// @return how many rows were deleted; fewer than the limit means that nothing is left
        int deleteSome(Transaction tx, SessionId session, int limit) throws SQLException;
    }

    /// Finds or makes a session by its tag.
    Created create(Caller caller, Fresh fresh) {
        return store.writeNow(
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
                        return new Created.Found(made.get().with(activity));
                    }
                    return SessionTable.findByTag(tx, caller, fresh.tag())
                            .<Created>map(found -> new Created.Found(view(found)))
                            .orElseGet(Created.Taken::new);
                });
    }

    Optional<Session> find(Caller caller, SessionId session) {
        return store.readNow(sql -> SessionTable.find(sql, caller, session)).map(this::view);
    }

    /// What the caller reaches, written last first.
    List<Session> newest(Caller caller, int limit) {
        return store.readNow(sql -> SessionTable.newest(sql, caller, limit)).stream()
                .map(this::view)
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
                .map(this::view)
                .toList();
    }

    /// What the caller reaches and is active, latest activity first.
    List<Session> active(Caller caller, int limit) {
        return store.readNow(sql -> SessionTable.active(sql, caller)).stream()
                .flatMap(id -> find(caller, id).stream())
                .sorted(Comparator.comparingLong(Session::activeAt).reversed())
                .limit(limit)
                .toList();
    }

    /// Takes the session for ended.
    ///
    /// @return false when it is out of the caller's reach
    boolean archive(Caller caller, SessionId session) {
        return store.writeNow(
                tx -> {
                    if (!SessionTable.isReachable(tx, caller, session)) {
                        return false;
                    }
                    SessionTable.saveStatus(tx, session, new Activity(false, tx.nowMs()));
                    return true;
                });
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
    boolean delete(Caller caller, SessionId session) {
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

    private Session view(StoredSession session) {
        return session.with(session.stored());
    }
}
