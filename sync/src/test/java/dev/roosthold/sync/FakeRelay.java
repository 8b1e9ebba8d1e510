package dev.roosthold.sync;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Answers every request for a WebSocket with one status.
final class FakeRelay implements AutoCloseable {
    final List<Long> asked = new CopyOnWriteArrayList<>();
    volatile int status;
    volatile String retryAfter = "";
    private final HttpServer server;

    FakeRelay(int status) {
        this.status = status;
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        asked.add(System.nanoTime() / 1_000_000);
                        if (!retryAfter.isEmpty()) {
                            exchange.getResponseHeaders().set("Retry-After", retryAfter);
                        }
                        exchange.sendResponseHeaders(this.status, -1);
                    }
                });
        server.start();
    }

    URI address() {
        return URI.create("ws://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
