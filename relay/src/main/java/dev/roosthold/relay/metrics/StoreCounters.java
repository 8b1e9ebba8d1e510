package dev.roosthold.relay.metrics;

import dev.roosthold.relay.store.CommitListener;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// Commits of the store. Thread-safe.
final class StoreCounters implements CommitListener {
    private final Histogram groups;
    private final Histogram seconds;

    StoreCounters(PrometheusRegistry registry) {
        groups =
                Histogram.builder()
                        .name("roost_store_group_size")
                        .help("Writes that were committed together.")
                        .classicOnly()
                        .classicUpperBounds(1, 2, 4, 8, 16, 32, 64, 128, 256)
                        .withoutExemplars()
                        .register(registry);
        seconds =
                Histogram.builder()
                        .name("roost_store_commit_seconds")
                        .help("What a commit took, its flush to the disk included.")
                        .classicOnly()
                        .classicUpperBounds(
                                .0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, 1)
                        .withoutExemplars()
                        .register(registry);
    }

    @Override
    public void committed(int writes, long nanos) {
        groups.observe(writes);
        seconds.observe(nanos / 1e9);
    }
}
