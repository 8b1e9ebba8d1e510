package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A list that everybody may insert into and delete from anywhere.
///
/// Every insertion names an anchor: after an item, before an item, the start or the end. Items form
/// trees below the two ends; reading the list is a walk that visits, for each item, what was put
/// before it (latest first), the item, and what was put after it (latest first). The walk keeps its
/// own stack, since a list that was appended to one by one is a single long branch.
///
/// Insertions are taken in by order of time. An insertion whose anchor comes later in that order
/// stays out of the list for good; that is what all implementations show.
public final class ListView extends View {
    /// An item that is not deleted.
    public record Item(ItemId id, Json value, long madeAt) {}

    private static final class Node {
        final Item item;
        final List<Node> before = new ArrayList<>(0);
        final List<Node> after = new ArrayList<>(0);

        Node(Item item) {
            this.item = item;
        }
    }

    private final List<Counted> all = new ArrayList<>();
    private final Map<ItemId, Node> nodes = new HashMap<>();
    private final Set<ItemId> deleted = new HashSet<>();
    private final List<Node> fromStart = new ArrayList<>();
    private final List<Node> beforeEnd = new ArrayList<>();
    private @Nullable List<Item> items;

    public ListView(ValueLog log) {
        super(log);
    }

    /// The list.
    public List<Item> items() {
        if (items == null) {
            items = Collections.unmodifiableList(walk());
        }
        return items;
    }

    /// The values of the list.
    public List<Json> values() {
        return items().stream().map(Item::value).toList();
    }

    @Override
    void reset() {
        all.clear();
        clear();
    }

    @Override
    void apply(List<Counted> fresh) {
        boolean inOrder =
                all.isEmpty() || Counted.ORDER.compare(all.getLast(), fresh.getFirst()) < 0;
        all.addAll(fresh);
        items = null;
        if (inOrder) {
            fresh.forEach(this::take);
            return;
        }
        all.sort(Counted.ORDER);
        clear();
        all.forEach(this::take);
    }

    private void clear() {
        nodes.clear();
        deleted.clear();
        fromStart.clear();
        beforeEnd.clear();
        items = null;
    }

    private void take(Counted counted) {
        for (int i = 0; i < counted.changes().size(); i++) {
            if (!(counted.changes().get(i) instanceof Json.Obj change)) {
                continue;
            }
            var id = new ItemId(counted.id(), i);
            switch (change.text("op")) {
                case "app" -> insert(id, change, change.get("after"), true, counted);
                case "pre" -> insert(id, change, change.get("before"), false, counted);
                case "del" -> {
                    ItemId insertion = ItemId.of(change.get("insertion"));
                    if (insertion != null && counted.shown()) {
                        deleted.add(insertion);
                    }
                }
                case null, default -> {}
            }
        }
    }

    private void insert(
            ItemId id, Json.Obj change, @Nullable Json anchor, boolean after, Counted counted) {
        Json value = change.get("value");
        var node = new Node(new Item(id, value == null ? Json.NULL : value, counted.madeAt()));
        nodes.put(id, node);
        if (!counted.shown()) {
            deleted.add(id);
        }
        if (anchor instanceof Json.Str(String end)) {
            if (after && end.equals("start")) {
                fromStart.add(node);
            } else if (!after && end.equals("end")) {
                beforeEnd.add(node);
            }
            return;
        }
        ItemId anchorId = ItemId.of(anchor);
        Node at = anchorId == null ? null : nodes.get(anchorId);
        if (at != null && at != node) {
            (after ? at.after : at.before).add(node);
        }
    }

    /// A step of the walk: visit the node, or show its item.
    private record Step(Node node, boolean show) {}

    private List<Item> walk() {
        var shown = new ArrayList<Item>(nodes.size());
        var steps = new ArrayDeque<Step>();
        for (Node node : beforeEnd.reversed()) {
            steps.push(new Step(node, false));
        }
        for (Node node : fromStart.reversed()) {
            steps.push(new Step(node, false));
        }
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            Node node = step.node();
            if (step.show()) {
                if (!deleted.contains(node.item.id())) {
                    shown.add(node.item);
                }
                continue;
            }
            for (Node next : node.after) {
                steps.push(new Step(next, false));
            }
            steps.push(new Step(node, true));
            for (Node next : node.before) {
                steps.push(new Step(next, false));
            }
        }
        return shown;
    }
}
