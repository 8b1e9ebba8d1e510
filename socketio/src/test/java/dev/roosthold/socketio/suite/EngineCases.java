package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// What the document "Engine.IO protocol, revision 4" asks of a server, one case per rule.
final class EngineCases {

    private static final List<String> INVALID_EIO = List.of("", "EIO=abc&", "EIO=3&");

    private EngineCases() {}

    /// The cases that hold for every endpoint, also when Socket.IO runs on top.
    static List<Case> session(Endpoint at) {
        return List.of(
                new Case("handshake over polling opens a session", () -> handshakePolling(at)),
                new Case("handshake over polling without a valid EIO fails", () -> eioPolling(at)),
                new Case("handshake without a valid transport fails", () -> transportPolling(at)),
                new Case("handshake with another method than GET fails", () -> method(at)),
                new Case("handshake over websocket opens a session", () -> handshakeWebsocket(at)),
                new Case(
                        "handshake over websocket without a valid EIO fails",
                        () -> eioWebsocket(at)),
                new Case(
                        "handshake over websocket without a valid transport fails",
                        () -> transportWebsocket(at)),
                new Case("heartbeat over polling keeps the session", () -> heartbeatPolling(at)),
                new Case("missed heartbeat over polling ends the session", () -> missedPolling(at)),
                new Case(
                        "heartbeat over websocket keeps the session", () -> heartbeatWebsocket(at)),
                new Case(
                        "missed heartbeat over websocket ends the session",
                        () -> missedWebsocket(at)),
                new Case("close packet over polling ends the session", () -> closePolling(at)),
                new Case("close packet over websocket ends the session", () -> closeWebsocket(at)),
                new Case("polling is upgraded to websocket", () -> upgrade(at)),
                new Case("polls after the upgrade are refused", () -> pollAfterUpgrade(at)),
                new Case(
                        "a second websocket after the upgrade is closed",
                        () -> secondWebsocketAfterUpgrade(at)));
    }

    /// The cases that need an endpoint that returns every Engine.IO message to its sender.
    static List<Case> messages(Endpoint at) {
        return List.of(
                new Case("one text packet in a payload", () -> echoPolling(at, "4hello")),
                new Case(
                        "several text packets in a payload",
                        () -> echoPolling(at, "4test1\u001e4test2\u001e4test3")),
                new Case(
                        "text and binary packets in a payload",
                        () -> echoPolling(at, "4hello\u001ebAQIDBA==")),
                new Case("invalid packet in a payload ends the session", () -> invalidPolling(at)),
                new Case("two polls at once end the session", () -> duplicatePoll(at)),
                new Case("a cancelled poll ends the session", () -> cancelledPoll(at)),
                new Case("text packet over websocket", () -> textWebsocket(at)),
                new Case("binary packet over websocket", () -> binaryWebsocket(at)),
                new Case("invalid packet over websocket ends it", () -> invalidWebsocket(at)));
    }

    private static void handshakePolling(Endpoint at) throws Exception {
        var response = at.get("EIO=4&transport=polling");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("0");
        assertOpenPacket(response.body(), true);
    }

    private static void eioPolling(Endpoint at) throws Exception {
        for (var eio : INVALID_EIO) {
            assertThat(at.get(eio + "transport=polling").statusCode()).as(eio).isEqualTo(400);
        }
    }

    private static void transportPolling(Endpoint at) throws Exception {
        assertThat(at.get("EIO=4").statusCode()).isEqualTo(400);
        assertThat(at.get("EIO=4&transport=abc").statusCode()).isEqualTo(400);
    }

    private static void method(Endpoint at) throws Exception {
        for (var method : List.of("POST", "PUT")) {
            assertThat(at.send(method, "EIO=4&transport=polling").statusCode())
                    .as(method)
                    .isEqualTo(400);
        }
    }

