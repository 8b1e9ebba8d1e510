package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.socketio.SocketIoServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One packet can't hurt: whatever one client sends, the others stay connected and are served.
class OnePacketTest {

    private static final int MAX_PAYLOAD = 100_000;
    private static final String ONE_PLACEHOLDER = "[\"echo\",{\"_placeholder\":true,\"num\":0}]";

    private static TestServer server;
    private static RawWebSocket witness;
    private static RawWebSocket neighbour;

    @BeforeAll
    static void startServerWithTwoClients() throws Exception {
        // One loop, so that a fault in it would hit everybody.
        server = TestServer.start(1, c -> c.withMaxPayload(MAX_PAYLOAD), OnePacketTest::behaviour);
        witness = RawWebSocket.inMainNamespace(server.port(), "/socket.io/");
        neighbour = RawWebSocket.inMainNamespace(server.port(), "/socket.io/");
    }

    @AfterAll
    static void stop() {
        witness.close();
        neighbour.close();
        server.close();
    }

    /// Packets that are no Socket.IO: the sender is cut off.
    static Stream<String> invalidPackets() {
        return Stream.of(
                "42",
                "42{}",
                "42[",
                "42[]",
                "42[null]",
                "42[{}]",
                "42[[\"echo\"]]",
                "42\"echo\"",
                "42[\"echo\",]",
                "42[\"echo\"]]",
                "42[\"echo\"] trailing",
                "42[\"connect\"]",
                "42[\"connect_error\",1]",
                "42[\"disconnect\"]",
                "42[\"disconnecting\"]",
                "42[\"newListener\"]",
                "42[\"removeListener\"]",
                "42-1[\"echo\"]",
                "421.5[\"echo\"]",
                "4299999999999999999999999[\"echo\"]",
                "43[1]",
                "431{}",
                "431",
                "43x[1]",
                "40",
                "40[1]",
                "40\"text\"",
                "44{\"message\":\"refused\"}",
                "45",
                "45-[\"echo\"]",
                "45x-[\"echo\"]",
                "4517-[\"echo\"]",
                "45999999999999999999-[\"echo\"]",
                "452147483647-" + ONE_PLACEHOLDER,
                "47[\"echo\"]",
                "49",
                "4",
                "4\u0000",
                "42/nowhere,[\"echo\"]",
                "42/" + "n".repeat(50_000) + ",[\"echo\"]",
                "42" + "[".repeat(20_000) + "]".repeat(20_000),
                "42[\"echo\"," + "[".repeat(200) + "]".repeat(200) + "]",
                "42[\"echo\"," + "{\"a\":".repeat(200) + "1" + "}".repeat(200) + "]",
                "42[\"echo\"," + "9".repeat(50_000) + "]",
                "9",
                "abc",
                "");
    }

