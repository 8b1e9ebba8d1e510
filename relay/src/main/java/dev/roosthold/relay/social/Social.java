package dev.roosthold.relay.social;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.social.FeedItem;
import dev.roosthold.protocol.social.FeedPage;
import dev.roosthold.protocol.social.RelationStatus;
import dev.roosthold.protocol.social.UserProfile;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.account.Names;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// People, friends and feeds. Thread-safe.
public final class Social implements Names {
    /// Between two items about the same person in one feed.
    private static final Duration QUIET = Duration.ofHours(24);

    private static final int FOUND = 10;

    private static final String REQUEST = "friend_request";
    private static final String ACCEPTED = "friend_accepted";

    private final Store store;
    private final Updates updates;
    private final Ids ids;

    public Social(Store store, Updates updates, Ids ids) {
        this.store = store;
        this.updates = updates;
        this.ids = ids;
    }

    @Override
    public Names.Shown of(AccountId account) {
        return store.readNow(sql -> PersonTable.shown(sql, account));
    }

    Optional<UserProfile> find(AccountId viewer, String id) {
        return store.readNow(sql -> PersonTable.find(sql, viewer, id));
    }

    List<UserProfile> search(AccountId viewer, String prefix) {
        return store.readNow(sql -> PersonTable.search(sql, viewer, prefix, FOUND));
    }

    List<UserProfile> friends(AccountId viewer) {
        return store.readNow(sql -> PersonTable.friends(sql, viewer));
    }

    /// Asks another person, or accepts what it asked.
    ///
    /// @return the other person as it stands now; empty when there is none, or it is the same
    Optional<UserProfile> add(AccountId me, String other) {
        return change(me, other, Relation::added);
    }

    /// Takes a request back, refuses one, or ends a friendship. Answers like [#add].
    Optional<UserProfile> remove(AccountId me, String other) {
        return change(me, other, Relation::removed);
    }

    FeedPage feed(AccountId account, long after, long before, int limit) {
        List<FeedItem> items =
                store.readNow(sql -> FeedTable.page(sql, account, after, before, limit + 1));
        return items.size() > limit
                ? new FeedPage(items.subList(0, limit), true)
                : new FeedPage(items, false);
    }

    private Optional<UserProfile> change(
            AccountId me, String uid, UnaryOperator<Relation> transition) {
        if (uid.equals(me.value())) {
            return Optional.empty();
        }
        return store.writeNow(
                tx -> {
                    Optional<UserProfile> known = PersonTable.find(tx, me, uid);
                    if (known.isEmpty()) {
                        return Optional.empty();
                    }
                    AccountId other = known.get().id();
                    var before =
                            new Relation(
                                    known.get().status(), RelationshipTable.status(tx, other, me));
                    Relation after = transition.apply(before);
                    save(tx, me, other, before.mine(), after.mine());
                    save(tx, other, me, before.theirs(), after.theirs());
                    if (after.mine() == RelationStatus.FRIEND) {
                        if (before.mine() != RelationStatus.FRIEND) {
                            tell(tx, other, me, ACCEPTED);
                        }
                    } else if (after.mine() == RelationStatus.REQUESTED
                            && before.mine() != RelationStatus.REQUESTED
                            // Who has refused me is not bothered again.
                            && after.theirs() != RelationStatus.REJECTED) {
                        tell(tx, other, me, REQUEST);
                    }
                    return PersonTable.find(tx, me, uid);
                });
    }

    private void save(
            Transaction tx,
            AccountId from,
            AccountId to,
            RelationStatus before,
            RelationStatus after)
            throws SQLException {
        if (before == after) {
            return;
        }
        RelationshipTable.save(tx, from, to, after);
        String action =
                before == RelationStatus.NONE
                        ? "created"
                        : after == RelationStatus.NONE ? "deleted" : "updated";
        updates.append(
                tx,
                from,
                new Recipients.Users(),
                new UpdateBody.RelationshipUpdated(from, to, after.text(), action, tx.nowMs()));
    }

    /// Puts an item about another person into a feed, unless there was one in the last 24 hours.
    private void tell(Transaction tx, AccountId reader, AccountId about, String kind)
            throws SQLException {
        long since = tx.nowMs() - QUIET.toMillis();
        if (!RelationshipTable.takeNotification(tx, reader, about, since)) {
            return;
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("kind", kind);
        body.put("uid", about.value());
        FeedItem item =
                FeedTable.post(tx, reader, ids.next(tx.nowMs()), body, kind + "_" + about.value());
        updates.append(
                tx,
                reader,
                new Recipients.Users(),
                new UpdateBody.NewFeedPost(
                        item.id(), body, item.cursor(), item.createdAt(), item.repeatKey()));
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return List.of(RelationshipTable.OF_ACCOUNT, FeedTable.OF_ACCOUNT, PersonTable.OF_ACCOUNT);
    }

    /// Takes a person who is being deleted out of the list, the feed and the log of one other.
    ///
    /// @return false when nobody remembers the person any more
    public static boolean forgetOne(Transaction tx, AccountId gone) throws SQLException {
        Optional<AccountId> other = RelationshipTable.anyOther(tx, gone);
        if (other.isPresent()) {
            FeedTable.forget(tx, other.get(), gone);
            Updates.forget(tx, other.get(), gone.value());
            RelationshipTable.delete(tx, other.get(), gone);
        }
        return other.isPresent();
    }

    /// Like [#forgetOne], and tells the other that the person is gone. Only clients that are there
    /// now are told: the log would remember the person.
    public boolean leaveOne(Transaction tx, AccountId gone) throws SQLException {
        Optional<AccountId> other = RelationshipTable.anyOther(tx, gone);
        if (other.isPresent()
                && RelationshipTable.status(tx, other.get(), gone) != RelationStatus.NONE) {
            updates.appendUnlogged(
                    tx,
                    other.get(),
                    new UpdateBody.RelationshipUpdated(
                            other.get(), gone, RelationStatus.NONE.text(), "deleted", tx.nowMs()));
        }
        return forgetOne(tx, gone);
    }
}
