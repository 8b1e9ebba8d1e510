package dev.roosthold.jazz.group;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The states of all groups of a set of values, built when asked for and kept while neither the
/// group nor one of its ancestors has changed. For one thread.
public final class Groups {
    /// Where the logs of groups come from.
    public interface Source {
        /// The log of a value, or null when it is not there.
        @Nullable ValueLog log(CoId id);

        /// Grows whenever the log of any group has changed.
        long groupVersion();
    }

    private final Source source;
    private final Map<CoId, Cached> cache = new HashMap<>();

    private record Cached(GroupState state, int count, Map<CoId, GroupState> parents) {}

    private final Map<CoId, GroupState> current = new HashMap<>();
    private long version = -1;

    public Groups(Source source) {
        this.source = source;
    }

    /// The group's state, or null when the value is not there or is no group. The same object as
    /// before when nothing has changed.
    public @Nullable GroupState state(CoId id) {
        if (version != source.groupVersion()) {
            current.clear();
            version = source.groupVersion();
        }
        GroupState known = current.get(id);
        return known != null ? known : build(id);
    }

    /// One group on its way: its parents are built first.
    private record Visit(ValueLog log, GroupSteps steps, Iterator<CoId> parents) {}

    private @Nullable GroupState build(CoId wanted) {
        var path = new ArrayDeque<Visit>();
        var open = new HashSet<CoId>();
        enter(wanted, path, open);
        while (!path.isEmpty()) {
            Visit visit = path.getLast();
            if (visit.parents().hasNext()) {
                CoId parent = visit.parents().next();
                // A group that is still open further up would be its own ancestor.
                if (!current.containsKey(parent) && !open.contains(parent)) {
                    enter(parent, path, open);
                }
                continue;
            }
            path.removeLast();
            CoId id = visit.log().id();
            open.remove(id);
            current.put(id, finish(visit));
        }
        return current.get(wanted);
    }

    private void enter(CoId id, ArrayDeque<Visit> path, HashSet<CoId> open) {
        ValueLog log = source.log(id);
        if (log == null || !log.header().isGroup()) {
            return;
        }
        GroupSteps steps = GroupSteps.of(log);
        open.add(id);
        path.addLast(new Visit(log, steps, steps.parents().iterator()));
    }

    private GroupState finish(Visit visit) {
        var parents = new LinkedHashMap<CoId, GroupState>();
        for (CoId parent : visit.steps().parents()) {
            GroupState state = current.get(parent);
            if (state != null) {
                parents.put(parent, state);
            }
        }
        CoId id = visit.log().id();
        Cached cached = cache.get(id);
        if (cached != null
                && cached.count() == visit.log().count()
                && cached.parents().equals(parents)) {
            return cached.state();
        }
        GroupState state = GroupState.build(visit.log().header(), visit.steps(), parents);
        cache.put(id, new Cached(state, visit.log().count(), parents));
        return state;
    }
}
