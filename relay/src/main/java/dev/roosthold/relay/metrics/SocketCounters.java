package dev.roosthold.relay.metrics;

import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.socketio.DisconnectReason;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// Sockets and their events. Thread-safe.
final class SocketCounters implements ConnectionListener {
    private final Counter connections;
    private final Counter events;
    private final Counter sessionAlive;
    private final Counter machineAlive;
    private final Gauge open;

    SocketCounters(PrometheusRegistry registry) {
        connections =
                Counter.builder()
                        .name("websocket_connections_total")
                        .help("Sockets that were admitted.")
                        .labelNames("type", "client", "client_type")
                        .withoutExemplars()
                        .register(registry);
        events =
                Counter.builder()
                        .name("websocket_events_total")
                        .help("Events that sockets sent.")
                        .labelNames("event_type", "client", "client_type")
                        .withoutExemplars()
                        .register(registry);
        sessionAlive =
                Counter.builder()
                        .name("session_alive_events_total")
                        .help("Events session-alive.")
                        .withoutExemplars()
                        .register(registry);
        machineAlive =
                Counter.builder()
                        .name("machine_alive_events_total")
                        .help("Events machine-alive.")
                        .withoutExemplars()
                        .register(registry);
        open =
                Gauge.builder()
                        .name("roost_sockets")
                        .help("Sockets that are connected.")
                        .labelNames("scope")
                        .withoutExemplars()
                        .register(registry);
        open.initLabelValues("user-scoped");
        open.initLabelValues("session-scoped");
        open.initLabelValues("machine-scoped");
    }

    @Override
    public void connected(SocketCaller socket) {
        ClientKind client = ClientKind.of(socket.happyClient());
        connections.labelValues(scope(socket), client.client(), client.type()).inc();
        open.labelValues(scope(socket)).inc();
    }

    @Override
    public void received(SocketCaller socket, String event) {
        ClientKind client = ClientKind.of(socket.happyClient());
        events.labelValues(event, client.client(), client.type()).inc();
        switch (event) {
            case "session-alive" -> sessionAlive.inc();
            case "machine-alive" -> machineAlive.inc();
            default -> {}
        }
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        open.labelValues(scope(socket)).dec();
    }

    private static String scope(SocketCaller socket) {
        return switch (socket.scope()) {
            case ClientScope.User() -> "user-scoped";
            case ClientScope.Session _ -> "session-scoped";
            case ClientScope.Machine _ -> "machine-scoped";
        };
    }
}
