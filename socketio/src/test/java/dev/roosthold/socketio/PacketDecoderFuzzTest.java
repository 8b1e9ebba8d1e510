package dev.roosthold.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.roosthold.socketio.engine.EngineMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.DoubleNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/// Any bytes of a message give a packet or the one error, and an event or acknowledgement that was
/// read is read the same after it was printed.
class PacketDecoderFuzzTest {
    private static final DefaultServer SERVER = new DefaultServer(SocketIoConfig.defaults());

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "0{\"token\":\"t\"}",
                        "2[\"ping\"]",
                        "36[\"a\",{\"\":6e661,\"b\":[-6e661]}]",
                        "27[\"a\",{\"b\":[1,null,true,1.5e300,\"\\ud83d\\ude00\"]}]",
                        "2/ns,7[\"a\"]",
                        "31[{}]",
                        "51-[\"a\",{\"_placeholder\":true,\"num\":0}]",
                        "461-7[{\"_placeholder\":true,\"num\":0}]",
                        "1",
                        "2[\"a\"," + "[".repeat(64))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyBytesGiveAPacketOrTheOneError(byte[] bytes) {
        Packet packet;
        try {
            packet = complete(bytes);
        } catch (InvalidPacketException refused) {
            return;
        }
        if (packet != null && packet.attachments() == 0 && isMessage(packet.type())) {
            JsonNode data = withoutInfinity(Objects.requireNonNull(packet.data()));
            assertThat(again(packet)).isEqualTo(packet.withData(data));
        }
    }

    private static @Nullable Packet complete(byte[] bytes) throws InvalidPacketException {
        PacketDecoder decoder = SERVER.newDecoder();
        Packet packet = decoder.text(bytes, 0, bytes.length);
        Packet whole = packet;
        for (int i = 0; i < packet.attachments(); i++) {
            whole = decoder.binary(new byte[] {(byte) i});
        }
        return whole;
    }

    private static boolean isMessage(PacketType type) {
        return type == PacketType.EVENT || type == PacketType.ACK;
    }

    /// Numbers too large for a double are printed as null.
    private static JsonNode withoutInfinity(JsonNode node) {
        return switch (node) {
            case DoubleNode number when !Double.isFinite(number.doubleValue()) ->
                    NullNode.getInstance();
            case ArrayNode array -> {
                ArrayNode copy = array.arrayNode();
                array.forEach(child -> copy.add(withoutInfinity(child)));
                yield copy;
            }
            case ObjectNode object -> {
                ObjectNode copy = object.objectNode();
                object.properties()
                        .forEach(p -> copy.set(p.getKey(), withoutInfinity(p.getValue())));
                yield copy;
            }
            default -> node;
        };
    }

    private static Packet again(Packet packet) {
        JsonNode data = Objects.requireNonNull(packet.data());
        List<@Nullable Object> args = new ArrayList<>();
        data.forEach(args::add);
        PacketEncoder encoder = SERVER.encoder();
        EngineMessage message =
                packet.type() == PacketType.ACK
                        ? encoder.ack(packet.namespace(), packet.id(), args)
                        : encoder.event(
                                packet.namespace(),
                                packet.id(),
                                data.get(0).stringValue(),
                                args.subList(1, args.size()));
        try {
            byte[] text = message.textPacket();
            return SERVER.newDecoder().text(text, 1, text.length - 1);
        } catch (InvalidPacketException e) {
            throw new AssertionError("printed packet is refused", e);
        } finally {
            message.release();
        }
    }
}
