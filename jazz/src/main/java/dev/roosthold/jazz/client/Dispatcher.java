package dev.roosthold.jazz.client;

import dev.roosthold.jazz.group.GroupState;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Tells listeners that values have changed: on one thread, outside the lock, several changes of a
/// value in one call.
final class Dispatcher {
    private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());

    private final ReentrantLock lock;
    private final Condition work;
    private final Node node;
    private final Map<CoId, List<Runnable>> listeners = new LinkedHashMap<>();
    private Set<CoId> changed = new LinkedHashSet<>();
    private boolean closed;

    Dispatcher(ReentrantLock lock, Node node) {
        this.lock = lock;
        this.work = lock.newCondition();
        this.node = node;
    }

    void start() {
        Thread.ofVirtual().name("jazz-listeners").start(this::run);
    }

    /// With the lock held.
    void changed(ValueLog log) {
        if (listeners.isEmpty()) {
            return;
        }
        if (listeners.containsKey(log.id())) {
            changed.add(log.id());
        }
        if (log.header().isGroup()) {
            // Roles and keys decide what is seen of a group's values.
            for (CoId id : listeners.keySet()) {
                if (dependsOn(id, log.id())) {
                    changed.add(id);
                }
            }
        }
        work.signal();
    }

    /// With the lock held.
    Subscription add(CoId id, Runnable listener) {
        listeners.computeIfAbsent(id, _ -> new ArrayList<>(1)).add(listener);
        changed.add(id);
        work.signal();
        return () -> {
            lock.lock();
            try {
                List<Runnable> all = listeners.get(id);
                if (all != null) {
                    all.remove(listener);
                    if (all.isEmpty()) {
                        listeners.remove(id);
                    }
                }
            } finally {
                lock.unlock();
            }
        };
    }

    /// With the lock held.
    void close() {
        closed = true;
        work.signal();
    }

    private boolean dependsOn(CoId id, CoId group) {
        ValueLog log = node.log(id);
        if (log == null) {
            return false;
        }
        CoId owner =
                log.header().ruleset() instanceof Ruleset.OwnedBy(CoId by, boolean _) ? by : id;
        if (owner.equals(group)) {
            return true;
        }
        GroupState state = node.group(owner);
        return state != null && state.lineage().stream().anyMatch(one -> one.id().equals(group));
    }

    private void run() {
        while (true) {
            var calls = new ArrayList<Runnable>();
            lock.lock();
            try {
                while (!closed && changed.isEmpty()) {
                    work.awaitUninterruptibly();
                }
                if (closed) {
                    return;
                }
                for (CoId id : changed) {
                    calls.addAll(listeners.getOrDefault(id, List.of()));
                }
                changed = new LinkedHashSet<>();
            } finally {
                lock.unlock();
            }
            for (Runnable call : calls) {
                try {
                    call.run();
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "a listener failed", e);
                }
            }
        }
    }
}