    @ParameterizedTest
    @MethodSource("invalidPackets")
    void invalidPacketEndsItsSenderOnly(String packet) throws Exception {
        try (var attacker = attacker()) {
            attacker.text(packet);
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @MethodSource("invalidPackets")
    void invalidPacketInAPollEndsItsSenderOnly(String packet) throws Exception {
        var sid = server.endpoint().openPolling();
        assertThat(server.endpoint().push(sid, "40").statusCode()).isEqualTo(200);
        assertThat(server.endpoint().poll(sid).body()).startsWith("40{\"sid\":");
        try {
            server.endpoint().push(sid, packet);
        } catch (IOException e) {
            // the server may end the TCP connection instead of answering
        }
        // One close may be on its way to the poll; after it the session is unknown.
        if (server.endpoint().poll(sid).statusCode() == 200) {
            assertThat(server.endpoint().poll(sid).statusCode()).isEqualTo(400);
        }
        assertOthersAreServed();
    }

    /// Odd, but events all the same: answered or ignored, and the sender stays.
    static Stream<String> oddPackets() {
        return Stream.of(
                "42[\"echo\"]",
                "42[\"echo\",null]",
                "42[\"__proto__\",{\"__proto__\":{\"a\":1}}]",
                "42[\"constructor\"]",
                "42[\"\"]",
                "42[\"unknown\",1]",
                "427[\"unknown\",1]",
                "42[\"needs-an-object\",17]",
                "42[\"needs-an-object\",\"text\",{}]",
                "42[\"answers-twice\",1]",
                "42[\"echo\"," + "[".repeat(60) + "]".repeat(60) + "]",
                "42[\"echo\",{\"_placeholder\":true,\"num\":0}]",
                "42[\"echo\",{\"_placeholder\":true,\"num\":-1}]",
                "42[\"echo\",1e999]",
                "42[\"echo\",\"\\ud800\"]",
                "43999[1]",
                "430[]",
                "40/nowhere,{}");
    }

    @ParameterizedTest
    @MethodSource("oddPackets")
    void oddPacketTouchesNobody(String packet) throws Exception {
        try (var attacker = attacker()) {
            attacker.text(packet);
            attacker.text("42123456[\"echo\",\"still here\"]");
            while (!attacker.nextText().equals("43123456[\"still here\"]")) {
                // answers to the odd packet come first
            }
        }
        assertOthersAreServed();
    }

    @Test
    void acknowledgementOfAnEventThatNeedsNoneIsNotSent() throws Exception {
        try (var attacker = attacker()) {
            attacker.text("42[\"answers-twice\",{\"not\":\"a function\"}]");
            attacker.text("421[\"answers-twice\",\"not a function\"]");
            attacker.text("422[\"echo\"]");
            assertThat(attacker.nextText()).isEqualTo("431[\"first\"]");
            assertThat(attacker.nextText()).isEqualTo("432[]");
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000_000, Integer.MAX_VALUE})
    void frameThatAnnouncesMoreThanTheLimitIsRefusedUnread(int beyond) throws Exception {
        try (var attacker = attacker()) {
            attacker.header(RawWebSocket.TEXT, MAX_PAYLOAD + 1L + beyond);
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @Test
    void packetOfTheLargestAllowedSizeIsServed() throws Exception {
        try (var sender = attacker()) {
            var frame = "421[\"echo\",\"" + "x".repeat(MAX_PAYLOAD - 14) + "\"]";
            assertThat(frame).hasSize(MAX_PAYLOAD);
            sender.text(frame);
            assertThat(sender.nextText()).hasSize(MAX_PAYLOAD - 7);
        }
    }

    @Test
    void oversizedMessageInSmallFragmentsEndsItsSender() throws Exception {
        try (var attacker = attacker()) {
            attacker.frame(
                    false, RawWebSocket.TEXT, "42[\"echo\",\"".getBytes(StandardCharsets.UTF_8));
            var part = "x".repeat(1_000).getBytes(StandardCharsets.UTF_8);
            try {
                for (int i = 0; i < 10_000 && attacker.isOpen(); i++) {
                    attacker.frame(false, RawWebSocket.CONTINUATION, part);
                }
            } catch (IOException e) {
                // the server has ended the connection while we wrote
            }
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @Test
    void endlessEmptyFragmentsDoNotFillTheHeap() throws Exception {
        try (var attacker = attacker()) {
            attacker.frame(false, RawWebSocket.TEXT, new byte[0]);
            try {
                for (int i = 0; i < 200_000 && attacker.isOpen(); i++) {
                    attacker.frame(false, RawWebSocket.CONTINUATION, new byte[0]);
                }
            } catch (IOException e) {
                // ending it is fine
            }
            assertOthersAreServed();
        }
    }

    @Test
    void oversizedPollBodyEndsItsSender() throws Exception {
        var sid = server.endpoint().openPolling();
        try {
            var push = server.endpoint().push(sid, "4" + "x".repeat(MAX_PAYLOAD));
            assertThat(push.statusCode()).isIn(400, 413);
        } catch (IOException e) {
            // the server may end the TCP connection instead of answering
        }
        assertThat(server.endpoint().poll(sid).statusCode()).isEqualTo(400);
        assertOthersAreServed();
    }

    @Test
    void textThatIsNotUtf8EndsItsSender() throws Exception {
        var broken =
                List.of(
                        new byte[] {'4', '2', '[', '"', (byte) 0xff, '"', ']'},
                        new byte[] {'4', '2', '[', '"', (byte) 0xc0, (byte) 0x80, '"', ']'},
                        new byte[] {
                            '4', '2', '[', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ']'
                        },
                        new byte[] {'4', '2', '[', '"', 'a', '"', ']', (byte) 0xe2, (byte) 0x82});
        for (var bytes : broken) {
            try (var attacker = attacker()) {
                attacker.frame(true, RawWebSocket.TEXT, bytes);
                attacker.awaitEnd();
            }
            assertOthersAreServed();
        }
    }

    @Test
    void characterSplitOverFragmentsIsFine() throws Exception {
        try (var sender = attacker()) {
            var bytes = "421[\"echo\",\"\ud83d\ude00\"]".getBytes(StandardCharsets.UTF_8);
            sender.frame(false, RawWebSocket.TEXT, java.util.Arrays.copyOf(bytes, 14));
            sender.frame(
                    true,
                    RawWebSocket.CONTINUATION,
                    java.util.Arrays.copyOfRange(bytes, 14, bytes.length));
            assertThat(sender.nextText()).isEqualTo("431[\"\ud83d\ude00\"]");
        }
    }

    @Test
    void binaryInPlaceOfTextEndsItsSender() throws Exception {
        try (var attacker = attacker()) {
            attacker.binary("42[\"echo\"]".getBytes(StandardCharsets.UTF_8));
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @Test
    void textInPlaceOfAnAttachmentEndsItsSender() throws Exception {
        try (var attacker = attacker()) {
            attacker.text("451-" + ONE_PLACEHOLDER);
            attacker.text("42[\"echo\",\"text\"]");
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"echo\",{\"_placeholder\":true,\"num\":7}]",
                "[\"echo\",{\"_placeholder\":true,\"num\":-1}]",
                "[\"echo\",{\"_placeholder\":true,\"num\":1.5}]",
                "[\"echo\",{\"_placeholder\":true,\"num\":\"0\"}]",
                "[\"echo\",{\"_placeholder\":true}]",
                "[\"echo\",{\"_placeholder\":true,\"num\":99999999999999999999}]",
                "[{\"_placeholder\":true,\"num\":0}]"
            })
    void placeholderOfNoAttachmentEndsItsSender(String arguments) throws Exception {
        try (var attacker = attacker()) {
            attacker.text("451-" + arguments);
            attacker.binary((byte) 1);
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @Test
    void attachmentNamedByManyPlaceholdersIsNotMultiplied() throws Exception {
        try (var attacker = attacker()) {
            var placeholder = "{\"_placeholder\":true,\"num\":0}";
            attacker.text("451-[\"swallow\"" + ("," + placeholder).repeat(2_000) + "]");
            attacker.frame(true, RawWebSocket.BINARY, new byte[50_000]);
        }
        assertOthersAreServed();
    }

    @Test
    void unmaskedFrameEndsItsSender() throws Exception {
        try (var attacker = attacker()) {
            attacker.bytes(0x81, 2, '4', '1');
            attacker.awaitEnd();
        }
        assertOthersAreServed();
    }

    @Test
    void reservedFrameKindsEndTheirSender() throws Exception {
        for (int head : new int[] {0x83, 0x8b, 0xc1, 0xf1, 0x09, 0x80}) {
            try (var attacker = attacker()) {
                attacker.bytes(head, 0x81, 0, 0, 0, 0, '2');
                attacker.awaitEnd();
            }
            assertOthersAreServed();
        }
    }

    private static void behaviour(SocketIoServer server) {
        server.namespace("/")
                .on("echo", (_, args, ack) -> ack.send(args.toArray()))
                .on("swallow", (_, _, _) -> {})
                .on("needs-an-object", (_, args, _) -> args.getFirst().get("a").get("b").asInt())
                .on(
                        "answers-twice",
                        (_, _, ack) -> {
                            ack.send("first");
                            ack.send("second");
                        });
    }

    private static RawWebSocket attacker() throws IOException {
        return RawWebSocket.inMainNamespace(server.port(), "/socket.io/");
    }

    private static void assertOthersAreServed() throws IOException {
        for (var other : new RawWebSocket[] {witness, neighbour}) {
            other.text("425[\"echo\",\"alive\"]");
            assertThat(other.nextText()).isEqualTo("435[\"alive\"]");
        }
        assertThat(server.server().namespace("/").toAll().emit("ping-all"))
                .isGreaterThanOrEqualTo(2);
        for (var other : new RawWebSocket[] {witness, neighbour}) {
            assertThat(other.nextText()).isEqualTo("42[\"ping-all\"]");
        }
    }
}
