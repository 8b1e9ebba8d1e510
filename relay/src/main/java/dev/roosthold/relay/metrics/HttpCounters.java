package dev.roosthold.relay.metrics;

import dev.roosthold.relay.http.RequestListener;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;

/// Requests by route pattern. Thread-safe.
final class HttpCounters implements RequestListener {
    private static final String[] LABELS = {"method", "route", "status", "client", "client_type"};
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final Counter requests;
    private final Histogram duration;
    private final LimitCounter limits;

    HttpCounters(PrometheusRegistry registry, LimitCounter limits) {
        this.limits = limits;
        requests =
                Counter.builder()
                        .name("http_requests_total")
                        .help("Answered HTTP requests.")
                        .labelNames(LABELS)
                        .withoutExemplars()
                        .register(registry);
        duration =
                Histogram.builder()
                        .name("http_request_duration_seconds")
                        .help("From the head of a request to its answer.")
                        .labelNames(LABELS)
                        .classicOnly()
                        .classicUpperBounds(.001, .005, .025, .1, .5, 2.5, 10)
                        .withoutExemplars()
                        .register(registry);
    }

    @Override
    public void answered(Answered request) {
        ClientKind client = ClientKind.of(request.happyClient());
        String[] labels = {
            METHODS.contains(request.method()) ? request.method() : "other",
            request.route(),
            Integer.toString(request.status()),
            client.client(),
            client.type()
        };
        requests.labelValues(labels).inc();
        switch (request.status()) {
            case 429 -> limits.held(LimitCounter.Kind.REQUEST);
            case 413 -> limits.held(LimitCounter.Kind.BODY);
            case 503 -> {
                if (!request.route().equals("/health") && !request.route().equals("/ready")) {
                    limits.held(LimitCounter.Kind.LOAD);
                }
            }
            default -> {}
        }
        duration.labelValues(labels).observe(request.nanos() / 1e9);
    }
}
