package dev.roosthold.relay;

import dev.roosthold.jazz.relay.RelayListener;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.http.HttpConfig;
import dev.roosthold.relay.http.HttpServer;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.jazz.Doorkeeper;
import dev.roosthold.relay.jazz.Jazz;
import dev.roosthold.relay.jazz.JazzConfig;
import dev.roosthold.relay.metrics.Metrics;
import dev.roosthold.relay.metrics.MetricsServer;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.watch.RefusalLog;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A relay for Jazz clients and nothing else: no accounts, one space for all who know its key.
/// Thread-safe.
///
/// Websockets are at `/` and at `/jazz`, `GET /health` answers `ok`.
public final class JazzServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JazzServer.class);

    private final String host;
    private final DataDirectory directory;
    private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
    private final Jazz jazz;
    private final HttpServer http;
    private final Optional<MetricsServer> metricsServer;
    private boolean closed;

    private JazzServer(
            String host,
            int port,
            Path data,
            JazzConfig config,
            OptionalInt metricsPort,
            DataDirectory directory)
            throws IOException {
        this.host = host;
        this.directory = directory;
        Optional<Metrics> metrics =
                metricsPort.isPresent() ? Optional.of(new Metrics()) : Optional.empty();
        RequestListener requests =
                metrics.map(Metrics::requests).orElse(RequestListener.NONE).and(new RefusalLog());
        Front.Limits limits = Front.Limits.USUAL;
        jazz =
                new Jazz(
                        data,
                        config,
                        Doorkeeper.alone(config),
                        Jazz.Limits.of(
                                Set.of("", "/jazz"),
                                // There is only one space, and no limit but that of the addresses.
                                Integer.MAX_VALUE,
                                limits.failuresPerAddress()),
                        requests,
                        metrics.map(Metrics::jazz).orElse(RelayListener.NONE),
                        (_, _) -> {},
                        blocking,
                        InstantSource.system());
        http =
                HttpServer.startBare(
                        HttpConfig.on(new InetSocketAddress(host, port)),
                        routes ->
                                routes.open(
                                        "GET",
                                        "/health",
                                        _ ->
                                                new Response.Bytes(
                                                        200,
                                                        "text/plain; charset=utf-8",
                                                        "ok".getBytes(StandardCharsets.US_ASCII),
                                                        Map.of())),
                        requests,
                        () -> jazz.handler(new ChannelInboundHandlerAdapter()));
        metrics.ifPresent(m -> m.watchJazz(jazz::connections, jazz::bytes, jazz::lastCommitStored));
        metricsServer = metrics.flatMap(m -> serve(m, metricsPort.orElse(0)));
    }

    /// Starts a relay; it serves when this returns.
    ///
    /// @param port 0 picks a free one
    /// @param data created when absent; one relay at a time
    /// @param metricsPort empty for none
    /// @throws IOException when the directory or the address cannot be used, with a message for the
    ///     operator
    public static JazzServer start(
            String host, int port, Path data, JazzConfig config, OptionalInt metricsPort)
            throws IOException {
        DataDirectory directory = DataDirectory.open(data);
        try {
            DatabaseFile.prepare(data);
            var server = new JazzServer(host, port, data, config, metricsPort, directory);
            LOG.atInfo()
                    .addKeyValue("address", server.address())
                    .addKeyValue("data", data)
                    .log("started");
            return server;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    public int port() {
        return http.port();
    }

    /// Where metrics are served; empty when they are off or their port was taken.
    public OptionalInt metricsPort() {
        return metricsServer
                .map(server -> OptionalInt.of(server.port()))
                .orElse(OptionalInt.empty());
    }

    /// Where a client on this computer reaches the relay.
    public URI address() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("ws://" + name + ":" + port());
    }

    /// Stops within seconds; what was acknowledged is on the disk. Repeated calls do nothing.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        metricsServer.ifPresent(MetricsServer::close);
        http.stopAccepting();
        jazz.close();
        http.close();
        blocking.shutdown();
        directory.close();
        LOG.info("stopped");
    }

    private static Optional<MetricsServer> serve(Metrics metrics, int port) {
        try {
            return Optional.of(MetricsServer.start(metrics, port));
        } catch (IOException e) {
            LOG.warn(
                    "metrics are not served: {}; --metrics-port chooses another port",
                    e.getMessage());
            return Optional.empty();
        }
    }
}
