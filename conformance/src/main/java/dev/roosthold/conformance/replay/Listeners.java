package dev.roosthold.conformance.replay;

import dev.roosthold.conformance.wire.Polling;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import okhttp3.OkHttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The sockets that watch while the exchanges run, by the names of the recordings: `A.user`,
/// `A.machine1`, `B.user` and so on. Used by the thread of its replay only.
final class Listeners implements AutoCloseable {
    /// Nothing arrived for this long after the round trips: what was caused by the exchange is
    /// there. What comes later is found with the next exchange.
    private static final Duration QUIET = Duration.ofMillis(25);

    /// The same after what is done between the exchanges: of that nothing says how much comes, and
    /// it may come only when something is stored, for which the disk takes its time.
    private static final Duration QUIET_BETWEEN = Duration.ofMillis(250);

    /// How long to wait for events that were recorded and have not come.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /// The same once [#DISAPPOINTMENTS] exchanges have waited in vain: the server lacks something,
    /// and the report should come soon.
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(100);

    private static final int DISAPPOINTMENTS = 3;

    /// How long a `ping` of a listener may take before it is given up.
    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);

    private final OkHttpClient http;
    private final URI server;
    private final boolean pollingOnly;
    private final Placeholders placeholders;
    private int disappointments;
    private final Map<String, Listener> open = new LinkedHashMap<>();

    /// What listeners had seen when they were closed.
    private final Map<String, List<ObservedEvent>> left = new TreeMap<>();

    Listeners(OkHttpClient http, URI server, boolean pollingOnly, Placeholders placeholders) {
        this.http = http;
        this.server = server;
        this.pollingOnly = pollingOnly;
        this.placeholders = placeholders;
    }

    /// Opens the sockets that are open from the first recorded session on.
    void openFirst() {
        openUser("A.user", "A");
        openUser("A.user2", "A");
        openMachine("A.machine1", "machine-1");
        openMachine("A.machine2", "machine-2");
        openUser("B.user", "B");
    }

    void openUser(String name, String account) {
        open(name, auth(account, "user"));
    }

    void openSession(String name, String session) {
        openScoped(name, "session", session);
    }

    void openMachine(String name, String machine) {
        openScoped(name, "machine", machine);
    }

    void close(String name) {
        Listener listener = open.remove(name);
        if (listener == null) {
            throw new ReplayException("listener " + name + " is not open");
        }
        listener.close();
        List<ObservedEvent> seen = listener.drain();
        if (!seen.isEmpty()) {
            left.put(name, seen);
        }
    }

    Set<String> names() {
        return Set.copyOf(open.keySet());
    }

    boolean isOpen(String name) {
        return open.containsKey(name);
    }

    Listener get(String name) {
        Listener listener = open.get(name);
        if (listener == null) {
            throw new ReplayException("listener " + name + " is not open");
        }
        return listener;
    }

    /// Waits until each listener has as many events as are expected, or patience ends, then until
    /// each listener has made a round trip, which lets what is queued for it come first, and then
    /// until nothing comes any more. Without open listeners it returns at once.
    ///
    /// @param expected how many events by name of the listener
    void settle(Map<String, Integer> expected) {
        settle(expected, QUIET);
    }

    /// Waits until nothing comes any more of what was done between the exchanges.
    void settleBetween() {
        settle(Map.of(), QUIET_BETWEEN);
    }

    private void settle(Map<String, Integer> expected, Duration quiet) {
        boolean disappointed = disappointments >= DISAPPOINTMENTS;
        Duration patience = disappointed ? LITTLE_PATIENCE : PATIENCE;
        if (!Polling.until(patience, () -> haveCome(expected))) {
            disappointments++;
        }
        roundTrip();
        // The quiet time begins here: a listener that was silent before proves nothing.
        long quietSince = System.nanoTime();
        while (!open.isEmpty()
                && (System.nanoTime() - quietSince < quiet.toNanos()
                        || open.values().stream()
                                .anyMatch(l -> l.quietFor().compareTo(quiet) < 0))) {
            pause();
        }
    }

    /// The events of each listener since the last call, only of those that got some.
    Map<String, List<ObservedEvent>> drain() {
        Map<String, List<ObservedEvent>> drained = new TreeMap<>(left);
        left.clear();
        open.forEach(
                (name, listener) -> {
                    List<ObservedEvent> events = listener.drain();
                    if (!events.isEmpty()) {
                        drained.put(name, events);
                    }
                });
        return drained;
    }

    @Override
    public void close() {
        open.values().forEach(Listener::close);
        open.clear();
    }

    private void roundTrip() {
        List<CompletableFuture<Listener.Answer>> answers =
                open.values().stream()
                        .filter(listener -> listener.disconnected().isEmpty())
                        .map(listener -> listener.ask("ping", Json.NODES.arrayNode()))
                        .toList();
        long deadline = System.nanoTime() + ROUND_TRIP.toNanos();
        while (!answers.stream().allMatch(CompletableFuture::isDone)
                && System.nanoTime() < deadline) {
            pause();
        }
    }

    private boolean haveCome(Map<String, Integer> expected) {
        return expected.entrySet().stream()
                .allMatch(
                        e -> {
                            Listener listener = open.get(e.getKey());
                            return listener == null || listener.eventCount() >= e.getValue();
                        });
    }

    private void openScoped(String name, String scope, String id) {
        ObjectNode auth = auth(name.substring(0, 1), scope);
        auth.put(scope + "Id", placeholders.resolve("<" + id + ">"));
        open(name, auth);
    }

    private ObjectNode auth(String account, String scope) {
        ObjectNode auth = Json.NODES.objectNode();
        auth.put("token", placeholders.resolve("<token-" + account + ">"));
        auth.put("clientType", scope + "-scoped");
        return auth;
    }

    private void open(String name, ObjectNode auth) {
        Listener listener = Listener.connect(http, server, Optional.of(auth), pollingOnly);
        open.put(name, listener);
        Optional<JsonNode> refused = listener.refusal();
        if (refused.isPresent()) {
            throw new ReplayException("listener " + name + " was refused: " + refused.get());
        }
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
}
