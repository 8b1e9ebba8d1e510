package dev.roosthold.relay.metrics;

import dev.roosthold.relay.http.HttpConfig;
import dev.roosthold.relay.http.HttpServer;
import dev.roosthold.relay.http.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/// `GET /metrics` on a port of its own, reachable from this computer only. Thread-safe.
public final class MetricsServer implements AutoCloseable {
    private final HttpServer server;

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /// @param port 0 takes a free one
    /// @throws IOException when the port cannot be used
    public static MetricsServer start(Metrics metrics, int port) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return new MetricsServer(
                HttpServer.startBare(
                        HttpConfig.on(address).withEventLoops(1),
                        routes ->
                                routes.open(
                                        "GET",
                                        "/metrics",
                                        _ ->
                                                new Response.Bytes(
                                                        200,
                                                        Metrics.CONTENT_TYPE,
                                                        metrics.print(),
                                                        Map.of("cache-control", "no-store")))));
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}
