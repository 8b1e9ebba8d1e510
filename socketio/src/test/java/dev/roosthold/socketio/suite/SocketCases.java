package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// What the document "Socket.IO protocol, revision 5" asks of a server, one case per rule, against
/// a server that answers as the document's examples describe: `auth` after CONNECT, `message` with
/// `message-back`, `message-with-ack` with an acknowledgement of the same arguments.
final class SocketCases {

    private static final String TWO_PLACEHOLDERS =
            "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";

    private SocketCases() {}

    static List<Case> all(Endpoint at) {
        var cases = new ArrayList<>(EngineCases.session(at));
        cases.addAll(
                List.of(
                        new Case("connect to the main namespace", () -> connect(at, "", "{}")),
                        new Case(
                                "connect to the main namespace with a payload",
                                () -> connect(at, "", "{\"token\":\"123\"}")),
                        new Case(
                                "connect to a custom namespace",
                                () -> connect(at, "/custom,", "{}")),
                        new Case(
                                "connect to a custom namespace with a payload",
                                () -> connect(at, "/custom,", "{\"token\":\"abc\"}")),
                        new Case("unknown namespace is refused", () -> unknownNamespace(at)),
                        new Case(
                                "invalid first packet ends the connection", () -> invalidFirst(at)),
                        new Case("no CONNECT ends the connection", () -> noConnect(at)),
                        new Case("disconnect from the main namespace", () -> disconnectMain(at)),
                        new Case("disconnect from a custom namespace", () -> disconnectCustom(at)),
                        new Case("event", () -> event(at)),
                        new Case("binary event", () -> binaryEvent(at)),
                        new Case("event with acknowledgement", () -> eventWithAck(at)),
                        new Case("binary event with acknowledgement", () -> binaryEventWithAck(at)),
                        new Case("unknown packet type ends it", () -> invalid(at, "4abc")),
                        new Case("payload that is no array ends it", () -> invalid(at, "42{}")),
                        new Case(
                                "acknowledgement id that is no number ends it",
                                () ->
                                        invalid(
                                                at,
                                                "42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]"))));
        return cases;
    }

    private static void connect(Endpoint at, String namespace, String auth) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("40" + namespace + (auth.equals("{}") ? "" : auth));
            var answer = socket.nextText();
            assertThat(answer).startsWith("40" + namespace + "{");
            var handshake = Endpoint.json(answer.substring(2 + namespace.length()));
            assertThat(handshake.propertyNames()).containsExactly("sid");
            assertThat(handshake.get("sid").isString()).isTrue();
            assertThat(socket.nextText()).isEqualTo("42" + namespace + "[\"auth\"," + auth + "]");
        }
    }

    private static void unknownNamespace(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("40/random");
            assertThat(socket.nextText())
                    .isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
        }
    }

    private static void invalidFirst(Endpoint at) throws Exception {
        try (var socket = at.websocket()) {
            assertThat(socket.nextText()).startsWith("0");
            socket.text("4abc");
            socket.awaitEnd();
        }
    }

    private static void noConnect(Endpoint at) throws Exception {
        try (var socket = RawWebSocket.silent(at.port(), at.target("EIO=4&transport=websocket"))) {
            socket.awaitEnd();
        }
    }

    private static void disconnectMain(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            enterCustom(socket);
            socket.text("41");
            socket.text("42/custom,[\"message\",\"to custom\"]");
            assertThat(socket.nextText()).isEqualTo("42/custom,[\"message-back\",\"to custom\"]");
            // Only who has left can enter again.
            socket.text("40");
            assertThat(socket.nextText()).startsWith("40{\"sid\":");
        }
    }

    private static void disconnectCustom(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            enterCustom(socket);
            socket.text("41/custom,");
            socket.text("42[\"message\",\"to main\"]");
            assertThat(socket.nextText()).isEqualTo("42[\"message-back\",\"to main\"]");
            enterCustom(socket);
        }
    }

    private static void event(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            socket.text("42[\"message\",1,\"2\",{\"3\":[true]}]");
            assertThat(socket.nextText()).isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
        }
    }

    private static void binaryEvent(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            socket.text("452-[\"message\"," + TWO_PLACEHOLDERS + "]");
            socket.binary((byte) 1, (byte) 2, (byte) 3);
            socket.binary((byte) 4, (byte) 5, (byte) 6);
            assertThat(socket.nextText())
                    .isEqualTo("452-[\"message-back\"," + TWO_PLACEHOLDERS + "]");
            assertThat(socket.nextBinary()).containsExactly(1, 2, 3);
            assertThat(socket.nextBinary()).containsExactly(4, 5, 6);
        }
    }

    private static void eventWithAck(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            socket.text("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
            assertThat(socket.nextText()).isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
        }
    }

    private static void binaryEventWithAck(Endpoint at) throws Exception {
        try (var socket = connected(at)) {
            socket.text("452-789[\"message-with-ack\"," + TWO_PLACEHOLDERS + "]");
            socket.binary((byte) 1, (byte) 2, (byte) 3);
            socket.binary((byte) 4, (byte) 5, (byte) 6);
            assertThat(socket.nextText()).isEqualTo("462-789[" + TWO_PLACEHOLDERS + "]");
            assertThat(socket.nextBinary()).containsExactly(1, 2, 3);
            assertThat(socket.nextBinary()).containsExactly(4, 5, 6);
        }
    }

    private static void invalid(Endpoint at, String packet) throws Exception {
        try (var socket = connected(at)) {
            socket.text(packet);
            socket.awaitEnd();
        }
    }

    private static RawWebSocket connected(Endpoint at) throws Exception {
        var socket = RawWebSocket.inMainNamespace(at.port(), at.path());
        assertThat(socket.nextText()).isEqualTo("42[\"auth\",{}]");
        return socket;
    }

    private static void enterCustom(RawWebSocket socket) throws Exception {
        socket.text("40/custom,");
        assertThat(socket.nextText()).startsWith("40/custom,{\"sid\":");
        assertThat(socket.nextText()).isEqualTo("42/custom,[\"auth\",{}]");
    }
}
