package dev.roosthold.relay.metrics;

import dev.roosthold.relay.store.CommitListener;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// Commits of the store. Thread-safe.
final class StoreCounters implements CommitListener {
    private final Histogram groups;
    private final Histogram seconds;
    private final Histogram writes;
    private final Counter failures;

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
        writes =
                Histogram.builder()
                        .name("roost_store_write_seconds")
                        .help("From the submission of a write until it is on the disk.")
                        .classicOnly()
                        .classicUpperBounds(.0005, .001, .0025, .005, .01, .025, .1, .5, 2.5, 10)
                        .withoutExemplars()
                        .register(registry);
        failures =
                Counter.builder()
                        .name("roost_store_failed_writes_total")
                        .help("Writes that the store could not keep.")
                        .withoutExemplars()
                        .register(registry);
    }

    @Override
    public void stored(long nanos) {
        writes.observe(nanos / 1e9);
    }

    @Override
    public void failed(int count) {
        failures.inc(count);
    }

    @Override
    public void committed(int writes, long nanos) {
        groups.observe(writes);
        seconds.observe(nanos / 1e9);
    }
}
