package dev.roosthold.conformance.crowd;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /// @param address at which its caller was
    /// @param error empty when it was answered by its target
    private record Ended(
            String method,
            String id,
            URI address,
            long beginNanos,
            long endNanos,
            Optional<String> error) {}

    /// @param address at which its target was when it ran the call
    private record Run(URI address, long atNanos) {}

    /// A time in which somebody served a method.
    static final class Service {
        private final String method;
        private final URI address;
        private final long fromNanos = System.nanoTime();
        private volatile long toNanos = Long.MAX_VALUE;

        private Service(String method, URI address) {
            this.method = method;
            this.address = address;
        }

        void end() {
            toNanos = System.nanoTime();
        }

        /// Whether it was there all the time that a call took. It ends with its node, even if
        /// whoever served there noticed that later.
        private boolean covers(Ended call, List<Fault> faults) {
            return method.equals(call.method())
                    && fromNanos < call.beginNanos()
                    && call.endNanos() < toNanos
                    && faults.stream().noneMatch(fault -> isEndedBy(fault, call.endNanos()));
        }

        private boolean isEndedBy(Fault fault, long beforeNanos) {
            return fault.address().equals(Optional.of(address))
                    && fromNanos < fault.backNanos()
                    && fault.atNanos() < beforeNanos;
        }
    }

    Calls(Counters counters) {
        this.counters = counters;
    }

    /// The registration of a method at an address was confirmed.
    Service serves(String method, URI address) {
        var service = new Service(method, address);
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
    ///
    /// @param address at which it was
    void answered(String method, String id, URI address, long beginNanos, JsonNode answer) {
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
                new Ended(
                        method,
                        id,
                        address,
                        beginNanos,
                        end,
                        ok ? Optional.empty() : Optional.of(error)));
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
        var refused = new Refusals();
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
                            .orElse(true)) {
                services.stream()
                        .filter(service -> service.covers(call, faults))
                        .findFirst()
                        .ifPresent(service -> refused.add(call, service, fault));
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
                refused.count,
                refused.told(),
                ofKilled.size(),
                ofKilled.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    private static Optional<Fault> latest(List<Fault> faults, long beforeNanos) {
        return faults.reversed().stream()
                .filter(fault -> fault.atNanos() < beforeNanos)
                .findFirst();
    }

    /// Calls that were refused though served, told by who made them where.
    private static final class Refusals {
        private final Map<Stretch, List<Ended>> stretches = new LinkedHashMap<>();
        private long count;

        /// One caller at one address between two faults.
        private record Stretch(String caller, URI address, URI servedAt, Optional<Fault> fault) {}

        void add(Ended call, Service service, Optional<Fault> fault) {
            count++;
            String caller = call.id().substring(0, call.id().lastIndexOf('-'));
            stretches
                    .computeIfAbsent(
                            new Stretch(caller, call.address(), service.address, fault),
                            _ -> new ArrayList<>())
                    .add(call);
        }

        List<String> told() {
            return stretches.entrySet().stream()
                    .map(one -> told(one.getKey(), one.getValue()))
                    .toList();
        }

        private static String told(Stretch stretch, List<Ended> calls) {
            long first = calls.getFirst().beginNanos();
            String when =
                    stretch.fault()
                            .map(
                                    fault ->
                                            "%d ms after %s %s had come back"
                                                    .formatted(
                                                            (first - fault.backNanos()) / 1_000_000,
                                                            fault.what(),
                                                            fault.address()
                                                                    .map(URI::toString)
                                                                    .orElse("")))
                            .orElse("without a fault");
            return "%d calls of %s at %s, served at %s, from %s for %d ms"
                    .formatted(
                            calls.size(),
                            stretch.caller(),
                            stretch.address(),
                            stretch.servedAt(),
                            when,
                            (calls.getLast().endNanos() - first) / 1_000_000);
        }
    }
}
