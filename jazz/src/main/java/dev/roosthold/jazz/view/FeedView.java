package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A feed: every session adds items, nothing is ever changed.
public final class FeedView extends View {
    /// One item.
    ///
    /// @param position place among the changes of its transaction
    public record Item(TransactionId id, int position, long madeAt, Json value) {
        static final Comparator<Item> ORDER =
                Comparator.comparingLong(Item::madeAt)
                        .thenComparing(item -> item.id().session())
                        .thenComparingInt(item -> item.id().index())
                        .thenComparingInt(Item::position);
    }

    private final List<Item> items = new ArrayList<>();
    private boolean sorted = true;

    public FeedView(ValueLog log) {
        super(log);
    }

    /// All items in one timeline.
    public List<Item> items() {
        if (!sorted) {
            items.sort(Item.ORDER);
            sorted = true;
        }
        return Collections.unmodifiableList(items);
    }

    /// The items of each session, oldest first.
    public Map<SessionId, List<Item>> bySession() {
        var sessions = new LinkedHashMap<SessionId, List<Item>>();
        for (Item item : items()) {
            sessions.computeIfAbsent(item.id().session(), _ -> new ArrayList<>()).add(item);
        }
        return sessions;
    }

    /// The newest item, or null.
    public @Nullable Item last() {
        return items().isEmpty() ? null : items.getLast();
    }

    @Override
    void reset() {
        items.clear();
        sorted = true;
    }

    @Override
    void apply(List<Counted> fresh) {
        for (Counted counted : fresh) {
            if (!counted.shown()) {
                continue;
            }
            for (int i = 0; i < counted.changes().size(); i++) {
                var item = new Item(counted.id(), i, counted.madeAt(), counted.changes().get(i));
                sorted &= items.isEmpty() || Item.ORDER.compare(items.getLast(), item) < 0;
                items.add(item);
            }
        }
    }
}
