package dev.roosthold.relay.metrics;

import dev.roosthold.jazz.relay.RelayListener;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;

/// Messages, transactions and commits of Jazz. Thread-safe.
final class JazzCounters implements RelayListener {
    private final Counter messages;
    private final Counter refusals;
    private final Counter transactions;
    private final Counter sent;
    private final Histogram seconds;

    JazzCounters(PrometheusRegistry registry) {
        messages =
                Counter.builder()
                        .name("roost_jazz_messages_total")
                        .help("Messages of Jazz peers that were read.")
                        .labelNames("action")
                        .withoutExemplars()
                        .register(registry);
        List.of("load", "known", "content", "reconcile", "other")
                .forEach(messages::initLabelValues);
        refusals =
                Counter.builder()
                        .name("roost_jazz_refused_total")
                        .help("Messages, or parts of them, that were not taken in.")
                        .labelNames("reason")
                        .withoutExemplars()
                        .register(registry);
        for (Refusal refusal : Refusal.values()) {
            refusals.initLabelValues(label(refusal));
        }
        transactions =
                Counter.builder()
                        .name("roost_jazz_transactions_total")
                        .help("Jazz transactions that were verified and are on the disk.")
                        .withoutExemplars()
                        .register(registry);
        sent =
                Counter.builder()
                        .name("roost_jazz_content_sent_characters_total")
                        .help("Characters of Jazz content that were given to peers.")
                        .withoutExemplars()
                        .register(registry);
        seconds =
                Histogram.builder()
                        .name("roost_jazz_commit_seconds")
                        .help("What a commit of Jazz transactions took, its flush included.")
                        .classicOnly()
                        .classicUpperBounds(
                                .0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, 1)
                        .withoutExemplars()
                        .register(registry);
    }

    @Override
    public void received(String action) {
        messages.labelValues(action).inc();
    }

    @Override
    public void refused(Refusal why) {
        refusals.labelValues(label(why)).inc();
    }

    @Override
    public void committed(int count, long nanos) {
        transactions.inc(count);
        seconds.observe(nanos / 1e9);
    }

    @Override
    public void sent(int characters) {
        sent.inc(characters);
    }

    private static String label(Refusal refusal) {
        return refusal.name().toLowerCase(Locale.ROOT);
    }
}
