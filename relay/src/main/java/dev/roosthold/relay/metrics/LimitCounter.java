package dev.roosthold.relay.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// What a limit held back, of all kinds of limits. Thread-safe.
final class LimitCounter {
    enum Kind {
        /// 429
        REQUEST("request"),
        /// 413
        BODY("body"),
        /// 503 because too many bodies were being received or writes were waiting
        LOAD("load"),
        /// An event of a socket that sends too fast
        EVENT("event");

        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private final Counter refusals;

    LimitCounter(PrometheusRegistry registry) {
        refusals =
                Counter.builder()
                        .name("roost_limited_total")
                        .help("Requests and events that a limit refused or slowed down.")
                        .labelNames("kind")
                        .withoutExemplars()
                        .register(registry);
        for (Kind kind : Kind.values()) {
            refusals.initLabelValues(kind.label);
        }
    }

    void held(Kind kind) {
        refusals.labelValues(kind.label).inc();
    }
}
