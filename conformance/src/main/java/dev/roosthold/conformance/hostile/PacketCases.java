package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.RawWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Packets and frames that break the Socket.IO, Engine.IO or websocket protocol itself.
final class PacketCases {
    private static final int FIN_TEXT = 0x81;
    private static final int TEXT_TO_BE_CONTINUED = 0x01;
    private static final int CONTINUATION = 0x00;
    private static final int MEBIBYTE = 1 << 20;

    /// Above the ids of [EventCases].
    private static final long FIRST_ID = 50_000;

    private static final Expectation MAY_CLOSE = new Expectation.MayClose();
    private static final Expectation MUST_CLOSE = new Expectation.MustClose();

    private final List<HostileCase> cases = new ArrayList<>();
    private final String machineId;

    private PacketCases(String machineId) {
        this.machineId = machineId;
    }

    /// All cases, with a machine of the sender's account where an id is needed.
    static List<HostileCase> all(String machineId) {
        PacketCases cases = new PacketCases(machineId);
        cases.brokenSocketIo();
        cases.binary();
        cases.nesting();
        cases.text();
        cases.oversized();
        cases.websocketFrames();
        return List.copyOf(cases.cases);
    }

    private void brokenSocketIo() {
        for (String packet :
                List.of(
                        "",
                        "4",
                        "47",
                        "49[]",
                        "4x",
                        "42",
                        "42{}",
                        "42\"machine-alive\"",
                        "42null",
                        "42true",
                        "427",
                        "42[",
                        "42[]",
                        "42[1]",
                        "42[null]",
                        "42[{}]",
                        "42[[\"machine-alive\"]]",
                        "42[\"machine-alive\"",
                        "42[\"machine-alive\",]",
                        "42[\"machine-alive\",{}]trailing",
                        "42[\"machine-alive\",{\"a\":}]",
                        "42[\"machine-alive\",NaN]",
                        "42-1[\"ping\"]",
                        "4299999999999999999999999[\"ping\"]",
                        "42" + "9".repeat(10_000) + "[\"ping\"]",
                        "42/other,[\"ping\"]",
                        "42/other,1[\"ping\"]",
                        "42/" + "n".repeat(100_000) + ",[\"ping\"]",
                        "40/other,",
                        "40/other,{\"token\":1}",
                        "40",
                        "40{\"token\":\"x\"}",
                        "40[]",
                        "41/other,",
                        "43",
                        "43[]",
                        "431[]",
                        "43999999[1,2]",
                        "43{}",
                        "44{\"message\":\"x\"}",
                        "44",
                        "0",
                        "0{\"sid\":\"x\"}",
                        "1",
                        "2",
                        "2probe",
                        "3",
                        "3probe",
                        "5",
                        "6",
                        "7",
                        "8",
                        "99",
                        "b",
                        "bAAEC",
                        "{}",
                        "\u0000",
                        "42[\"ping\"]\u001e42[\"ping\"]")) {
            add("packet " + shortened(packet), packet, MAY_CLOSE);
        }
        long left = nextId();
        add(
                "DISCONNECT, then an event, then CONNECT with a bad token",
                socket -> {
                    socket.send("41");
                    socket.send("42" + left + "[\"ping\"]");
                    socket.send("40{\"token\":\"not-a-token\"}");
                },
                new Expectation.Left(left));
    }

