package dev.roosthold.relay.messages;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The messages of all sessions. Thread-safe.
public final class Messages {
    /// A page ends with the message that exceeds this many characters of content, so that a page of
    /// large messages does not fill the memory.
    private static final long PAGE_CHARS = 16L << 20;

    private final Store store;
    private final Updates updates;
    private final Ids ids;
    private final InstantSource clock;

    public Messages(Store store, Updates updates, Ids ids, InstantSource clock) {
        this.store = store;
        this.updates = updates;
        this.ids = ids;
        this.clock = clock;
    }

    /// The update that told of a stored message, printed; empty when the message is gone with its
    /// session.
    public static Optional<String> newMessageJson(Sql sql, SessionId session, long seq)
            throws SQLException {
        return MessageTable.find(sql, session, seq)
                .map(message -> Codec.printText(new UpdateBody.NewMessage(session, message)));
    }

    /// Deletes messages of a session that is gone.
    ///
    /// @return how many were deleted; fewer than the limit means that none is left
    public static int deleteSome(Transaction tx, SessionId session, int limit) throws SQLException {
        return MessageTable.deleteSome(tx, session, limit);
    }

    /// Prepares a message for storing.
    Draft draft(@Nullable String localId, String content) {
        return Draft.of(ids.next(clock.millis()), localId, content);
    }

    /// Stores what is not stored yet, all or nothing, and tells the session about it.
    ///
    /// @param drafts in the order in which they get their numbers; of several with one local id the
    ///     first counts
    /// @return one receipt for each local id, by number; empty when the session is out of reach
    Optional<List<Receipt>> post(Caller caller, SessionId session, List<Draft> drafts) {
        return store.writeNow(
                new Lane(caller.account().value()),
                tx -> store(tx, caller, session, Optional.empty(), drafts));
    }

    /// Stores one message unless its local id is stored already, and tells the session about it,
    /// without the socket that sent it.
    ///
    /// @param stored gets the receipt, or nothing when the session is out of reach; after the
    ///     commit and after the event, on the store's thread
    /// @param failed gets the reason when it could not be stored
    void send(
            Caller caller,
            SessionId session,
            String socketId,
            Draft draft,
            Consumer<Optional<Receipt>> stored,
            Consumer<Throwable> failed) {
        store.submit(
                new Lane(caller.account().value()),
                tx -> {
                    Optional<Receipt> receipt =
                            store(tx, caller, session, Optional.of(socketId), List.of(draft))
                                    .map(List::getFirst);
                    tx.afterCommit(() -> stored.accept(receipt));
                    return receipt;
                },
                failed);
    }

    /// Messages after a number, rising; empty when the session is out of reach.
    Optional<Page> after(Caller caller, SessionId session, long seq, int limit) {
        return read(
                caller, session, sql -> MessageTable.after(sql, session, seq, limit, PAGE_CHARS));
    }

    /// Messages before a number, falling; empty when the session is out of reach.
    Optional<Page> before(Caller caller, SessionId session, long seq, int limit) {
        return read(
                caller, session, sql -> MessageTable.before(sql, session, seq, limit, PAGE_CHARS));
    }

    private Optional<Page> read(Caller caller, SessionId session, Store.ReadOperation<Page> page) {
        return store.readNow(
                sql ->
                        Sessions.isReachable(sql, caller, session)
                                ? Optional.of(page.run(sql))
                                : Optional.<Page>empty());
    }

    private Optional<List<Receipt>> store(
            Transaction tx,
            Caller caller,
            SessionId session,
            Optional<String> exceptSocket,
            List<Draft> drafts)
            throws SQLException {
        var receipts = new ArrayList<Receipt>(drafts.size());
        var fresh = new ArrayList<Draft>(drafts.size());
        var seen = new HashSet<String>();
        for (Draft draft : drafts) {
            String localId = draft.localId();
            if (localId == null) {
                fresh.add(draft);
            } else if (seen.add(localId)) {
                Optional<Receipt> stored = MessageTable.findByLocalId(tx, session, localId);
                stored.ifPresentOrElse(receipts::add, () -> fresh.add(draft));
            }
        }
        if (fresh.isEmpty()) {
            if (!Sessions.isReachable(tx, caller, session)) {
                return Optional.empty();
            }
        } else {
            OptionalLong last = Sessions.takeMessageNumbers(tx, caller, session, fresh.size());
            if (last.isEmpty()) {
                return Optional.empty();
            }
            long seq = last.getAsLong() - fresh.size();
            for (Draft draft : fresh) {
                seq++;
                Receipt receipt = MessageTable.insert(tx, session, seq, draft);
                receipts.add(receipt);
                updates.appendMessage(
                        tx,
                        caller.account(),
                        session,
                        exceptSocket,
                        seq,
                        draft.newMessageJson(session, receipt));
            }
        }
        receipts.sort(Comparator.comparingLong(Receipt::seq));
        return Optional.of(receipts);
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return MessageTable.OF_ACCOUNT;
    }
}
