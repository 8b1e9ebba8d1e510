package dev.roosthold.relay.metrics;

import dev.roosthold.jazz.relay.RelayListener;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.store.CommitListener;
import dev.roosthold.relay.store.DatabaseStore;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// Everything that one relay counts. Thread-safe.
public final class Metrics {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final LimitCounter limits = new LimitCounter(registry);
    private final HttpCounters requests = new HttpCounters(registry, limits);
    private final SocketCounters sockets = new SocketCounters(registry, limits);
    private final StoreCounters commits = new StoreCounters(registry);
    private final RpcCounters rpc = new RpcCounters(registry);
    private final JazzCounters jazz = new JazzCounters(registry);

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

    public RelayListener jazz() {
        return jazz;
    }

    /// Adds what is read of Jazz at the moment somebody asks.
    public void watchJazz(IntSupplier connections, LongSupplier bytes, BooleanSupplier stored) {
        read("roost_jazz_connections", "Jazz connections that are open.")
                .callback(callback -> callback.call(connections.getAsInt()))
                .register(registry);
        read("roost_jazz_store_bytes", "Size of the file of Jazz values.")
                .callback(callback -> callback.call(bytes.getAsLong()))
                .register(registry);
        read(
                        "roost_jazz_last_write_stored",
                        "0 after Jazz transactions that the disk refused, 1 otherwise.")
                .callback(callback -> callback.call(stored.getAsBoolean() ? 1 : 0))
                .register(registry);
    }

    /// Adds what is read at the moment somebody asks.
    public void watch(Watched relay) {
        ProcessGauges.register(registry);
        build(relay.version());
        var records = new RecordCounts(relay.store(), relay.clock());
        watchStore(relay, records);
        read("roost_ready", "1 when the relay takes work, as /ready answered last; 0 when not.")
                .callback(callback -> callback.call(relay.ready().getAsBoolean() ? 1 : 0))
                .register(registry);
        read("roost_machines_active", "Machines that are online.")
                .callback(callback -> callback.call(relay.activeMachines().getAsInt()))
                .register(registry);
        read("roost_sessions_active", "Sessions that are active.")
                .callback(callback -> callback.call(relay.activeSessions().getAsInt()))
                .register(registry);
        read("roost_attachment_bytes", "Bytes of the attachments that were uploaded.")
                .callback(callback -> callback.call(records.attachmentBytes()))
                .register(registry);
        read(
                        "roost_last_backup_timestamp_seconds",
                        "Before when everything is in the latest backup; 0 when there was none.")
                .callback(callback -> callback.call(relay.lastBackup().getAsLong()))
                .register(registry);
        sum("roost_updates_appended_total", "Updates that were appended to the logs of accounts.")
                .callback(callback -> callback.call(relay.appendedUpdates().getAsLong()))
                .register(registry);
        sum(
                        "roost_updates_dropped_total",
                        "Updates that left the logs because they were too many or too old.")
                .callback(callback -> callback.call(relay.droppedUpdates().getAsLong()))
                .register(registry);
        sum(
                        "roost_probes_total",
                        "Times that a device asked for more in a minute that is not there than"
                                + " clients do.")
                .callback(callback -> callback.call(relay.probes().getAsLong()))
                .register(registry);
    }

    /// Adds what is read of a relay that is one of several.
    public void watchCluster(WatchedCluster cluster) {
        read("roost_cluster_bus_connected", "1 while the other nodes can be told anything.")
                .callback(callback -> callback.call(cluster.busConnected().getAsBoolean() ? 1 : 0))
                .register(registry);
        sum("roost_cluster_bus_losses_total", "Times that the connection to the bus was lost.")
                .callback(callback -> callback.call(cluster.busLosses().getAsLong()))
                .register(registry);
        sum("roost_cluster_bus_dropped_total", "Messages to other nodes that were not sent.")
                .callback(callback -> callback.call(cluster.busDropped().getAsLong()))
                .register(registry);
        sum("roost_cluster_updates_told_total", "Updates that other nodes were told of.")
                .callback(callback -> callback.call(cluster.updatesTold().getAsLong()))
                .register(registry);
        sum("roost_cluster_updates_heard_total", "Updates that other nodes have told of.")
                .callback(callback -> callback.call(cluster.updatesHeard().getAsLong()))
                .register(registry);
        sum(
                        "roost_cluster_updates_read_total",
                        "Updates of other nodes that were found in the log, not having been heard.")
                .callback(callback -> callback.call(cluster.updatesRead().getAsLong()))
                .register(registry);
        sum("roost_cluster_calls_total", "Calls between sockets of two nodes.")
                .labelNames("direction")
                .callback(
                        callback -> {
                            callback.call(cluster.callsSent().getAsLong(), "out");
                            callback.call(cluster.callsTaken().getAsLong(), "in");
                        })
                .register(registry);
        read("roost_cluster_nodes", "Nodes that are alive, this one included.")
                .callback(callback -> callback.call(cluster.nodes().getAsInt()))
                .register(registry);
        sum("roost_cluster_nodes_gone_total", "Nodes that were gone and seen to by this one.")
                .callback(callback -> callback.call(cluster.nodesGone().getAsLong()))
                .register(registry);
        read("roost_cluster_leads", "1 on the node that does what one does for all.")
                .callback(callback -> callback.call(cluster.leads().getAsBoolean() ? 1 : 0))
                .register(registry);
        read("roost_cluster_beat_age_seconds", "Time since the lease of this node was renewed.")
                .callback(callback -> callback.call(cluster.sinceBeat().get().toMillis() / 1e3))
                .register(registry);
    }

    private void watchStore(Watched relay, RecordCounts records) {
        DatabaseStore store = relay.store();
        read("database_records_total", "Records in the database.")
                .labelNames("table")
                .callback(callback -> records.now().forEach((table, n) -> callback.call(n, table)))
                .register(registry);
        read("roost_store_waiting_writes", "Writes that wait for the writer.")
                .callback(callback -> callback.call(store.waitingWrites()))
                .register(registry);
        read("roost_store_waiting_reads", "Reads that wait for a reader.")
                .callback(callback -> callback.call(store.waitingReads()))
                .register(registry);
        read("roost_store_last_write_stored", "0 after a write that the disk refused, 1 otherwise.")
                .callback(callback -> callback.call(store.lastWriteStored() ? 1 : 0))
                .register(registry);
        read("roost_store_bytes", "Size of the database file and of its write-ahead log.")
                .labelNames("file")
                .callback(
                        callback -> {
                            store.databaseBytes()
                                    .ifPresent(bytes -> callback.call(bytes, "database"));
                            store.walBytes().ifPresent(bytes -> callback.call(bytes, "wal"));
                        })
                .register(registry);
        read("roost_disk_free_bytes", "Space that is left where the database is.")
                .callback(callback -> store.freeBytes().ifPresent(callback::call))
                .register(registry);
    }

    private void build(String version) {
        Info.builder()
                .name("roost_build")
                .help("The program and the Java runtime that it runs on.")
                .labelNames("version", "java")
                .register(registry)
                .addLabelValues(version, Runtime.version().toString());
    }

    private static GaugeWithCallback.Builder read(String name, String help) {
        return GaugeWithCallback.builder().name(name).help(help);
    }

    private static CounterWithCallback.Builder sum(String name, String help) {
        return CounterWithCallback.builder().name(name).help(help);
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
    /// cache of sessions, no second server process and no Redis. They stay at 0.
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
