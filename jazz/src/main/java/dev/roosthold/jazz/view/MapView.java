package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.ValueLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A map in which the last writer of each key wins. Since the winner of a key is simply the largest
/// edit, the order in which edits arrive does not matter and nothing is ever read twice.
public final class MapView extends View {
    /// The winning edit of a key.
    ///
    /// @param value null when the key was deleted or set to JavaScript's `undefined`
    /// @param position place among the changes of its transaction
    public record Edit(@Nullable Json value, TransactionId id, int position, long madeAt) {
        public Author author() {
            return id.session().author();
        }

        private boolean isAfter(Edit other) {
            if (madeAt != other.madeAt) {
                return madeAt > other.madeAt;
            }
            int sessions = id.session().compareTo(other.id.session());
            if (sessions != 0) {
                return sessions > 0;
            }
            return id.index() != other.id.index()
                    ? id.index() > other.id.index()
                    : position > other.position;
        }
    }

    private final Map<String, Edit> edits = new LinkedHashMap<>();

    public MapView(ValueLog log) {
        super(log);
    }

    /// The value of a key; empty when it is missing, deleted, or set to nothing. JSON `null` is a
    /// value.
    public Optional<Json> get(String key) {
        Edit edit = edits.get(key);
        return edit == null ? Optional.empty() : Optional.ofNullable(edit.value());
    }

    /// The text of a key; empty when it is missing or no text.
    public Optional<String> text(String key) {
        return get(key).map(value -> value instanceof Json.Str(String text) ? text : null);
    }

    /// The last edit of a key, deletions included.
    public Optional<Edit> lastEdit(String key) {
        return Optional.ofNullable(edits.get(key));
    }

    /// All keys with a value.
    public Map<String, Json> entries() {
        var entries = new LinkedHashMap<String, Json>();
        edits.forEach(
                (key, edit) -> {
                    if (edit.value() != null) {
                        entries.put(key, edit.value());
                    }
                });
        return entries;
    }

    @Override
    void reset() {
        edits.clear();
    }

    @Override
    void apply(List<Counted> fresh) {
        for (Counted counted : fresh) {
            if (!counted.shown()) {
                continue;
            }
            List<Json> changes = counted.changes();
            for (int i = 0; i < changes.size(); i++) {
                if (!(changes.get(i) instanceof Json.Obj change)) {
                    continue;
                }
                String key = change.text("key");
                Json value = "set".equals(change.text("op")) ? change.get("value") : null;
                if (key == null || (value == null && !isOperation(change))) {
                    continue;
                }
                var edit = new Edit(value, counted.id(), i, counted.madeAt());
                edits.merge(key, edit, (old, next) -> next.isAfter(old) ? next : old);
            }
        }
    }

    private static boolean isOperation(Json.Obj change) {
        String op = change.text("op");
        return "set".equals(op) || "del".equals(op);
    }
}
