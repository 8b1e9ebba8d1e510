package dev.roosthold.jazz.client;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.ListView;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A list that several devices may insert into and delete from at the same time. Thread-safe.
///
/// @param <T> the items
public final class CoList<T> {
    private final Jazz jazz;
    private final ItemType<T> type;
    private final CoId id;

    CoList(Jazz jazz, ItemType<T> type, CoId id) {
        this.jazz = jazz;
        this.type = type;
        this.id = id;
    }

    public CoId id() {
        return id;
    }

    /// The items now; none while the list is not here.
    ///
    /// @throws dev.roosthold.jazz.schema.SchemaException when an item is of another type
    public List<T> items() {
        return values().stream().map(type::read).toList();
    }

    /// Appends items, in one transaction.
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final void add(T... items) {
        if (items.length > 0) {
            List<Json> values = Arrays.stream(items).map(type::write).toList();
            jazz.locked(() -> jazz.local().write(id, Changes.append(view(), values)));
        }
    }

    /// Inserts an item so that it stands at a place now.
    ///
    /// @throws IndexOutOfBoundsException when the list is shorter
    public void add(int place, T item) {
        jazz.locked(
                () -> {
                    ListView view = view();
                    Json value = type.write(item);
                    jazz.local()
                            .write(
                                    id,
                                    List.of(
                                            place == 0
                                                    ? Changes.prepend(view, value)
                                                    : Changes.insertAfter(
                                                            view.items().get(place - 1).id(),
                                                            value)));
                });
    }

    /// Replaces the item at a place.
    ///
    /// @throws IndexOutOfBoundsException when the list is shorter
    public void set(int place, T item) {
        jazz.locked(
                () ->
                        jazz.local()
                                .write(
                                        id,
                                        Changes.replace(
                                                view().items().get(place).id(), type.write(item))));
    }

    /// Deletes the item at a place.
    ///
    /// @throws IndexOutOfBoundsException when the list is shorter
    public void remove(int place) {
        jazz.locked(
                () ->
                        jazz.local()
                                .write(
                                        id,
                                        List.of(Changes.delete(view().items().get(place).id()))));
    }

    /// Calls a listener with the items, as soon as the list is here and whenever it has changed.
    public Subscription subscribe(Consumer<List<T>> listener) {
        var last = new AtomicReference<@Nullable List<Json>>();
        return jazz.subscribe(
                id,
                () -> {
                    List<Json> now =
                            jazz.locked(() -> jazz.node().list(id) == null ? null : values());
                    if (now != null && !now.equals(last.getAndSet(now))) {
                        listener.accept(now.stream().map(type::read).toList());
                    }
                });
    }

    /// Completes when the relay has confirmed what was written to this list until now.
    public CompletableFuture<Void> synced() {
        return jazz.synced(id);
    }

    private List<Json> values() {
        return jazz.locked(
                () -> {
                    ListView view = jazz.node().list(id);
                    return view == null ? List.<Json>of() : view.values();
                });
    }

    private ListView view() {
        ListView view = jazz.node().list(id);
        if (view == null) {
            throw new JazzException.NotHere("list " + id + " is not here");
        }
        return view;
    }

    @Override
    public String toString() {
        return "CoList[" + id + "]";
    }
}
