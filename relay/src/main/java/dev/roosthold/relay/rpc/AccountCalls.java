package dev.roosthold.relay.rpc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Names, waiting calls and counts of one account. Thread-safe; its lock guards the endpoints of
/// the account too and is never held while something is sent.
final class AccountCalls {

    /// What became of a registration.
    sealed interface Registered {
        /// It serves from now on, beginning with the calls that waited for it.
        record Done(List<Call> waiting) implements Registered {}

        /// The socket has too many names.
        record TooMany() implements Registered {}

        /// The socket has gone, or its client has registered the method on its next connection.
        record Gone() implements Registered {}
    }

    /// Methods of other nodes, as many as that many sockets may have.
    private static final int REMEMBERED = 4;

    private final RpcLimits limits;
    private final Map<String, Endpoint> methods = new HashMap<>();
    private final Map<String, List<Call>> waiting = new HashMap<>();

    /// Connections of each machine and session that is there now.
    private final Map<String, Integer> present = new HashMap<>();

    /// Which other node served a method when it was last heard of, by the name that nodes give the
    /// method; the longest not heard of first.
    private final Map<String, String> elsewhere = new LinkedHashMap<>();

    private int endpoints;
    private int pending;

    AccountCalls(RpcLimits limits) {
        this.limits = limits;
    }

    /// @param id of the machine or session whose socket it is, null for a person's
    synchronized void come(@Nullable String id) {
        endpoints++;
        if (id != null) {
            present.merge(id, 1, Integer::sum);
        }
    }

    /// Ends everything of the connection.
    ///
    /// @return its calls that waited for a registration; nobody will place them any more
    synchronized List<Call> leave(Endpoint endpoint, @Nullable String id) {
        endpoints--;
        endpoint.gone = true;
        endpoint.methods().forEach(method -> methods.remove(method, endpoint));
        if (id != null) {
            present.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
        }
        return takeWaiting(call -> call.caller == endpoint);
    }

    /// Lets the connection serve nothing more.
    synchronized void withdraw(Endpoint endpoint) {
        endpoint.withdrawn = List.copyOf(endpoint.methods());
        endpoint.withdrawn.forEach(method -> unregister(endpoint, method));
    }

    /// Whether the connection has calls that are not answered, its own or others'.
    synchronized boolean isBusy(Endpoint endpoint) {
        return endpoint.pending > 0 || endpoint.running.get() > 0;
    }

    synchronized @Nullable Endpoint serving(String method) {
        return methods.get(method);
    }

    /// What it serves, and what it served until it was withdrawn.
    synchronized List<String> methodsOf(Endpoint endpoint) {
        var methods = new ArrayList<>(endpoint.methods());
        methods.addAll(endpoint.withdrawn);
        return methods;
    }

    /// The methods that calls wait for.
    synchronized List<String> awaited() {
        return List.copyOf(waiting.keySet());
    }

    /// Takes out the calls that wait for a method.
    synchronized List<Call> takeWaitingFor(String method) {
        List<Call> taken = waiting.remove(method);
        return taken == null ? List.of() : taken;
    }

    /// The node that serves a method, as far as it is known.
    ///
    /// @param name that nodes give the method
    synchronized @Nullable String nodeOf(String name) {
        return elsewhere.get(name);
    }

    synchronized void servedAt(String name, String node) {
        elsewhere.remove(name);
        elsewhere.put(name, node);
        if (elsewhere.size() > REMEMBERED * limits.registrations()) {
            elsewhere.remove(elsewhere.keySet().iterator().next());
        }
    }

    /// That node does not serve it.
    synchronized void notServedAt(String name, String node) {
        elsewhere.remove(name, node);
    }

    synchronized boolean isEmpty() {
        return endpoints == 0;
    }

    synchronized boolean isPresent(String id) {
        return present.containsKey(id);
    }

    synchronized Registered register(Endpoint endpoint, String method) {
        if (endpoint.gone) {
            return new Registered.Gone();
        }
        Endpoint before = methods.get(method);
        if (before != null && before.continues(endpoint)) {
            return new Registered.Gone();
        }
        if (before != endpoint) {
            if (endpoint.methods().size() >= limits.registrations()) {
                return new Registered.TooMany();
            }
            if (before != null) {
                before.remove(method);
            }
            endpoint.add(method);
            methods.put(method, endpoint);
        }
        List<Call> waited = waiting.remove(method);
        return new Registered.Done(waited == null ? List.of() : waited);
    }

    synchronized void unregister(Endpoint endpoint, String method) {
        if (endpoint.remove(method)) {
            methods.remove(method, endpoint);
        }
    }

    /// Counts one more unanswered call; false when there are too many.
    synchronized boolean begin(Endpoint caller) {
        if (caller.pending >= limits.pendingOfSocket() || pending >= limits.pendingOfAccount()) {
            return false;
        }
        caller.pending++;
        pending++;
        return true;
    }

    synchronized void end(Endpoint caller) {
        caller.pending--;
        pending--;
    }

    /// Where a call goes.
    sealed interface Placement {
        record To(Endpoint target) implements Placement {}

        /// It is kept until somebody registers its method or it is taken out.
        record Waits() implements Placement {}

        record Nowhere() implements Placement {}
    }

    /// Finds out who serves the method of the call.
    ///
    /// @param mayWait whether to keep the call when nobody does
    synchronized Placement place(Call call, boolean mayWait) {
        Endpoint target = methods.get(call.method);
        if (target != null) {
            return new Placement.To(target);
        }
        if (!mayWait || call.caller.gone) {
            return new Placement.Nowhere();
        }
        waiting.computeIfAbsent(call.method, _ -> new ArrayList<>(1)).add(call);
        return new Placement.Waits();
    }

    /// Takes out the calls that have waited since that time or longer.
    synchronized List<Call> takeWaitingSince(long arrivedAtMs) {
        return takeWaiting(call -> call.arrivedAtMs <= arrivedAtMs);
    }

    private List<Call> takeWaiting(Predicate<Call> condition) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        var taken = new ArrayList<Call>();
        waiting.values()
                .removeIf(
                        calls -> {
                            calls.stream().filter(condition).forEach(taken::add);
                            calls.removeIf(condition);
                            return calls.isEmpty();
                        });
        return taken;
    }

    synchronized Rpc.Counts counts() {
        int waits = waiting.values().stream().mapToInt(List::size).sum();
        return new Rpc.Counts(methods.size(), waits, pending);
    }
}
