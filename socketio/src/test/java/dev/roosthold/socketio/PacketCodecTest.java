package dev.roosthold.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.socketio.engine.EngineMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

class PacketCodecTest {
    private final DefaultServer server = new DefaultServer(SocketIoConfig.defaults());
    private final PacketEncoder encoder = server.encoder();

    @Test
    void packetsLookAsTheProtocolSays() {
        assertThat(wire(encoder.connect("/", "abc", null))).containsExactly("40{\"sid\":\"abc\"}");
        assertThat(wire(encoder.connect("/admin", "abc", "p")))
                .containsExactly("40/admin,{\"sid\":\"abc\",\"pid\":\"p\"}");
        assertThat(wire(encoder.connectError("/", "no", null)))
                .containsExactly("44{\"message\":\"no\"}");
        assertThat(wire(encoder.connectError("/x", "no", Map.of("a", 1))))
                .containsExactly("44/x,{\"message\":\"no\",\"data\":{\"a\":1}}");
        assertThat(wire(encoder.disconnect("/admin"))).containsExactly("41/admin,");
        assertThat(wire(encoder.event("/", Packet.NO_ID, "foo", args(1, "b", null, true))))
                .containsExactly("42[\"foo\",1,\"b\",null,true]");
        assertThat(wire(encoder.event("/admin", 12, "foo", args())))
                .containsExactly("42/admin,12[\"foo\"]");
        assertThat(wire(encoder.ack("/admin", 13, args("bar"))))
                .containsExactly("43/admin,13[\"bar\"]");
        assertThat(wire(encoder.event("/", Packet.NO_ID, "raw", args(new RawValue("{\"a\":[1]}")))))
                .containsExactly("42[\"raw\",{\"a\":[1]}]");
    }

    @Test
    void binaryValuesAtAnyDepthBecomeAttachments() {
        Object nested = Map.of("deep", List.of(new byte[] {3, 4}));
        List<String> wire = wire(encoder.event("/", 7, "foo", args(new byte[] {1, 2}, nested)));
        assertThat(wire)
                .containsExactly(
                        "452-7[\"foo\",{\"_placeholder\":true,\"num\":0},"
                                + "{\"deep\":[{\"_placeholder\":true,\"num\":1}]}]",
                        "binary 0102",
                        "binary 0304");
        assertThat(wire(encoder.ack("/n", 7, args(new byte[] {9}))))
                .containsExactly("461-/n,7[{\"_placeholder\":true,\"num\":0}]", "binary 09");
    }

    @Test
    void unwritableArgumentReachesTheCallerAndNothingElse() {
        assertThatThrownBy(() -> encoder.event("/", -1, "foo", args(new Unwritable())))
                .isInstanceOf(RuntimeException.class);
        assertThat(wire(encoder.event("/", -1, "foo", args()))).containsExactly("42[\"foo\"]");
    }

    public static final class Unwritable {
        public String getValue() {
            throw new IllegalStateException("cannot be written");
        }
    }

