package dev.roosthold.relay.presence;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.Message;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/// What the nodes of a cluster keep active, of one kind, in the database; and what they tell each
/// other about it. Thread-safe.
///
/// A thing is active while the table has a row of it. The row is written with the change of the
/// thing's own row, so that whichever node loses it last is the one that writes inactive, however
/// close together they are.
///
/// @param <K> names a row inside its account
public final class SharedLeases<K> {
    private static final String ENDED = "ended";
    private static final String WANTED = "wanted";
    private static final String MADE = "made";
    private static final String REMOVED = "removed";
    private static final String REMOVED_ALL = "removed-all";

    private final Channels channels;
    private final String node;
    private final String kind;
    private final BiFunction<AccountId, String, K> key;
    private final Function<K, AccountId> account;
    private final Function<K, String> id;

    /// Hears what happened on other nodes. Must not block.
    interface Listener<K> {
        void ended(K key);

        void wanted(K key);

        void made(K key);

        void removed(K key);

        void removedAll(AccountId account);
    }

    /// @param node the name of this node
    /// @param kind stored and told; one letter
    public SharedLeases(
            Channels channels,
            String node,
            String kind,
            BiFunction<AccountId, String, K> key,
            Function<K, AccountId> account,
            Function<K, String> id) {
        this.channels = channels;
        this.node = node;
        this.kind = kind;
        this.key = key;
        this.account = account;
        this.id = id;
    }

    void hear(Listener<K> listener) {
        channels.onAll(
                "presence-" + kind,
                message -> {
                    switch (message.part(1)) {
                        case ENDED -> listener.ended(key(message));
                        case WANTED -> listener.wanted(key(message));
                        case MADE -> listener.made(key(message));
                        case REMOVED -> listener.removed(key(message));
                        case REMOVED_ALL -> listener.removedAll(new AccountId(message.part(2)));
                        default -> {}
                    }
                });
    }

    private K key(Message message) {
        return key.apply(new AccountId(message.part(2)), message.part(3));
    }

    AccountId account(K of) {
        return account.apply(of);
    }

    void tellEnded(K of) {
        tell(ENDED, of);
    }

    void tellWanted(K of) {
        tell(WANTED, of);
    }

    void tellMade(K of) {
        tell(MADE, of);
    }

    void tellRemoved(K of) {
        tell(REMOVED, of);
    }

    void tellRemovedAll(AccountId of) {
        channels.tellAll(List.of("presence-" + kind, REMOVED_ALL, of.value()));
    }

    private void tell(String what, K of) {
        channels.tellAll(
                List.of("presence-" + kind, what, account.apply(of).value(), id.apply(of)));
    }

    /// Writes whether this node keeps it active.
    ///
    /// @return whether any node does then
    boolean save(Transaction tx, K of, boolean active) throws SQLException {
        if (active) {
            tx.execute(
                    "INSERT INTO presence_lease (kind, account_id, id, node) VALUES (?, ?, ?, ?)"
                            + " ON CONFLICT (kind, account_id, id, node) DO NOTHING",
                    kind,
                    account.apply(of).value(),
                    id.apply(of),
                    node);
            return true;
        }
        tx.execute(
                "DELETE FROM presence_lease"
                        + " WHERE kind = ? AND account_id = ? AND id = ? AND node = ?",
                kind,
                account.apply(of).value(),
                id.apply(of),
                node);
        return isHeld(tx, of);
    }

    boolean isHeld(Sql sql, K of) throws SQLException {
        return sql.first(
                        "SELECT 1 FROM presence_lease WHERE kind = ? AND account_id = ? AND id = ?"
                                + " LIMIT 1",
                        _ -> true,
                        kind,
                        account.apply(of).value(),
                        id.apply(of))
                .isPresent();
    }

    /// No node keeps it active any more.
    void deleteAll(Transaction tx, K of) throws SQLException {
        tx.execute(
                "DELETE FROM presence_lease WHERE kind = ? AND account_id = ? AND id = ?",
                kind,
                account.apply(of).value(),
                id.apply(of));
    }

    /// What this node keeps active.
    Set<K> own(Sql sql) throws SQLException {
        return Set.copyOf(
                sql.list(
                        "SELECT account_id, id FROM presence_lease WHERE node = ? AND kind = ?",
                        row -> key.apply(new AccountId(row.getString(1)), row.getString(2)),
                        node,
                        kind));
    }

    /// Takes out some of what a node kept active.
    List<K> takeOf(Transaction tx, String gone, int limit) throws SQLException {
        return tx.list(
                "DELETE FROM presence_lease WHERE (kind, account_id, id, node) IN"
                        + " (SELECT kind, account_id, id, node FROM presence_lease"
                        + " WHERE node = ? AND kind = ? LIMIT ?)"
                        + " RETURNING account_id, id",
                row -> key.apply(new AccountId(row.getString(1)), row.getString(2)),
                gone,
                kind,
                limit);
    }

    /// There is no other node: what was kept active before is not.
    public static void clear(Transaction tx) throws SQLException {
        tx.execute("DELETE FROM presence_lease");
    }

    /// What the table holds of an account.
    public static List<OwnedRows> ofAccount() {
        return List.of(
                OwnedRows.of(
                        "presence_lease", "account_id", "kind, account_id, id, node", "", "0"));
    }
}
