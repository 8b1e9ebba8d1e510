package dev.roosthold.relay.kv;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.kv.KvPair;
import dev.roosthold.protocol.kv.KvWrite;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The key-value pairs of all accounts. Thread-safe.
public final class KeyValues {
    private final Store store;
    private final Updates updates;

    public KeyValues(Store store, Updates updates) {
        this.store = store;
        this.updates = updates;
    }

    Optional<KvPair> find(AccountId account, String key) {
        return store.readNow(sql -> KvTable.find(sql, account, key));
    }

    /// Those of the keys that are there, each once, in the order of the keys.
    List<KvPair> find(AccountId account, List<String> keys) {
        return store.readNow(
                sql -> {
                    var pairs = new ArrayList<KvPair>(keys.size());
                    for (String key : keys.stream().distinct().toList()) {
                        KvTable.find(sql, account, key).ifPresent(pairs::add);
                    }
                    return pairs;
                });
    }

    /// The pairs whose keys begin with the prefix, ascending.
    List<KvPair> list(AccountId account, String prefix, int limit) {
        return store.readNow(sql -> KvTable.list(sql, account, prefix, endOf(prefix), limit));
    }

    /// Makes all of the changes or none.
    KvWrite write(AccountId account, List<Mutation> mutations) {
        return store.writeNow(
                new Lane(account.value()),
                tx -> {
                    var mismatches = new ArrayList<KvWrite.Mismatch>();
                    var seen = new HashSet<String>();
                    for (Mutation mutation : mutations) {
                        KvTable.Stored now = KvTable.stored(tx, account, mutation.key());
                        // A key's second mutation can never be right: its first has another answer.
                        if (!seen.add(mutation.key()) || now.version() != mutation.version()) {
                            mismatches.add(
                                    new KvWrite.Mismatch(
                                            mutation.key(), now.version(), now.value()));
                        }
                    }
                    if (!mismatches.isEmpty()) {
                        return KvWrite.refused(mismatches);
                    }
                    var written = new ArrayList<KvWrite.Written>(mutations.size());
                    var changes = new ArrayList<UpdateBody.KvChange>(mutations.size());
                    for (Mutation mutation : mutations) {
                        KvTable.write(tx, account, mutation);
                        long version = mutation.version() + 1;
                        written.add(new KvWrite.Written(mutation.key(), version));
                        changes.add(
                                new UpdateBody.KvChange(mutation.key(), mutation.sent(), version));
                    }
                    updates.append(
                            tx,
                            account,
                            new Recipients.Users(),
                            new UpdateBody.KvBatchUpdate(changes));
                    return KvWrite.saved(written);
                });
    }

    /// The first text behind all texts with this prefix, in the order of code points, which is the
    /// order of the store: the prefix with its last character raised by one. Null when every text
    /// from the prefix on has it. A range needs no pattern, so no character of a client is a
    /// wildcard.
    static @Nullable String endOf(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                int next = last + 1;
                // Surrogates are no characters of their own.
                if (next == Character.MIN_SURROGATE) {
                    next = Character.MAX_SURROGATE + 1;
                }
                return prefix.substring(0, end) + Character.toString(next);
            }
        }
        return null;
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return KvTable.OF_ACCOUNT;
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        KvTable.renumber(tx, by);
    }
}