    @Property(tries = 300)
    void whatIsEncodedIsDecoded(
            @ForAll String text,
            @ForAll @LongRange(min = -1, max = 9_007_199_254_740_991L) long id,
            @ForAll @Size(max = 4) List<@Size(max = 20) byte[]> binaries,
            @ForAll @IntRange(max = 2) int namespace)
            throws InvalidPacketException {
        String sendable = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        String name = List.of("/", "/a", "/über").get(namespace);
        List<@Nullable Object> args = new ArrayList<>();
        args.add(sendable);
        args.addAll(binaries);
        EngineMessage message = encoder.event(name, id, "event " + sendable, args);

        Packet packet = decode(message);

        assertThat(packet.namespace()).isEqualTo(name);
        assertThat(packet.id()).isEqualTo(id);
        JsonNode data = java.util.Objects.requireNonNull(packet.data());
        assertThat(data.get(0).stringValue()).isEqualTo("event " + sendable);
        assertThat(data.get(1).stringValue()).isEqualTo(sendable);
        for (int i = 0; i < binaries.size(); i++) {
            assertThat(data.get(2 + i).binaryValue()).isEqualTo(binaries.get(i));
        }
        message.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "9",
                "x",
                "2",
                "2{}",
                "2[]",
                "2[1]",
                "2[null]",
                "2[[\"a\"]]",
                "2abc[\"a\"]",
                "2[\"a\"",
                "2[\"a\"]]",
                "2[\"a\"] x",
                "2[\"connect\"]",
                "2[\"disconnecting\"]",
                "2-1[\"a\"]",
                "212345678901234567[\"a\"]",
                "2/ns",
                "2/ns,",
                "3[\"a\"]",
                "3",
                "31{}",
                "31",
                "4{}",
                "4",
                "1{}",
                "11",
                "0[]",
                "0\"x\"",
                "05{}",
                "0{",
                "5[\"a\"]",
                "51[\"a\"]",
                "5-[\"a\"]",
                "599999-[\"a\"]",
                "517-[\"a\"]",
                "51-{}",
                "6-1[\"a\"]",
                "61-[\"a\"]"
            })
    void whatIsNoPacketIsRefused(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> server.newDecoder().text(bytes, 0, bytes.length))
                .isInstanceOf(InvalidPacketException.class);
    }

    @Test
    void nestingIsBounded() throws InvalidPacketException {
        assertThat(nested(64).data()).isNotNull();
        assertThatThrownBy(() -> nested(65)).isInstanceOf(InvalidPacketException.class);
        assertThatThrownBy(() -> nested(100_000)).isInstanceOf(InvalidPacketException.class);
    }

    private Packet nested(int depth) throws InvalidPacketException {
        String text = "2[\"a\"," + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "]";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return server.newDecoder().text(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "51-[\"a\",{\"_placeholder\":true}]",
                "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
                "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
                "51-[\"a\",{\"_placeholder\":true,\"num\":0.5}]",
                "51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]",
                "51-[\"a\",{\"_placeholder\":true,\"num\":99999999999999}]"
            })
    void placeholderWithoutItsAttachmentIsRefused(String text) throws InvalidPacketException {
        PacketDecoder decoder = server.newDecoder();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        decoder.text(bytes, 0, bytes.length);
        assertThatThrownBy(() -> decoder.binary(new byte[1]))
                .isInstanceOf(InvalidPacketException.class);
    }

    @Test
    void attachmentsAndTextMustComeInTheirOrder() throws InvalidPacketException {
        PacketDecoder decoder = server.newDecoder();
        assertThatThrownBy(() -> decoder.binary(new byte[1]))
                .isInstanceOf(InvalidPacketException.class);
        byte[] event =
                "51-[\"a\",{\"_placeholder\":true,\"num\":0}]".getBytes(StandardCharsets.UTF_8);
        decoder.text(event, 0, event.length);
        assertThatThrownBy(() -> decoder.text(event, 0, event.length))
                .isInstanceOf(InvalidPacketException.class);
    }

    @Property(tries = 1000)
    void anyBytesGiveAPacketOrTheOneError(@ForAll @Size(max = 40) byte[] bytes) {
        try {
            assertThat(server.newDecoder().text(bytes, 0, bytes.length)).isNotNull();
        } catch (InvalidPacketException refused) {
            assertThat(refused).isNotNull();
        }
    }

    // ---- helpers

    private static List<@Nullable Object> args(@Nullable Object... args) {
        return Arrays.asList(args);
    }

    private Packet decode(EngineMessage message) throws InvalidPacketException {
        PacketDecoder decoder = server.newDecoder();
        Packet packet = null;
        for (String part : wire(message)) {
            if (part.startsWith("binary ")) {
                packet = decoder.binary(java.util.HexFormat.of().parseHex(part.substring(7)));
            } else {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                packet = decoder.text(bytes, 1, bytes.length - 1);
            }
        }
        return java.util.Objects.requireNonNull(packet);
    }

    /// The Engine.IO packets of a message; binary ones in hex.
    private static List<String> wire(EngineMessage message) {
        List<String> packets = new ArrayList<>();
        packets.add(new String(message.textPacket(), StandardCharsets.UTF_8));
        for (byte[] attachment : message.binaries()) {
            packets.add("binary " + java.util.HexFormat.of().formatHex(attachment));
        }
        return packets;
    }
}
