package dev.roosthold.jazz.client;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.schema.Ref;
import dev.roosthold.jazz.schema.SchemaException;
import dev.roosthold.jazz.view.MapView;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A map, seen as a record. Of two devices that change the same member the later one wins; changes
/// of different members both count. Thread-safe.
///
/// @param <R> the record
public final class CoMap<R extends Record> {
    private static final System.Logger LOG = System.getLogger(CoMap.class.getName());

    private final Jazz jazz;
    private final MapSchema<R> schema;
    private final CoId id;

    CoMap(Jazz jazz, MapSchema<R> schema, CoId id) {
        this.jazz = jazz;
        this.schema = schema;
        this.id = id;
    }

    public CoId id() {
        return id;
    }

    /// A reference for members of other maps.
    public Ref<R> ref() {
        return new Ref<>(id);
    }

    /// The record as it is now; empty while the map is not here or we cannot read it.
    ///
    /// @throws SchemaException when the map has another form
    public Optional<R> get() {
        return Optional.ofNullable(jazz.locked(this::current));
    }

    /// Writes the members that differ from what is there, in one transaction.
    ///
    /// @throws JazzException.NotHere when the map is not here
    public void set(R value) {
        jazz.locked(
                () -> {
                    MapView view = jazz.node().map(id);
                    if (view == null) {
                        throw new JazzException.NotHere("map " + id + " is not here");
                    }
                    R before = null;
                    try {
                        before = current();
                    } catch (SchemaException e) {
                        // Another form: then everything is written.
                    }
                    write(schema.changes(before, value));
                });
    }

    /// Changes the record, with nothing in between.
    ///
    /// @return the new record
    /// @throws JazzException.NotHere when the map is not here
    public R update(UnaryOperator<R> change) {
        return jazz.locked(
                () -> {
                    R before = current();
                    if (before == null) {
                        throw new JazzException.NotHere("map " + id + " is not here");
                    }
                    R after = change.apply(before);
                    write(schema.changes(before, after));
                    return after;
                });
    }

    /// Calls a listener with the record, as soon as it is here and whenever it has become another.
    /// While the map has another form than the schema, it is not called.
    public Subscription subscribe(Consumer<R> listener) {
        var last = new AtomicReference<@Nullable R>();
        return jazz.subscribe(
                id,
                () -> {
                    try {
                        R now = jazz.locked(this::current);
                        if (now != null && !Objects.equals(last.getAndSet(now), now)) {
                            listener.accept(now);
                        }
                    } catch (SchemaException e) {
                        LOG.log(System.Logger.Level.DEBUG, "not shown: {0}", e.getMessage());
                    }
                });
    }

    /// Completes when the relay has confirmed what was written to this map until now.
    public CompletableFuture<Void> synced() {
        return jazz.synced(id);
    }

    private @Nullable R current() {
        MapView view = jazz.node().map(id);
        return view == null || (view.unreadable() > 0 && view.entries().isEmpty())
                ? null
                : schema.read(view);
    }

    private void write(List<dev.roosthold.jazz.encoding.Json> changes) {
        if (!changes.isEmpty()) {
            jazz.local().write(id, changes);
        }
    }

    @Override
    public String toString() {
        return "CoMap[" + id + "]";
    }
}
