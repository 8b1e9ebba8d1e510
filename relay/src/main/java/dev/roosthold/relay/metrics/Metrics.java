package dev.roosthold.relay.metrics;

import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.store.CommitListener;
import dev.roosthold.relay.store.Store;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// Everything that one relay counts. Thread-safe.
public final class Metrics {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final HttpCounters requests = new HttpCounters(registry);
    private final SocketCounters sockets = new SocketCounters(registry);
    private final StoreCounters commits = new StoreCounters(registry);
    private final RpcCounters rpc = new RpcCounters(registry);

    public Metrics() {
        withoutCounterpart();
    }

    public RequestListener requests() {
        return requests;
    }

    public ConnectionListener sockets() {
        return sockets;
    }

    public CommitListener commits() {
        return commits;
    }

    public RpcMetrics rpc() {
        return rpc;
    }

    /// Adds what is read at the moment somebody asks.
    ///
    /// @param store counted now and then for the number of records
    /// @param waitingWrites that wait for the store's writer
    /// @param updates appended since the start
    public void watch(
            Store store, InstantSource clock, IntSupplier waitingWrites, LongSupplier updates) {
        var records = new RecordCounts(store, clock);
        GaugeWithCallback.builder()
                .name("database_records_total")
                .help("Records in the database.")
                .labelNames("table")
                .callback(callback -> records.now().forEach((table, n) -> callback.call(n, table)))
                .register(registry);
        GaugeWithCallback.builder()
                .name("roost_store_waiting_writes")
                .help("Writes that wait for the writer.")
                .callback(callback -> callback.call(waitingWrites.getAsInt()))
                .register(registry);
        CounterWithCallback.builder()
                .name("roost_updates_appended_total")
                .help("Updates that were appended to the logs of accounts.")
                .callback(callback -> callback.call(updates.getAsLong()))
                .register(registry);
    }

    /// Everything in the text format. May block on the store.
    byte[] print() {
        var out = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array cannot fail", e);
        }
        return out.toByteArray();
    }

    /// Names that dashboards of the happy server read and that count nothing here: there is no
    // cache
    /// of sessions, no second server process and no Redis. They stay at 0.
    private void withoutCounterpart() {
        counter("session_cache_operations_total", "Always 0: sessions are not cached.");
        counter("database_updates_skipped_total", "Always 0: no update is skipped.");
        counter("rpc_fetchsockets_timeouts_total", "Always 0: no other process is asked.");
        gauge("rpc_lookup_retries", "Always 0: a target is looked up once.");
        gauge("redis_stream_lag_ms", "Always 0: there is no Redis.");
    }

    private void counter(String name, String help) {
        var _ = Counter.builder().name(name).help(help).withoutExemplars().register(registry);
    }

    private void gauge(String name, String help) {
        var _ = Gauge.builder().name(name).help(help).withoutExemplars().register(registry);
    }
}
