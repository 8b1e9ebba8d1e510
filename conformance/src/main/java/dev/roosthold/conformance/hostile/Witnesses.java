package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.RawSocketIo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Connections that do nothing wrong: two of the attacked account, one of another. After each
/// attack they must be the same connections and get the same service.
///
/// Used by one thread.
final class Witnesses implements AutoCloseable {
    private static final String PING = "421[\"ping\"]";
    private static final String PONG = "431[{}]";

    private final Map<String, RawSocketIo> sockets = new LinkedHashMap<>();
    private final TestAccount account;
    private final RawSocketIo user;
    private final RawSocketIo machine;
    private int metadataVersion;

    Witnesses(TestAccount account, TestAccount other) {
        this.account = account;
        user = account.connectUser();
        machine = account.connectMachine();
        sockets.put("the app of the same account", user);
        sockets.put("the machine of the same account", machine);
        sockets.put("the app of another account", other.connectUser());
        metadataVersion = account.machine().path("metadataVersion").asInt();
    }

    /// What is wrong with the service, in words; empty when all is well.
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        sockets.values().forEach(socket -> socket.send(PING));
        sockets.forEach(
                (name, socket) -> {
                    boolean answered = socket.awaitPacket(PONG::equals).isPresent();
                    if (socket.websocket().ended()) {
                        complaints.add(name + " lost its connection");
                    } else if (!answered) {
                        complaints.add(name + " gets no answer");
                    }
                });
        if (complaints.isEmpty()) {
            complaints.addAll(changeComplaints());
        }
        sockets.values().forEach(RawSocketIo::forgetPackets);
        return complaints;
    }

    @Override
    public void close() {
        sockets.values().forEach(RawSocketIo::close);
    }

    /// A change by the machine is accepted at the version that was current before the attack, and
    /// the app sees it.
    private List<String> changeComplaints() {
        String event =
                "[\"machine-update-metadata\",{\"machineId\":\"%s\",\"metadata\":\"%s\",\"expectedVersion\":%d}]"
                        .formatted(account.machineId(), "ZW5jOnc=", metadataVersion);
        Optional<JsonNode> answer = machine.ask(event);
        if (answer.isEmpty() || !answer.get().path("result").asString("").equals("success")) {
            return List.of("a change of the machine was answered with " + answer.orElse(null));
        }
        metadataVersion = answer.get().path("version").asInt();
        String seen = "\"version\":" + metadataVersion;
        boolean arrived =
                user.awaitPacket(p -> p.startsWith("42[\"update\"") && p.contains(seen))
                        .isPresent();
        return arrived ? List.of() : List.of("the app did not see a change of the machine");
    }
}
