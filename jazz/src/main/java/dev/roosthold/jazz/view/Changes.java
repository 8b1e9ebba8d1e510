package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The changes that writers put into transactions. A feed needs none: its items stand as they are.
public final class Changes {
    private Changes() {}

    /// Sets a key of a map.
    public static Json set(String key, Json value) {
        var change = operation("set");
        change.put("key", Json.of(key));
        change.put("value", value);
        return new Json.Obj(change);
    }

    /// Sets several keys of a map, for one transaction.
    public static List<Json> set(Map<String, Json> entries) {
        var changes = new ArrayList<Json>(entries.size());
        entries.forEach((key, value) -> changes.add(set(key, value)));
        return changes;
    }

    /// Deletes a key of a map.
    public static Json delete(String key) {
        var change = operation("del");
        change.put("key", Json.of(key));
        return new Json.Obj(change);
    }

    /// Appends to a list. Items after an existing one all name it as their anchor and therefore
    /// stand in reverse: what comes later is shown first.
    public static List<Json> append(ListView list, List<Json> values) {
        List<ListView.Item> items = list.items();
        var changes = new ArrayList<Json>(values.size());
        if (items.isEmpty()) {
            values.forEach(value -> changes.add(app(value, Json.of("start"))));
        } else {
            Json last = items.getLast().id().json();
            values.reversed().forEach(value -> changes.add(app(value, last)));
        }
        return changes;
    }

    /// Puts a value before the first item of a list.
    public static Json prepend(ListView list, Json value) {
        List<ListView.Item> items = list.items();
        return pre(value, items.isEmpty() ? Json.of("end") : items.getFirst().id().json());
    }

    /// Puts a value after an item.
    public static Json insertAfter(ItemId item, Json value) {
        return app(value, item.json());
    }

    /// Deletes an item.
    public static Json delete(ItemId item) {
        var change = operation("del");
        change.put("insertion", item.json());
        return new Json.Obj(change);
    }

    /// Replaces an item, in one transaction.
    public static List<Json> replace(ItemId item, Json value) {
        return List.of(app(value, item.json()), delete(item));
    }

    private static Json app(Json value, Json after) {
        var change = operation("app");
        change.put("value", value);
        change.put("after", after);
        return new Json.Obj(change);
    }

    private static Json pre(Json value, Json before) {
        var change = operation("pre");
        change.put("value", value);
        change.put("before", before);
        return new Json.Obj(change);
    }

    private static Map<String, Json> operation(String op) {
        var change = new LinkedHashMap<String, Json>();
        change.put("op", Json.of(op));
        return change;
    }
}