    private static void handshakeWebsocket(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            var open = socket.nextText();
            assertThat(open).startsWith("0");
            assertOpenPacket(open, false);
        }
    }

    private static void eioWebsocket(Endpoint at) throws Exception {
        for (var eio : INVALID_EIO) {
            assertRefused(at, eio + "transport=websocket");
        }
    }

    private static void transportWebsocket(Endpoint at) throws Exception {
        assertRefused(at, "EIO=4");
        assertRefused(at, "EIO=4&transport=abc");
    }

    private static void heartbeatPolling(Endpoint at) throws Exception {
        var sid = at.openPolling();
        for (int i = 0; i < 3; i++) {
            var poll = at.poll(sid);
            assertThat(poll.statusCode()).isEqualTo(200);
            assertThat(poll.body()).isEqualTo("2");
            assertThat(at.push(sid, "3").statusCode()).isEqualTo(200);
        }
    }

    private static void missedPolling(Endpoint at) throws Exception {
        var sid = at.openPolling();
        assertThat(at.poll(sid).body()).isEqualTo("2");
        // Left hanging until the session ends; how it is answered then is the server's choice.
        at.pollLater(sid).handle((response, failure) -> "over").join();
        assertThat(at.poll(sid).statusCode()).isEqualTo(400);
    }

    private static void heartbeatWebsocket(Endpoint at) throws Exception {
        try (var socket = RawWebSocket.silent(at.port(), at.target("EIO=4&transport=websocket"))) {
            assertThat(socket.nextText()).startsWith("0");
            for (int i = 0; i < 3; i++) {
                assertThat(socket.nextText()).isEqualTo("2");
                socket.text("3");
            }
            assertThat(socket.isOpen()).isTrue();
        }
    }

    private static void missedWebsocket(Endpoint at) throws Exception {
        try (var socket = RawWebSocket.silent(at.port(), at.target("EIO=4&transport=websocket"))) {
            assertThat(socket.nextText()).startsWith("0");
            assertThat(socket.nextText()).isEqualTo("2");
            socket.awaitEnd();
        }
    }

    private static void closePolling(Endpoint at) throws Exception {
        var sid = at.openPolling();
        // Two connections: either may arrive first.
        var poll = at.pollLater(sid);
        assertThat(at.push(sid, "1").statusCode()).isEqualTo(200);
        assertThat(poll.join().statusCode()).isEqualTo(200);
        assertThat(poll.join().body()).isEqualTo("6");
        assertThat(at.poll(sid).statusCode()).isEqualTo(400);
    }

    private static void closeWebsocket(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("1");
            socket.awaitEnd();
        }
    }

    private static void upgrade(Endpoint at) throws Exception {
        var sid = at.openPolling();
        try (var socket = at.websocket(sid)) {
            socket.text("2probe");
            assertThat(socket.nextText()).isEqualTo("3probe");
            var poll = at.poll(sid);
            assertThat(poll.statusCode()).isEqualTo(200);
            assertThat(poll.body()).isEqualTo("6");
            socket.text("5");
            assertAlive(at, socket);
        }
    }

    private static void pollAfterUpgrade(Endpoint at) throws Exception {
        var sid = at.openPolling();
        try (var socket = upgraded(at, sid)) {
            assertThat(at.poll(sid).statusCode()).isEqualTo(400);
            assertAlive(at, socket);
        }
    }

    private static void secondWebsocketAfterUpgrade(Endpoint at) throws Exception {
        var sid = at.openPolling();
        try (var socket = upgraded(at, sid);
                var second = at.websocket(sid)) {
            assertThat(second.status()).as("its handshake completes first").isEqualTo(101);
            second.awaitEnd();
            assertAlive(at, socket);
        }
    }

    private static void echoPolling(Endpoint at, String payload) throws Exception {
        var sid = at.openPolling();
        var push = at.push(sid, payload);
        assertThat(push.statusCode()).isEqualTo(200);
        assertThat(push.body()).isEqualTo("ok");
        var poll = at.poll(sid);
        assertThat(poll.statusCode()).isEqualTo(200);
        assertThat(poll.body()).isEqualTo(payload);
    }

    private static void invalidPolling(Endpoint at) throws Exception {
        var sid = at.openPolling();
        try {
            assertThat(at.push(sid, "abc").statusCode()).isEqualTo(400);
        } catch (IOException e) {
            // Ending the TCP connection without an answer is allowed too.
        }
        assertThat(at.poll(sid).statusCode()).isEqualTo(400);
    }

    private static void duplicatePoll(Endpoint at) throws Exception {
        var sid = at.openPolling();
        var polls = List.of(at.pollLater(sid), at.pollLater(sid));
        var statuses = polls.stream().map(poll -> poll.join().statusCode()).sorted().toList();
        assertThat(statuses.getFirst()).isEqualTo(200);
        assertThat(statuses.getLast()).isIn(400, 500);
        polls.stream()
                .map(poll -> poll.join())
                .filter(response -> response.statusCode() == 200)
                .forEach(response -> assertThat(response.body()).isEqualTo("1"));
        assertThat(at.poll(sid).statusCode()).isEqualTo(400);
    }

    private static void cancelledPoll(Endpoint at) throws Exception {
        var sid = at.openPolling();
        try (var connection = new Socket("127.0.0.1", at.port())) {
            var request =
                    "GET " + at.target(Endpoint.polling(sid)) + " HTTP/1.1\r\nHost: a\r\n\r\n";
            connection.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }
        // Pongs keep the heartbeat going, so that only the cancelled poll can end the session.
        await().pollInterval(Duration.ofMillis(40))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(at.push(sid, "3").statusCode()).isEqualTo(400));
    }

    private static void textWebsocket(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("4hello");
            assertThat(socket.nextText()).isEqualTo("4hello");
        }
    }

    private static void binaryWebsocket(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.binary((byte) 1, (byte) 2, (byte) 3, (byte) 4);
            assertThat(socket.nextBinary()).containsExactly(1, 2, 3, 4);
        }
    }

    private static void invalidWebsocket(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("abc");
            socket.awaitEnd();
        }
    }

    private static RawWebSocket upgraded(Endpoint at, String sid) throws IOException {
        var socket = at.websocket(sid);
        socket.text("2probe");
        socket.text("5");
        assertThat(socket.nextText()).isEqualTo("3probe");
        return socket;
    }

    /// The raw endpoint returns messages; the Socket.IO one answers a CONNECT.
    private static void assertAlive(Endpoint at, RawWebSocket socket) throws IOException {
        if (at.path().startsWith("/engine.io")) {
            socket.text("4hello");
            assertThat(socket.nextText()).isEqualTo("4hello");
        } else {
            socket.text("40");
            assertThat(socket.nextText()).startsWith("40{\"sid\":");
        }
    }

    private static void assertRefused(Endpoint at, String query) throws Exception {
        try (var socket = RawWebSocket.open(at.port(), at.target(query))) {
            assertThat(socket.status()).as(query).isEqualTo(400);
            socket.awaitEnd();
        }
    }

    private static void assertOpenPacket(String packet, boolean upgradable) {
        var open = Endpoint.json(packet.substring(1));
        assertThat(open.propertyNames())
                .containsExactlyInAnyOrder(
                        "sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload");
        assertThat(open.get("sid").isString()).isTrue();
        assertThat(open.get("upgrades").toString())
                .isEqualTo(upgradable ? "[\"websocket\"]" : "[]");
        assertThat(open.get("pingInterval").asInt()).isEqualTo(300);
        assertThat(open.get("pingTimeout").asInt()).isEqualTo(200);
        assertThat(open.get("maxPayload").asInt()).isEqualTo(1_000_000);
    }
}
