package dev.roosthold.sync.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Counters since the start of the process, and what Prometheus reads. Thread-safe.
public final class SyncMetrics {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Map<String, Counter> counters = new LinkedHashMap<>();
    private final Map<String, Gauge> gauges = new LinkedHashMap<>();
    private final Histogram latency = new Histogram();
    private final Map<String, Histogram> requests = new ConcurrentHashMap<>();

    private final LongAdder answered = new LongAdder();

    private record Counter(String help, LongAdder value) {}

    private record Gauge(String help, LongSupplier value) {}

    /// Accepted `sync.push` requests.
    public final LongAdder pushes = counter("push_total", "Accepted sync.push requests.");

    /// Entries in them that were taken.
    public final LongAdder pushedEntries =
            counter("push_entries_total", "Entries accepted by sync.push.");

    /// Answered `sync.pull` requests.
    public final LongAdder pulls = counter("pull_total", "Answered sync.pull requests.");

    /// Preferences that lost against another device's before they were sent.
    public final LongAdder superseded =
            counter("superseded_total", "Queued preferences that a newer write made void.");

    /// Connections to the relay after the first.
    public final LongAdder reconnects =
            counter("reconnects_total", "Connections to the relay after the first one.");

    /// Things from the relay that have no valid form and were passed over.
    public final LongAdder malformed =
            counter("malformed_total", "Entries from the relay without a valid form.");

    private LongAdder counter(String name, String help) {
        var value = new LongAdder();
        counters.put("caro_sync_" + name, new Counter(help, value));
        return value;
    }

    /// A number that is read when it is asked for. To be called before the first reading.
    ///
    /// @param name without `caro_sync_`
    public void gauge(String name, String help, LongSupplier value) {
        gauges.put("caro_sync_" + name, new Gauge(help, value));
    }

    /// From the commit of an entry here to the word of the relay.
    public Histogram latency() {
        return latency;
    }

    /// A request has been answered.
    public void request(String method, double millis) {
        answered.increment();
        requests.computeIfAbsent(method, _ -> new Histogram()).add(millis);
    }

    /// Text format 0.0.4.
    public String prometheus() {
        var out = new StringBuilder();
        counters.forEach(
                (name, counter) -> {
                    head(out, name, counter.help(), "counter");
                    out.append(name).append(' ').append(counter.value().sum()).append('\n');
                });
        gauges.forEach(
                (name, gauge) -> {
                    head(out, name, gauge.help(), "gauge");
                    out.append(name).append(' ').append(gauge.value().getAsLong()).append('\n');
                });
        String name = "caro_sync_latency_ms";
        head(out, name, "From the commit of an entry to the relay's acknowledgement.", "histogram");
        histogram(out, name, "", latency);
        String request = "caro_sync_ipc_request_duration_ms";
        head(out, request, "Duration of requests on the socket.", "histogram");
        new TreeMap<>(requests)
                .forEach(
                        (method, one) -> histogram(out, request, "method=\"" + method + "\"", one));
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void histogram(StringBuilder out, String name, String label, Histogram of) {
        long[] counts = of.cumulative();
        String before = label.isEmpty() ? "" : label + ",";
        for (int i = 0; i < counts.length; i++) {
            out.append(name)
                    .append("_bucket{")
                    .append(before)
                    .append("le=\"")
                    .append(Histogram.bound(i))
                    .append("\"} ")
                    .append(counts[i])
                    .append('\n');
        }
        String braces = label.isEmpty() ? "" : "{" + label + "}";
        out.append(name).append("_sum").append(braces).append(' ').append(of.sum()).append('\n');
        out.append(name)
                .append("_count")
                .append(braces)
                .append(' ')
                .append(counts[counts.length - 1])
                .append('\n');
    }

    /// The same as JSON, by name.
    public ObjectNode json() {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        counters.forEach((name, counter) -> out.put(name, counter.value().sum()));
        gauges.forEach((name, gauge) -> out.put(name, gauge.value().getAsLong()));
        out.set("caro_sync_latency_ms", json(latency));
        ObjectNode methods = out.putObject("caro_sync_ipc_request_duration_ms");
        new TreeMap<>(requests).forEach((method, one) -> methods.set(method, json(one)));
        return out;
    }

    private static ObjectNode json(Histogram of) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        long[] counts = of.cumulative();
        out.put("count", counts[counts.length - 1]).put("sum", of.sum());
        ObjectNode buckets = out.putObject("buckets");
        for (int i = 0; i < counts.length; i++) {
            buckets.put(Histogram.bound(i), counts[i]);
        }
        return out;
    }

    /// Requests that were carried out since the start.
    public long answered() {
        return answered.sum();
    }
}
