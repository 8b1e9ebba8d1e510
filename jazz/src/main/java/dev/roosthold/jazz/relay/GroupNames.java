package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.Transaction;
import java.util.List;
import java.util.Set;

/// Which other values the steps of a group name: accounts that are members, and groups that are
/// parents. These stand in the clear.
final class GroupNames {
    private static final String PARENT = "parent_";

    private GroupNames() {}

    static void addAll(Content content, Set<CoId> names) {
        for (SessionContent session : content.sessions().values()) {
            addAll(session.transactions(), names);
        }
    }

    static void addAll(List<Transaction> transactions, Set<CoId> names) {
        for (Transaction transaction : transactions) {
            if (transaction instanceof Transaction.Trusting step
                    && (step.changes().contains("\"co_z")
                            || step.changes().contains("\"parent_co_z"))) {
                add(step.changes(), names);
            }
        }
    }

    private static void add(String changes, Set<CoId> names) {
        try {
            if (!(Json.parse(changes) instanceof Json.Arr(var steps))) {
                return;
            }
            for (Json step : steps) {
                String key = step instanceof Json.Obj set ? set.text("key") : null;
                if (key != null && key.startsWith(PARENT)) {
                    key = key.substring(PARENT.length());
                }
                if (key != null && key.startsWith(CoId.PREFIX)) {
                    names.add(new CoId(key));
                }
            }
        } catch (FormatException e) {
            // Not a step of a group; readers pass it over.
        }
    }
}
