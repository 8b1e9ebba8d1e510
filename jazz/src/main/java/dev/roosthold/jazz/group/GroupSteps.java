package dev.roosthold.jazz.group;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.JsonReader;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All well-formed steps of a group in their order, before anybody asked who may do what.
record GroupSteps(List<GroupEntry> steps) {
    static final Comparator<GroupEntry> ORDER =
            Comparator.comparingLong(GroupEntry::madeAt)
                    .thenComparing(step -> step.at().session())
                    .thenComparingInt(step -> step.at().index());

    /// Reads the steps of one group as its log grows: each transaction is parsed once.
    static final class Reader {
        private final Map<SessionId, Integer> read = new HashMap<>();
        private GroupSteps steps = new GroupSteps(List.of());

        /// The steps now; the same object as before when there is nothing new.
        GroupSteps read(ValueLog log) {
            var fresh = new ArrayList<GroupEntry>();
            for (SessionLog session : log.sessions()) {
                int from = read.getOrDefault(session.id(), 0);
                List<Transaction> transactions = session.transactions();
                for (int i = from; i < transactions.size(); i++) {
                    // Private transactions occur in old accounts and are not part of the group.
                    if (transactions.get(i) instanceof Transaction.Trusting trusting) {
                        GroupEntry step = step(trusting, new TransactionId(session.id(), i));
                        if (step != null) {
                            fresh.add(step);
                        }
                    }
                }
                read.put(session.id(), transactions.size());
            }
            if (!fresh.isEmpty()) {
                var all = new ArrayList<GroupEntry>(steps.steps().size() + fresh.size());
                all.addAll(steps.steps());
                all.addAll(fresh);
                all.sort(ORDER);
                steps = new GroupSteps(Collections.unmodifiableList(all));
            }
            return steps;
        }
    }

    /// Groups that may turn out to be parents.
    Set<CoId> parents() {
        var parents = new LinkedHashSet<CoId>();
        for (GroupEntry step : steps) {
            CoId parent = parent(step);
            if (parent != null) {
                parents.add(parent);
            }
        }
        return parents;
    }

    static @Nullable CoId parent(GroupEntry step) {
        if (!step.key().startsWith(GroupEntry.PARENT)) {
            return null;
        }
        try {
            return new CoId(step.key().substring(GroupEntry.PARENT.length()));
        } catch (FormatException e) {
            return null;
        }
    }

    /// Exactly one `set` of a text, or null.
    private static @Nullable GroupEntry step(Transaction.Trusting trusting, TransactionId at) {
        try {
            var reader = new JsonReader(trusting.changes());
            String op = null;
            String key = null;
            String value = null;
            reader.beginArray();
            if (!reader.nextElement()) {
                return null;
            }
            reader.beginObject();
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                switch (name) {
                    case "op" -> op = reader.nextString();
                    case "key" -> key = reader.nextString();
                    case "value" -> {
                        if (reader.peek() == '"') {
                            value = reader.nextString();
                        } else {
                            reader.skipValue();
                        }
                    }
                    default -> reader.skipValue();
                }
            }
            if (reader.nextElement() || !"set".equals(op) || key == null || value == null) {
                return null;
            }
            return new GroupEntry(key, value, at, trusting.madeAt());
        } catch (FormatException e) {
            return null;
        }
    }
}
