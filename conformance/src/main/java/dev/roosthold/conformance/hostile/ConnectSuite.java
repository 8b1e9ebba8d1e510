package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.PollingTransport;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Nothing is reached before a successful CONNECT: the five ways around it, on both transports.
///
/// Each way opens a transport and tries to act or to listen without being admitted, while an
/// admitted socket of the same account makes real broadcasts. Uses one fresh account. Used by one
/// thread.
public final class ConnectSuite {
    /// The contract's connect timeout is 20 s.
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private static final String REFUSED = "40{\"token\":\"not-a-token\"}";

    private ConnectSuite() {}

    /// Tries all ways at the same time; takes as long as the server's connect timeout.
    ///
    /// @return what the server did that it must not do, one line each
    /// @throws WireException when the account or a transport cannot be set up
    public static List<String> against(URI server) {
        try (HttpClient http = Http1.client().build()) {
            TestAccount account = new TestAccount(http, server);
            try (RawSocketIo app = account.connectUser();
                    RawSocketIo machine = account.connectMachine()) {
                return tryAll(http, server, account, app, machine);
            }
        }
    }

    private static List<String> tryAll(
            HttpClient http,
            URI server,
            TestAccount account,
            RawSocketIo app,
            RawSocketIo machine) {
        Map<String, Intruder> intruders = new LinkedHashMap<>();
        List<String> violations = new ArrayList<>();
        try {
            ways(account.machineId())
                    .forEach(
                            (name, packets) -> {
                                Intruder websocket =
                                        new WebSocketIntruder(RawSocketIo.openOnly(server));
                                packets.forEach(websocket::send);
                                intruders.put(name + ", websocket", websocket);
                                Intruder polling = PollingIntruder.open(http, server);
                                packets.forEach(polling::send);
                                intruders.put(name + ", polling", polling);
                            });
            violations.addAll(broadcast(account, app, machine));
            intruders.forEach(
                    (name, intruder) ->
                            intruder.leaked()
                                    .ifPresent(p -> violations.add(name + ": received " + p)));
            Polling.until(
                    CLOSE_PATIENCE, () -> intruders.values().stream().allMatch(Intruder::ended));
            intruders.forEach(
                    (name, intruder) -> {
                        intruder.leaked()
                                .ifPresent(p -> violations.add(name + ": received late " + p));
                        if (!intruder.ended()) {
                            violations.add(name + ": still open after " + CLOSE_PATIENCE);
                        }
                    });
        } finally {
            intruders.values().forEach(Intruder::close);
        }
        return List.copyOf(violations);
    }

    /// The five ways, each as the packets that follow the open packet.
    private static Map<String, List<String>> ways(String machineId) {
        String act =
                "427[\"machine-update-metadata\",{\"machineId\":\"%s\",\"metadata\":\"ZW5jOmV2aWw=\",\"expectedVersion\":1}]"
                        .formatted(machineId);
        String alive =
                "42[\"machine-alive\",{\"machineId\":\"%s\",\"time\":%d}]"
                        .formatted(machineId, System.currentTimeMillis());
        Map<String, List<String>> ways = new LinkedHashMap<>();
        ways.put("opened and silent", List.of());
        ways.put("refused, then events", List.of(REFUSED, act, alive, "428[\"ping\"]"));
        ways.put("events without CONNECT", List.of(act, alive, "428[\"ping\"]"));
        ways.put("CONNECT without payload, then events", List.of("40", act, "428[\"ping\"]"));
        ways.put("refused, then waiting for broadcasts", List.of(REFUSED));
        return ways;
    }

    /// Real changes, seen by the admitted: proof that there was something to hear.
    private static List<String> broadcast(
            TestAccount account, RawSocketIo app, RawSocketIo machine) {
        List<String> violations = new ArrayList<>();
        JsonNode before = account.machine();
        if (before.path("metadataVersion").asInt() != 1) {
            violations.add("a socket that was not admitted changed the machine: " + before);
        }
        Optional<JsonNode> answer =
                machine.ask(
                        "[\"machine-update-metadata\",{\"machineId\":\"%s\",\"metadata\":\"ZW5jOm9r\",\"expectedVersion\":%d}]"
                                .formatted(
                                        account.machineId(),
                                        before.path("metadataVersion").asInt()));
        if (answer.isEmpty() || !answer.get().path("result").asString("").equals("success")) {
            violations.add("the admitted machine was answered with " + answer.orElse(null));
        } else if (app.awaitPacket(p -> p.contains("ZW5jOm9r")).isEmpty()) {
            violations.add("the admitted app did not see the change");
        }
        return violations;
    }

    /// A transport that was opened and never admitted.
    private interface Intruder extends AutoCloseable {
        void send(String packet);

        /// A packet that only an admitted socket may get: an event or an acknowledgement.
        Optional<String> leaked();

        boolean ended();

        @Override
        void close();
    }

    private record WebSocketIntruder(RawSocketIo socket) implements Intruder {
        @Override
        public void send(String packet) {
            socket.send(packet);
        }

        @Override
        public Optional<String> leaked() {
            return socket.packets().stream().filter(ConnectSuite::isForAdmitted).findFirst();
        }

        @Override
        public boolean ended() {
            return socket.websocket().ended();
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private record PollingIntruder(PollingTransport transport) implements Intruder {
        static PollingIntruder open(HttpClient http, URI server) {
            return new PollingIntruder(PollingTransport.open(http, server));
        }

        @Override
        public void send(String packet) {
            transport.send(packet);
        }

        @Override
        public Optional<String> leaked() {
            return transport.packets().stream().filter(ConnectSuite::isForAdmitted).findFirst();
        }

        @Override
        public boolean ended() {
            return transport.ended();
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    private static boolean isForAdmitted(String packet) {
        return packet.startsWith("42")
                || packet.startsWith("43")
                || packet.startsWith("45")
                || packet.startsWith("46")
                || packet.startsWith("40");
    }
}
