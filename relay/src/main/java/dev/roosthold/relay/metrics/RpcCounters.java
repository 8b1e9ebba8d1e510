package dev.roosthold.relay.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/// RPC calls by result. Thread-safe.
final class RpcCounters implements RpcMetrics {
    private final Counter calls;
    private final Histogram duration;

    RpcCounters(PrometheusRegistry registry) {
        calls =
                Counter.builder()
                        .name("rpc_calls_total")
                        .help("RPC calls that were answered.")
                        .labelNames("result")
                        .withoutExemplars()
                        .register(registry);
        duration =
                Histogram.builder()
                        .name("rpc_call_duration_seconds")
                        .help("From an RPC call to its answer.")
                        .labelNames("result")
                        .classicOnly()
                        .classicUpperBounds(.001, .005, .025, .1, .5, 2.5, 10, 30)
                        .withoutExemplars()
                        .register(registry);
        for (Result result : Result.values()) {
            calls.initLabelValues(result.label);
            duration.initLabelValues(result.label);
        }
    }

    @Override
    public void answered(Result result, Duration took) {
        calls.labelValues(result.label).inc();
        duration.labelValues(result.label).observe(took.toNanos() / 1e9);
    }
}