    private void binary() {
        String update = "[\"machine-update-metadata\",{\"_placeholder\":true,\"num\":0}]";
        Map.of(
                        "machineId", binaryField("{\"_placeholder\":true,\"num\":0}", "\"x\"", "1"),
                        "metadata", binaryField(quoted(machineId), placeholder(), "1"),
                        "expectedVersion", binaryField(quoted(machineId), "\"x\"", placeholder()))
                .forEach(
                        (field, object) -> {
                            long id = nextId();
                            add(
                                    "machine-update-metadata: " + field + " is binary",
                                    socket -> {
                                        socket.send(
                                                "451-"
                                                        + id
                                                        + "[\"machine-update-metadata\","
                                                        + object
                                                        + "]");
                                        socket.websocket().sendBinary(new byte[] {1, 2, 3});
                                    },
                                    invalid(id, "Invalid parameters"));
                        });
        long whole = nextId();
        add(
                "machine-update-metadata: binary in place of the object",
                socket -> {
                    socket.send("451-" + whole + update);
                    socket.websocket().sendBinary(new byte[1000]);
                },
                invalid(whole, "Invalid parameters", "Internal error"));
        add("binary event, attachment never comes", "451-" + update, MAY_CLOSE);
        add(
                "binary event, a text packet in place of the attachment",
                socket -> {
                    socket.send("451-" + update);
                    socket.send("42[\"ping\"]");
                },
                MAY_CLOSE);
        add("attachment that nobody announced", sendBinary(new byte[100]), MAY_CLOSE);
        add("empty attachment that nobody announced", sendBinary(new byte[0]), MAY_CLOSE);
        for (String packet :
                List.of(
                        "45",
                        "45-[\"ping\"]",
                        "450-[\"ping\"]",
                        "45-1-[\"ping\"]",
                        "451[\"ping\"]",
                        "4599999999-[\"ping\"]",
                        "45" + "9".repeat(1000) + "-[\"ping\"]",
                        "451-[\"ping\",{\"_placeholder\":true,\"num\":1}]",
                        "451-[\"ping\",{\"_placeholder\":true,\"num\":-1}]",
                        "451-[\"ping\",{\"_placeholder\":true,\"num\":\"0\"}]",
                        "451-[\"ping\",{\"_placeholder\":true,\"num\":1e99}]",
                        "451-[\"ping\",{\"_placeholder\":true}]",
                        "451-{}",
                        "46",
                        "461-7[{\"_placeholder\":true,\"num\":0}]")) {
            add(
                    "binary packet " + shortened(packet) + " and an attachment",
                    socket -> {
                        socket.send(packet);
                        socket.websocket().sendBinary(new byte[10]);
                    },
                    MAY_CLOSE);
        }
    }

    private void nesting() {
        for (int depth : List.of(64, 65, 200, 1000, 100_000, 1_000_000)) {
            add(
                    "arrays nested " + depth + " deep",
                    "42[\"machine-alive\"," + "[".repeat(depth) + "]".repeat(depth) + "]",
                    MAY_CLOSE);
            add(
                    "objects nested " + depth + " deep",
                    "42[\"machine-alive\","
                            + "{\"a\":".repeat(depth)
                            + "1"
                            + "}".repeat(depth)
                            + "]",
                    MAY_CLOSE);
            add(
                    "arrays opened " + depth + " times and never closed",
                    "42[\"machine-alive\"," + "[".repeat(depth),
                    MAY_CLOSE);
        }
        add(
                "nested auth payload in a second CONNECT",
                "40" + "{\"a\":".repeat(1000) + "1" + "}".repeat(1000),
                MAY_CLOSE);
        add(
                "an object of 100,000 keys",
                "42[\"machine-alive\"," + manyKeys(100_000) + "]",
                MAY_CLOSE);
        for (int digits : new int[] {5_000, 1_000_000}) {
            add(
                    "a number of " + digits + " digits",
                    "42[\"machine-alive\",{\"time\":" + "9".repeat(digits) + "}]",
                    MAY_CLOSE);
        }
        add("100,000 arguments", "42[\"machine-alive\"" + ",1".repeat(100_000) + "]", MAY_CLOSE);
    }

