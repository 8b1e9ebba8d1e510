package dev.roosthold.sync.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// `GET /metrics` for this computer only.
public final class MetricsEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private MetricsEndpoint(HttpServer server) {
        this.server = server;
    }

    /// Begins to serve.
    ///
    /// @param host a loopback address
    /// @throws IOException when the port cannot be had
    public static MetricsEndpoint start(String host, int port, SyncMetrics metrics)
            throws IOException {
        var address = new InetSocketAddress(InetAddress.getByName(host), port);
        if (!address.getAddress().isLoopbackAddress()) {
            throw new IOException("metrics are served on loopback addresses only");
        }
        var endpoint = new MetricsEndpoint(HttpServer.create(address, 16));
        endpoint.server.setExecutor(endpoint.threads);
        endpoint.server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        boolean path = exchange.getRequestURI().getPath().equals("/metrics");
                        boolean get = exchange.getRequestMethod().equals("GET");
                        byte[] body =
                                (path && get ? metrics.prometheus() : "")
                                        .getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().set("Content-Type", SyncMetrics.CONTENT_TYPE);
                        exchange.sendResponseHeaders(
                                !path ? 404 : get ? 200 : 405, body.length == 0 ? -1 : body.length);
                        if (body.length > 0) {
                            exchange.getResponseBody().write(body);
                        }
                    }
                });
        endpoint.server.start();
        return endpoint;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
