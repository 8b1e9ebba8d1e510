package dev.roosthold.conformance.wire;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A Socket.IO connection over a raw websocket. Answers the server's pings and keeps every other
/// packet as text, for example `42["update",{...}]` or `435[{}]`. Thread-safe.
public final class RawSocketIo implements AutoCloseable {
    /// Answers that a suite waits for come far earlier on a healthy server.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String PATH = "/v1/updates/?EIO=4&transport=websocket";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RawWebSocket websocket;
    private final List<String> packets = new CopyOnWriteArrayList<>();
    private final AtomicInteger nextAckId = new AtomicInteger(100_000);

    private RawSocketIo(URI server) {
        websocket = RawWebSocket.open(server, PATH, this::receive);
    }

    /// Opens the transport and nothing more: no CONNECT is sent.
    public static RawSocketIo openOnly(URI server) {
        RawSocketIo socket = new RawSocketIo(server);
        if (socket.awaitPacket(packet -> packet.startsWith("0{")).isEmpty()) {
            socket.close();
            throw new WireException("no open packet");
        }
        return socket;
    }

    /// Opens the transport and connects to the main namespace.
    ///
    /// @param auth JSON text of the `auth` payload
    /// @throws WireException when the connection is refused
    public static RawSocketIo connect(URI server, String auth) {
        RawSocketIo socket = openOnly(server);
        socket.send("40" + auth);
        String answer =
                socket.awaitPacket(packet -> packet.startsWith("40") || packet.startsWith("44"))
                        .orElseThrow(() -> new WireException("no answer to CONNECT"));
        if (answer.startsWith("44")) {
            socket.close();
            throw new WireException("refused: " + answer);
        }
        return socket;
    }

    /// The largest packet that the server said it accepts, in bytes.
    public long maxPayload() {
        return JSON.readTree(packets.getFirst().substring(1)).path("maxPayload").asLong();
    }

    public RawWebSocket websocket() {
        return websocket;
    }

    /// Sends an Engine.IO packet as text.
    public void send(String packet) {
        websocket.sendText(packet);
    }

    /// Sends an event and waits for its acknowledgement.
    ///
    /// @param event JSON array of name and arguments
    /// @return the acknowledgement's first argument; empty when none came in time or the
    ///     connection ended
    public Optional<JsonNode> ask(String event) {
        return ask(event, PATIENCE);
    }

    /// The same with a patience of the caller's own.
    public Optional<JsonNode> ask(String event, Duration patience) {
        int id = nextAckId.incrementAndGet();
        send("42" + id + event);
        return awaitAck(id, patience);
    }

    /// Waits for the acknowledgement with this id.
    public Optional<JsonNode> awaitAck(long id) {
        return awaitAck(id, PATIENCE);
    }

    private Optional<JsonNode> awaitAck(long id, Duration patience) {
        String prefix = "43" + id + "[";
        return awaitPacket(packet -> packet.startsWith(prefix), patience)
                .map(packet -> JSON.readTree(packet.substring(prefix.length() - 1)).path(0));
    }

    /// How many acknowledgements with this id have come.
    public long ackCount(long id) {
        return packets.stream()
                .filter(p -> p.startsWith("43" + id + "[") || p.startsWith("46" + id + "["))
                .count();
    }

    /// Waits for a packet, also one that came before.
    public Optional<String> awaitPacket(Predicate<String> wanted) {
        return awaitPacket(wanted, PATIENCE);
    }

    private Optional<String> awaitPacket(Predicate<String> wanted, Duration patience) {
        Polling.until(patience, () -> websocket.ended() || packets.stream().anyMatch(wanted));
        return packets.stream().filter(wanted).findFirst();
    }

    /// Every packet so far except the server's pings, in order of arrival.
    public List<String> packets() {
        return packets;
    }

    /// Forgets the packets that have been looked at, except the open packet.
    public void forgetPackets() {
        packets.removeIf(packet -> !packet.startsWith("0{"));
    }

    /// Whether the server still serves this socket: a `ping` event is acknowledged with `{}`.
    public boolean isServed() {
        return ask("[\"ping\"]").filter(answer -> answer.toString().equals("{}")).isPresent();
    }

    @Override
    public void close() {
        websocket.close();
    }

    private void receive(RawWebSocket.Message message) {
        String packet = message.binary() ? "<binary>" : message.text();
        if (packet.equals("2")) {
            send("3");
        } else {
            packets.add(packet);
        }
    }
}