    private void text() {
        byte[][] invalid = {
            {(byte) 0xFF, (byte) 0xFE},
            {(byte) 0xC0, (byte) 0xAF},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xE2, (byte) 0x82}
        };
        String[] names = {"never legal", "overlong", "a surrogate", "above U+10FFFF", "cut short"};
        for (int i = 0; i < invalid.length; i++) {
            byte[] payload = inText(invalid[i]);
            add("UTF-8 " + names[i], frame(FIN_TEXT, payload), MUST_CLOSE);
        }
        byte[] half = "42[\"ping\",\"\u20ac\"]".getBytes(StandardCharsets.UTF_8);
        add(
                "a character split over two fragments, which is legal",
                socket -> {
                    int cut = half.length - 4;
                    RawWebSocket ws = socket.websocket();
                    ws.sendFrame(TEXT_TO_BE_CONTINUED, Arrays.copyOf(half, cut));
                    ws.sendFrame(0x80 | CONTINUATION, Arrays.copyOfRange(half, cut, half.length));
                },
                new Expectation.NoAck(0));
    }

    private void oversized() {
        add(
                "a packet one byte above the limit",
                socket -> {
                    String head = "42[\"machine-alive\",\"";
                    int fill = Math.toIntExact(socket.maxPayload() + 1 - head.length() - 2);
                    socket.send(head + "x".repeat(fill) + "\"]");
                },
                MUST_CLOSE);
        add(
                "a binary frame above the limit",
                socket ->
                        socket.websocket()
                                .sendBinary(new byte[Math.toIntExact(socket.maxPayload() + 1)]),
                MUST_CLOSE);
        add(
                "fragments that add up above the limit",
                socket -> {
                    RawWebSocket ws = socket.websocket();
                    byte[] fragment = "x".repeat(MEBIBYTE).getBytes(StandardCharsets.US_ASCII);
                    ws.sendFrame(
                            TEXT_TO_BE_CONTINUED,
                            "42[\"a\",\"".getBytes(StandardCharsets.US_ASCII));
                    for (long sent = 0; sent <= socket.maxPayload(); sent += MEBIBYTE) {
                        ws.sendFrame(CONTINUATION, fragment);
                    }
                },
                MUST_CLOSE);
        for (long announced : new long[] {1L << 32, 1L << 40, Long.MAX_VALUE, -1L}) {
            add(
                    "a frame that announces " + Long.toUnsignedString(announced) + " bytes",
                    socket -> socket.websocket().sendHeadOnly(FIN_TEXT, announced),
                    MUST_CLOSE);
        }
    }

    private void websocketFrames() {
        byte[] event = "42[\"ping\"]".getBytes(StandardCharsets.US_ASCII);
        add("frame without a mask", ws -> ws.websocket().sendUnmasked(FIN_TEXT, event), MUST_CLOSE);
        add("reserved bit 1 without an extension", frame(0xC1, event), MUST_CLOSE);
        add("reserved bit 2", frame(0xA1, event), MUST_CLOSE);
        add("reserved data opcode", frame(0x83, event), MUST_CLOSE);
        add("reserved control opcode", frame(0x8B, event), MUST_CLOSE);
        add("continuation of nothing", frame(0x80, event), MUST_CLOSE);
        add("control frame above 125 bytes", frame(0x89, new byte[126]), MUST_CLOSE);
        add("control frame in fragments", frame(0x09, new byte[2]), MUST_CLOSE);
        add("close frame of one byte", frame(0x88, new byte[1]), MUST_CLOSE);
        add(
                "close frame with a code nobody may send",
                frame(0x88, new byte[] {3, (byte) 0xED}),
                MUST_CLOSE);
        add("pong that nobody asked for", frame(0x8A, new byte[10]), new Expectation.NoAck(0));
        add(
                "text begun while a text is unfinished",
                socket -> {
                    socket.websocket().sendFrame(TEXT_TO_BE_CONTINUED, event);
                    socket.websocket().sendFrame(FIN_TEXT, event);
                },
                MUST_CLOSE);
    }

    private void add(String name, String packet, Expectation expectation) {
        cases.add(HostileCase.packet(name, packet, expectation));
    }

    private void add(String name, Consumer<RawSocketIo> attack, Expectation expectation) {
        cases.add(new HostileCase(name, attack, expectation));
    }

    private static Expectation invalid(long id, String... messages) {
        return new Expectation.ErrorAck(
                id, EventShape.ErrorForm.RESULT_WITH_MESSAGE, Set.of(messages));
    }

    private long nextId() {
        return FIRST_ID + cases.size();
    }

    private static Consumer<RawSocketIo> frame(int firstByte, byte[] payload) {
        return socket -> socket.websocket().sendFrame(firstByte, payload);
    }

    private static Consumer<RawSocketIo> sendBinary(byte[] payload) {
        return socket -> socket.websocket().sendBinary(payload);
    }

    private static String binaryField(String machineId, String metadata, String version) {
        return "{\"machineId\":%s,\"metadata\":%s,\"expectedVersion\":%s}"
                .formatted(machineId, metadata, version);
    }

    private static String placeholder() {
        return "{\"_placeholder\":true,\"num\":0}";
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static String manyKeys(int count) {
        StringBuilder object = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            object.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":0");
        }
        return object.append('}').toString();
    }

    private static byte[] inText(byte[] bytes) {
        byte[] head = "42[\"ping\",\"".getBytes(StandardCharsets.US_ASCII);
        byte[] tail = "\"]".getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + bytes.length + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        System.arraycopy(tail, 0, all, head.length + bytes.length, tail.length);
        return all;
    }

    private static String shortened(String packet) {
        String shown = packet.length() > 60 ? packet.substring(0, 20) + "..." : packet;
        return '`'
                + shown.replace("\u0000", "\\0").replace("\u001e", "\\x1e")
                + "` of "
                + packet.length();
    }
}
