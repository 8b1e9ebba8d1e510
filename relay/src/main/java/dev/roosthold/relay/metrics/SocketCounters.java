package dev.roosthold.relay.metrics;

import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.socketio.DisconnectReason;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;

/// Sockets and their events. Thread-safe.
final class SocketCounters implements ConnectionListener {
    private static final String OTHER = "other";

    /// What a client is told, and the label for it.
    private static final Map<String, String> REFUSALS =
            Map.of(
                    "Missing authentication token", "no-token",
                    "Invalid authentication token", "invalid-token",
                    "Not allowed for a machine credential", "not-for-machines",
                    "Session ID required for session-scoped clients", "no-session",
                    "Machine ID required for machine-scoped clients", "no-machine");

    private final Counter connections;
    private final Counter events;
    private final Counter sessionAlive;
    private final Counter machineAlive;
    private final Gauge open;
    private final Counter refusals;
    private final Counter malformed;
    private final Counter disconnects;
    private final LimitCounter limits;

    SocketCounters(PrometheusRegistry registry, LimitCounter limits) {
        this.limits = limits;
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
        refusals =
                Counter.builder()
                        .name("roost_socket_refusals_total")
                        .help("Sockets that were not admitted.")
                        .labelNames("reason")
                        .withoutExemplars()
                        .register(registry);
        REFUSALS.values().forEach(refusals::initLabelValues);
        refusals.initLabelValues(OTHER);
        malformed =
                Counter.builder()
                        .name("roost_socket_malformed_events_total")
                        .help("Events that sockets sent in a form that they do not have.")
                        .withoutExemplars()
                        .register(registry);
        disconnects =
                Counter.builder()
                        .name("roost_socket_disconnects_total")
                        .help("Sockets that went, by reason.")
                        .labelNames("reason")
                        .withoutExemplars()
                        .register(registry);
        for (DisconnectReason reason : DisconnectReason.values()) {
            disconnects.initLabelValues(label(reason));
        }
    }

    @Override
    public void refused(String reason, String address) {
        refusals.labelValues(REFUSALS.getOrDefault(reason, OTHER)).inc();
    }

    @Override
    public void malformed(SocketCaller socket, String event) {
        malformed.inc();
    }

    @Override
    public void limited(SocketCaller socket) {
        limits.held(LimitCounter.Kind.EVENT);
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
        disconnects.labelValues(label(reason)).inc();
    }

    private static String label(DisconnectReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String scope(SocketCaller socket) {
        return switch (socket.scope()) {
            case ClientScope.User() -> "user-scoped";
            case ClientScope.Session _ -> "session-scoped";
            case ClientScope.Machine _ -> "machine-scoped";
        };
    }
}
