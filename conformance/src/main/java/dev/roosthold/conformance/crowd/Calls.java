package dev.roosthold.conformance.crowd;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;

/// What became of the calls of a run. Thread-safe.
final class Calls {
    private static final String NOT_AVAILABLE = "RPC method not available";
    private static final List<String> HONEST = List.of("RPC target disconnected", NOT_AVAILABLE);

    /// So long after something has come back everybody knows of everybody again.
    private static final long SETTLED_NANOS = 2_000_000_000L;

    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private final Queue<Service> services = new ConcurrentLinkedQueue<>();
    private final LongAdder cut = new LongAdder();
    private final Counters counters;

    /// @param error empty when it was answered by its target
    private record Ended(
            String method, String id, long beginNanos, long endNanos, Optional<String> error) {}

    /// @param address at which its target was when it ran the call
    private record Run(URI address, long atNanos) {}

    /// A time in which somebody served a method.
    static final class Service {
        private final String method;
        private final long fromNanos = System.nanoTime();
        private volatile long toNanos = Long.MAX_VALUE;

        private Service(String method) {
            this.method = method;
        }

        void end() {
            toNanos = System.nanoTime();
        }

        private boolean covers(Ended call) {
            return method.equals(call.method())
                    && fromNanos < call.beginNanos()
                    && call.endNanos() < toNanos;
        }
    }

    Calls(Counters counters) {
        this.counters = counters;
    }

    /// The registration of a method was confirmed.
    Service serves(String method) {
        var service = new Service(method);
        services.add(service);
        return service;
    }

    /// A target was asked.
    void ran(String id, URI address) {
        if (runs.putIfAbsent(id, new Run(address, System.nanoTime())) != null) {
            counters.trouble("the call " + id + " was run twice");
        }
    }

    /// A caller was answered.
    void answered(String method, String id, long beginNanos, JsonNode answer) {
        long end = System.nanoTime();
        boolean ok = answer.path("ok").asBoolean(false);
        String error = answer.path("error").asString("");
        if (ok && !answer.path("result").asString("").equals(id)) {
            counters.trouble("the call " + id + " got another answer: " + answer);
        } else if (ok && !runs.containsKey(id)) {
            counters.trouble("the call " + id + " was answered and never run");
        } else if (!ok && !HONEST.contains(error)) {
            counters.trouble("the call " + id + " was answered with " + answer);
        }
        ended.add(
                new Ended(method, id, beginNanos, end, ok ? Optional.empty() : Optional.of(error)));
    }

    /// The connection of the caller ended before an answer could come.
    void cut() {
        cut.increment();
    }

    CallReport report(List<Fault> faults) {
        long answered = 0;
        Map<String, Long> errors = new TreeMap<>();
        List<Long> ofKilled = new ArrayList<>();
        long slowest = 0;
        long refusedThoughServed = 0;
        for (Ended call : ended) {
            if (call.error().isEmpty()) {
                answered++;
                continue;
            }
            errors.merge(call.error().get(), 1L, Long::sum);
            Optional<Fault> fault = latest(faults, call.endNanos());
            long since =
                    Math.max(call.beginNanos(), fault.map(Fault::atNanos).orElse(Long.MIN_VALUE));
            long millis = (call.endNanos() - since) / 1_000_000;
            slowest = Math.max(slowest, millis);
            if (call.error().get().equals(NOT_AVAILABLE)
                    && fault.map(f -> f.backNanos() + SETTLED_NANOS < call.beginNanos())
                            .orElse(true)
                    && services.stream().anyMatch(service -> service.covers(call))) {
                refusedThoughServed++;
            }
            Run run = runs.get(call.id());
            if (run != null
                    && fault.isPresent()
                    && call.beginNanos() < fault.get().atNanos()
                    && run.atNanos() < fault.get().atNanos()
                    && fault.get().address().equals(Optional.of(run.address()))) {
                ofKilled.add(millis);
            }
        }
        return new CallReport(
                answered,
                errors,
                cut.sum(),
                slowest,
                refusedThoughServed,
                ofKilled.size(),
                ofKilled.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    private static Optional<Fault> latest(List<Fault> faults, long beforeNanos) {
        return faults.reversed().stream()
                .filter(fault -> fault.atNanos() < beforeNanos)
                .findFirst();
    }
}
