package dev.roosthold.jazz.view;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Nonce;
import dev.roosthold.jazz.crypto.ReadCipher;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value as its readers see it. [#update] takes in what the log has gained since the last time:
/// each transaction is decrypted and parsed once, unless the permissions or keys have changed.
/// For the thread of its log.
public abstract sealed class View permits MapView, ListView, FeedView, WritesView {
    private final ValueLog log;
    private final boolean restrictsDeletion;
    private final Map<SessionId, Integer> read = new HashMap<>();
    private final Map<String, Counted> firstWriters = new HashMap<>();
    private @Nullable Access access;
    private int unreadable;
    /// The largest time of all transactions that were looked at.
    private long lastRead;

    View(ValueLog log) {
        this.log = log;
        restrictsDeletion =
                log.header().ruleset() instanceof Ruleset.OwnedBy(CoId _, boolean restricted)
                        && restricted;
    }

    public final CoId id() {
        return log.id();
    }

    /// Transactions that count but whose key we do not have, or whose content is no JSON array.
    public final int unreadable() {
        return unreadable;
    }

    /// Takes in what is new. Another access object is another state of the group; what was read is
    /// kept if that state came later than all of it.
    ///
    /// @return whether anything was
    @SuppressWarnings("ReferenceEquality")
    public final boolean update(Access now) {
        boolean anew =
                access != null
                        && access != now
                        && (unreadable > 0 || now.sameUntil(access) <= lastRead);
        access = now;
        if (anew) {
            restart();
        }
        List<Counted> fresh = collect(now);
        if (fresh == null) {
            // An earlier first writer has turned up: what the later one wrote has to go.
            restart();
            fresh = collect(now);
        }
        if (fresh == null || fresh.isEmpty()) {
            return anew;
        }
        fresh.sort(Counted.ORDER);
        apply(fresh);
        return true;
    }

    /// Forgets everything.
    abstract void reset();

    /// Takes in transactions, in their order; earlier ones may have been taken in before.
    abstract void apply(List<Counted> fresh);

    private void restart() {
        read.clear();
        firstWriters.clear();
        unreadable = 0;
        lastRead = 0;
        reset();
    }

    /// New transactions that count; null when a first writer that was taken in has to be replaced.
    @SuppressWarnings("ReferenceEquality") // the very transaction that won
    private @Nullable List<Counted> collect(Access access) {
        var fresh = new ArrayList<Counted>();
        var racing = new ArrayList<Map.Entry<String, Counted>>();
        for (SessionLog session : log.sessions()) {
            int from = read.getOrDefault(session.id(), 0);
            if (from == session.count()) {
                continue;
            }
            read.put(session.id(), session.count());
            List<Transaction> transactions = session.transactions();
            for (int i = from; i < transactions.size(); i++) {
                collect(session.id(), i, transactions.get(i), access, fresh, racing);
            }
        }
        if (racing.isEmpty()) {
            return fresh;
        }
        boolean replaced = false;
        var before = Map.copyOf(firstWriters);
        for (var one : racing) {
            Counted first = firstWriters.get(one.getKey());
            if (first == null || Counted.ORDER.compare(one.getValue(), first) < 0) {
                firstWriters.put(one.getKey(), one.getValue());
                replaced |= before.containsKey(one.getKey());
            }
        }
        if (replaced) {
            return null;
        }
        for (var one : racing) {
            boolean won = firstWriters.get(one.getKey()) == one.getValue();
            fresh.add(won ? one.getValue() : one.getValue().hidden());
        }
        return fresh;
    }

    private void collect(
            SessionId session,
            int index,
            Transaction transaction,
            Access access,
            List<Counted> fresh,
            List<Map.Entry<String, Counted>> racing) {
        long madeAt = transaction.madeAt();
        lastRead = Math.max(lastRead, madeAt);
        if (session.deletes() || !access.mayWrite(session.author(), madeAt)) {
            return;
        }
        var id = new TransactionId(session, index);
        try {
            String changesText;
            String metaText = transaction.meta();
            switch (transaction) {
                case Transaction.Trusting trusting -> changesText = trusting.changes();
                case Transaction.Private secret -> {
                    KeySecret key = access.key(new KeyId(secret.keyUsed()));
                    if (key == null) {
                        unreadable++;
                        return;
                    }
                    Nonce nonce = Nonce.of(log.id(), id);
                    changesText = ReadCipher.decrypt(secret.encryptedChanges(), key, nonce);
                    if (metaText != null) {
                        metaText = ReadCipher.decrypt(metaText, key, nonce);
                    }
                }
            }
            if (!(Json.parse(changesText) instanceof Json.Arr(var changes))) {
                unreadable++;
                return;
            }
            if (restrictsDeletion
                    && changes.stream().anyMatch(View::isDeletion)
                    && !access.mayDelete(session.author(), madeAt)) {
                return;
            }
            var counted = new Counted(id, madeAt, changes, true);
            String firstWriter =
                    metaText != null && Json.parse(metaText) instanceof Json.Obj meta
                            ? meta.text("fww")
                            : null;
            if (firstWriter == null) {
                fresh.add(counted);
            } else {
                racing.add(Map.entry(firstWriter, counted));
            }
        } catch (FormatException e) {
            unreadable++;
        }
    }

    private static boolean isDeletion(Json change) {
        return change instanceof Json.Obj object && "del".equals(object.text("op"));
    }
}
