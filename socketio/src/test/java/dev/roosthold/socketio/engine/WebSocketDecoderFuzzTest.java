package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any bytes of a client give messages, control frames or one violation, whole or cut anywhere.
class WebSocketDecoderFuzzTest {
    private static final int LIMIT = 4096;

    /// Two bytes that say where to cut and whether compression was agreed, then the frames.
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "0000",
                        "0500818501020304697068617e",
                        "0301c1840102030401020304",
                        "02000182000000003432809200000000",
                        "0400898000000000888200000000" + "03e8",
                        "0100" + "82fe0080" + "00000000" + "ab".repeat(128),
                        "010082ff7fffffffffffffff00000000")
                .map(HexFormat.of()::parseHex);
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyBytesGiveMessagesOrOneViolation(byte[] input) {
        if (input.length < 2) {
            return;
        }
        boolean deflate = (input[1] & 1) != 0;
        byte[] frames = Arrays.copyOfRange(input, 2, input.length);
        int cut = Math.min(input[0] & 0xff, frames.length);

        List<String> whole = decode(deflate, frames);
        List<String> inTwo =
                decode(
                        deflate,
                        Arrays.copyOf(frames, cut),
                        Arrays.copyOfRange(frames, cut, frames.length));

        assertThat(inTwo).isEqualTo(whole);
        assertThat(whole.subList(0, Math.max(0, whole.size() - 1)))
                .noneMatch(event -> event.startsWith("violation"));
    }

    private static List<String> decode(boolean deflate, byte[]... parts) {
        List<String> events = new ArrayList<>();
        WebSocketDecoder decoder = new WebSocketDecoder(LIMIT, deflate);
        for (byte[] part : parts) {
            ByteBuf buffer = Unpooled.buffer().writeBytes(part);
            decoder.decode(UnpooledByteBufAllocator.DEFAULT, buffer, new Recorder(events));
            assertThat(buffer.refCnt()).isZero();
        }
        decoder.release();
        return events;
    }

    private record Recorder(List<String> events) implements WebSocketDecoder.Sink {
        @Override
        public void message(boolean binary, byte[] data) {
            assertThat(data.length).isLessThanOrEqualTo(LIMIT);
            assertThat(binary || Utf8.isValid(data, 0, data.length)).isTrue();
            events.add((binary ? "binary " : "text ") + HexFormat.of().formatHex(data));
        }

        @Override
        public void control(int opcode, byte[] data) {
            assertThat(data.length).isLessThanOrEqualTo(125);
            events.add("control " + opcode + " " + HexFormat.of().formatHex(data));
        }

        @Override
        public void violation(int closeCode) {
            events.add("violation " + closeCode);
        }

        @Override
        public boolean accepting() {
            return true;
        }
    }
}
