package dev.roosthold.sync;

import dev.roosthold.sync.rpc.Caller;
import dev.roosthold.sync.state.SyncState;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Which connection wants to hear of what. Thread-safe.
final class Subscriptions {
    private static final long ENTRIES_NANOS = 100_000_000;

    private final SyncManager manager;
    private final Map<Caller, Subscriber> subscribers = new ConcurrentHashMap<>();

    /// What can be heard of.
    enum Kind {
        STATE_CHANGE("stateChange"),
        SYNC_COMPLETE("syncComplete"),
        ERROR("error"),
        ENTRIES("entries");

        final String text;

        Kind(String text) {
            this.text = text;
        }

        static Optional<Kind> of(String text) {
            return List.of(values()).stream().filter(kind -> kind.text.equals(text)).findFirst();
        }
    }

    Subscriptions(SyncManager manager) {
        this.manager = manager;
    }

    /// From now on it hears of these.
    Set<Kind> add(Caller caller, Set<Kind> kinds) {
        Subscriber subscriber =
                subscribers.computeIfAbsent(
                        caller,
                        _ -> {
                            var made = new Subscriber(caller);
                            Runnable end = manager.subscribe(made);
                            caller.onEnd(
                                    () -> {
                                        end.run();
                                        subscribers.remove(caller);
                                    });
                            return made;
                        });
        synchronized (subscriber) {
            subscriber.kinds.addAll(kinds);
            return EnumSet.copyOf(subscriber.kinds);
        }
    }

    /// From now on it hears of these no more.
    Set<Kind> remove(Caller caller, Set<Kind> kinds) {
        Subscriber subscriber = subscribers.get(caller);
        if (subscriber == null) {
            return EnumSet.noneOf(Kind.class);
        }
        synchronized (subscriber) {
            subscriber.kinds.removeAll(kinds);
            return subscriber.kinds.isEmpty()
                    ? EnumSet.noneOf(Kind.class)
                    : EnumSet.copyOf(subscriber.kinds);
        }
    }

    private static final class Subscriber implements SyncListener {
        private final Caller caller;
        private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        private int count;
        private long cursor;
        private long last = System.nanoTime() - ENTRIES_NANOS;
        private boolean waiting;

        Subscriber(Caller caller) {
            this.caller = caller;
        }

        private synchronized void tell(Kind kind, ObjectNode params) {
            if (kinds.contains(kind)) {
                caller.tell("event." + kind.text, params);
            }
        }

        private static ObjectNode params() {
            return JsonNodeFactory.instance.objectNode();
        }

        @Override
        public void stateChange(SyncState from, SyncState to, String reason, long at) {
            tell(
                    Kind.STATE_CHANGE,
                    params().put("from", from.name())
                            .put("to", to.name())
                            .put("reason", reason)
                            .put("at", at));
        }

        @Override
        public void syncComplete(long pushed, long pulled, long durationMs, long at) {
            tell(
                    Kind.SYNC_COMPLETE,
                    params().put("pushed", pushed)
                            .put("pulled", pulled)
                            .put("durationMs", durationMs)
                            .put("at", at));
        }

        @Override
        public void error(String code, String message, long at) {
            tell(Kind.ERROR, params().put("code", code).put("message", message).put("at", at));
        }

        @Override
        public synchronized void entries(int more, long latest) {
            count += more;
            cursor = latest;
            long wait = last + ENTRIES_NANOS - System.nanoTime();
            if (wait <= 0) {
                flush();
            } else if (!waiting) {
                waiting = true;
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        Thread.sleep(java.time.Duration.ofNanos(wait));
                                    } catch (InterruptedException e) {
                                        return;
                                    }
                                    flushLater();
                                });
            }
        }

        private synchronized void flushLater() {
            waiting = false;
            flush();
        }

        private void flush() {
            if (count == 0) {
                return;
            }
            last = System.nanoTime();
            tell(Kind.ENTRIES, params().put("count", count).put("latestCursor", cursor));
            count = 0;
        }
    }
}
