package dev.roosthold.jazz.client;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.view.FeedView;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A feed: everybody adds, nobody changes. Thread-safe.
///
/// @param <T> the items
public final class CoFeed<T> {
    private final Jazz jazz;
    private final ItemType<T> type;
    private final CoId id;

    /// One item.
    ///
    /// @param session who added it, and in which start of the program
    public record Item<T>(T value, SessionId session, Instant at) {
        public Author author() {
            return session.author();
        }
    }

    CoFeed(Jazz jazz, ItemType<T> type, CoId id) {
        this.jazz = jazz;
        this.type = type;
        this.id = id;
    }

    public CoId id() {
        return id;
    }

    /// All items, oldest first; none while the feed is not here.
    ///
    /// @throws dev.roosthold.jazz.schema.SchemaException when an item is of another type
    public List<Item<T>> items() {
        return itemsFrom(0);
    }

    /// Adds items, in one transaction.
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final void add(T... items) {
        if (items.length > 0) {
            List<Json> values = Arrays.stream(items).map(type::write).toList();
            jazz.locked(() -> jazz.local().write(id, values));
        }
    }

    /// Calls a listener with all items, as soon as the feed is here and whenever some were added.
    public Subscription subscribe(Consumer<List<Item<T>>> listener) {
        var last = new AtomicInteger(-1);
        return jazz.subscribe(
                id,
                () -> {
                    if (jazz.locked(() -> jazz.node().feed(id) != null)) {
                        List<Item<T>> now = items();
                        if (last.getAndSet(now.size()) != now.size()) {
                            listener.accept(now);
                        }
                    }
                });
    }

    /// Completes when the relay has confirmed what was added to this feed until now.
    public CompletableFuture<Void> synced() {
        return jazz.synced(id);
    }

    private List<Item<T>> itemsFrom(int from) {
        List<FeedView.Item> items =
                jazz.locked(
                        () -> {
                            FeedView view = jazz.node().feed(id);
                            return view == null
                                    ? List.<FeedView.Item>of()
                                    : List.copyOf(view.items().subList(from, view.items().size()));
                        });
        return items.stream()
                .map(
                        item ->
                                new Item<>(
                                        type.read(item.value()),
                                        item.id().session(),
                                        Instant.ofEpochMilli(item.madeAt())))
                .toList();
    }

    @Override
    public String toString() {
        return "CoFeed[" + id + "]";
    }
}
