package dev.roosthold.jazz.group;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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
    private final Map<CoId, GroupSteps.Reader> readers = new HashMap<>();

    /// @param parents states of the groups named as parents that were built before
    private record Cached(GroupState state, int count, Map<CoId, GroupState> parents) {}

    private final Map<CoId, GroupState> current = new HashMap<>();
    private long version = -1;
    private int visits;

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

    /// A group on the way, with the numbers of Tarjan's algorithm: circles of groups are found as
    /// the groups that reach back to the same `lowest` one, and come out after all their ancestors.
    private static final class Visit {
        final ValueLog log;
        final GroupSteps steps;
        final Iterator<CoId> parents;
        final int number;
        int lowest;

        Visit(ValueLog log, GroupSteps steps, int number) {
            this.log = log;
            this.steps = steps;
            this.parents = steps.parents().iterator();
            this.number = number;
            this.lowest = number;
        }
    }

    private @Nullable GroupState build(CoId wanted) {
        var path = new ArrayDeque<Visit>();
        var open = new LinkedHashMap<CoId, Visit>();
        enter(wanted, path, open);
        while (!path.isEmpty()) {
            Visit visit = path.getLast();
            if (visit.parents.hasNext()) {
                CoId parent = visit.parents.next();
                Visit met = open.get(parent);
                if (met != null) {
                    visit.lowest = Math.min(visit.lowest, met.number);
                } else if (!current.containsKey(parent)) {
                    enter(parent, path, open);
                }
                continue;
            }
            path.removeLast();
            if (!path.isEmpty()) {
                path.getLast().lowest = Math.min(path.getLast().lowest, visit.lowest);
            }
            if (visit.lowest == visit.number) {
                finish(circle(visit, open));
            }
        }
        return current.get(wanted);
    }

    private void enter(CoId id, ArrayDeque<Visit> path, Map<CoId, Visit> open) {
        ValueLog log = source.log(id);
        if (log == null || !log.header().isGroup()) {
            return;
        }
        GroupSteps steps = readers.computeIfAbsent(id, _ -> new GroupSteps.Reader()).read(log);
        var visit = new Visit(log, steps, visits++);
        open.put(id, visit);
        path.addLast(visit);
    }

    /// Takes out the groups that were entered since `root`.
    private static List<Visit> circle(Visit root, SequencedMap<CoId, Visit> open) {
        var circle = new ArrayList<Visit>();
        Visit visit;
        do {
            visit = open.pollLastEntry().getValue();
            circle.add(visit);
        } while (visit != root);
        return circle;
    }

    private void finish(List<Visit> circle) {
        var plans = new ArrayList<GroupState.Plan>();
        var parents = new LinkedHashMap<CoId, GroupState>();
        for (Visit visit : circle) {
            plans.add(new GroupState.Plan(visit.log.header(), visit.steps));
            for (CoId parent : visit.steps.parents()) {
                GroupState state = current.get(parent);
                if (state != null) {
                    parents.put(parent, state);
                }
            }
        }
        boolean valid = true;
        for (Visit visit : circle) {
            Cached cached = cache.get(visit.log.id());
            valid &=
                    cached != null
                            && cached.count() == visit.log.count()
                            && cached.parents().equals(parents);
        }
        List<GroupState> states = valid ? List.of() : GroupState.build(plans, parents);
        for (int i = 0; i < circle.size(); i++) {
            ValueLog log = circle.get(i).log;
            Cached cached = cache.get(log.id());
            if (!valid || cached == null) {
                cached = new Cached(states.get(i), log.count(), parents);
                cache.put(log.id(), cached);
            }
            current.put(log.id(), cached.state());
        }
    }
}
