package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WebSocketDecoderTest {
    private static final int LIMIT = 100_000;

    @Property(tries = 200)
    void anyMessageArrivesWholeHoweverItIsMaskedAndCut(
            @ForAll @Size(max = 300) byte[] data, @ForAll int mask, @ForAll("cuts") int cut) {
        byte[] bytes = frame(0x82, mask, data);
        Recorder recorder = new Recorder();
        WebSocketDecoder decoder = new WebSocketDecoder(LIMIT, false);
        int at = Math.floorMod(cut, bytes.length + 1);

        feed(decoder, recorder, slice(bytes, 0, at));
        feed(decoder, recorder, slice(bytes, at, bytes.length));

        assertThat(recorder.events).containsExactly("binary " + hex(data));
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<Integer> cuts() {
        return net.jqwik.api.Arbitraries.integers().between(0, 400);
    }

    @Test
    void framesCutAtEveryPositionGiveTheSameMessages() {
        byte[] bytes =
                joined(
                        frame(0x01, 0x01020304, text("4one ")),
                        frame(0x89, 7, text("ping")),
                        frame(0x00, 0xcafebabe, text("two ")),
                        frame(0x80, -1, text("three")),
                        frame(0x82, 99, new byte[200]),
                        frame(0x88, 1, new byte[] {3, (byte) 0xe8}));
        List<String> whole = decode(bytes);

        assertThat(whole)
                .containsExactly(
                        "control 9 " + hex(text("ping")),
                        "text " + hex(text("4one two three")),
                        "binary " + hex(new byte[200]),
                        "control 8 03e8");
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(decode(slice(bytes, 0, cut), slice(bytes, cut, bytes.length)))
                    .as("cut at %d", cut)
                    .isEqualTo(whole);
        }
        byte[][] single = new byte[bytes.length][];
        for (int i = 0; i < bytes.length; i++) {
            single[i] = slice(bytes, i, i + 1);
        }
        assertThat(decode(single)).isEqualTo(whole);
    }

    @Test
    void lengthsOfAllThreeFormsAreUnderstood() {
        for (int length : new int[] {0, 125, 126, 65_535, 65_536, LIMIT}) {
            assertThat(decode(frame(0x82, 5, new byte[length])))
                    .containsExactly("binary " + hex(new byte[length]));
        }
    }

    @Test
    void announcedLengthAboveTheLimitIsRefusedBeforeItsBytesCome() {
        byte[] huge = {(byte) 0x82, (byte) 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        assertThat(decode(huge)).containsExactly("violation 1009");

        byte[] justAbove = frame(0x82, 0, new byte[LIMIT + 1]);
        assertThat(decode(slice(justAbove, 0, 14))).containsExactly("violation 1009");
    }

    @Test
    void fragmentsTogetherMustNotExceedTheLimit() {
        assertThat(
                        decode(
                                joined(
                                        frame(0x02, 0, new byte[LIMIT - 10]),
                                        frame(0x80, 0, new byte[11]))))
                .containsExactly("violation 1009");
        assertThat(
                        decode(
                                joined(
                                        frame(0x02, 0, new byte[LIMIT - 10]),
                                        frame(0x80, 0, new byte[10]))))
                .hasSize(1)
                .allMatch(event -> event.startsWith("binary"));
    }

    @Test
    void breachesOfTheProtocolEndTheDecoding() {
        byte[] good = frame(0x81, 3, text("4x"));
        byte[] unmasked = {(byte) 0x81, 1, '2'};
        for (byte[] bad :
                new byte[][] {
                    unmasked,
                    frame(0xc1, 1, text("4")), // reserved bit without compression
                    frame(0x83, 1, text("4")), // unknown opcode
                    frame(0x80, 1, text("4")), // continuation of nothing
                    frame(0x09, 1, text("4")), // fragmented ping
                    frame(0x89, 1, new byte[126]), // long ping
                    joined(frame(0x01, 1, text("4")), frame(0x81, 1, text("4"))),
                }) {
            assertThat(decode(joined(good, bad, good)))
                    .containsExactly("text " + hex(text("4x")), "violation 1002");
        }
        assertThat(decode(frame(0x81, 1, new byte[] {(byte) 0xc0, (byte) 0x80})))
                .containsExactly("violation 1007");
    }

    @Test
    void whatComesWhileNothingIsAcceptedIsKept() {
        Recorder recorder = new Recorder();
        WebSocketDecoder decoder = new WebSocketDecoder(LIMIT, false);
        recorder.stopAfter = 1;
        byte[] three =
                joined(
                        frame(0x81, 1, text("a")),
                        frame(0x81, 2, text("b")),
                        frame(0x81, 3, text("c")));

        feed(decoder, recorder, three);
        assertThat(recorder.events).hasSize(1);

        recorder.stopAfter = 2;
        decoder.resume(UnpooledByteBufAllocator.DEFAULT, recorder);
        assertThat(recorder.events).hasSize(2);

        recorder.stopAfter = Integer.MAX_VALUE;
        feed(decoder, recorder, frame(0x81, 4, text("d")));
        assertThat(recorder.events).containsExactly("text 61", "text 62", "text 63", "text 64");
    }

    @Test
    void compressedMessagesAreInflatedUpToTheLimit() {
        byte[] plain = text("4" + "roost ".repeat(2000));
        assertThat(decodeDeflated(frame(0xc1, 9, Deflate.deflate(plain))))
                .containsExactly("text " + hex(plain));
        assertThat(decodeDeflated(frame(0xc1, 9, Deflate.deflate(new byte[LIMIT + 1]))))
                .containsExactly("violation 1009");
        assertThat(decodeDeflated(frame(0xc1, 9, new byte[] {(byte) 0xff, 1, 2, 3})))
                .containsExactly("violation 1009");
    }

    @Property(tries = 100)
    void whatIsDeflatedCanBeInflated(@ForAll @Size(max = 20_000) byte[] data) {
        assertThat(Deflate.inflate(Deflate.deflate(data), LIMIT)).isEqualTo(data);
    }

    @Property(tries = 500)
    void anyBytesGiveMessagesOrOneViolation(@ForAll @Size(max = 64) byte[] bytes) {
        List<String> events = decode(bytes);
        assertThat(events.stream().filter(e -> e.startsWith("violation")).count())
                .isLessThanOrEqualTo(1);
    }

    // ---- helpers

    private static List<String> decode(byte[]... parts) {
        return decode(new WebSocketDecoder(LIMIT, false), parts);
    }

    private static List<String> decodeDeflated(byte[]... parts) {
        return decode(new WebSocketDecoder(LIMIT, true), parts);
    }

    private static List<String> decode(WebSocketDecoder decoder, byte[]... parts) {
        Recorder recorder = new Recorder();
        for (byte[] part : parts) {
            feed(decoder, recorder, part);
        }
        decoder.release();
        return recorder.events;
    }

    private static void feed(WebSocketDecoder decoder, Recorder recorder, byte[] bytes) {
        ByteBuf buffer = Unpooled.buffer().writeBytes(bytes);
        decoder.decode(UnpooledByteBufAllocator.DEFAULT, buffer, recorder);
        assertThat(buffer.refCnt()).isZero();
    }

    static byte[] frame(int first, int mask, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(payload.length + 14);
        out.put((byte) first);
        if (payload.length < 126) {
            out.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xffff) {
            out.put((byte) 0xfe).putShort((short) payload.length);
        } else {
            out.put((byte) 0xff).putLong(payload.length);
        }
        out.putInt(mask);
        byte[] key = ByteBuffer.allocate(4).putInt(mask).array();
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ key[i & 3]));
        }
        return slice(out.array(), 0, out.position());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    private static final class Recorder implements WebSocketDecoder.Sink {
        private final List<String> events = new ArrayList<>();
        private int stopAfter = Integer.MAX_VALUE;

        @Override
        public void message(boolean binary, byte[] data) {
            events.add((binary ? "binary " : "text ") + hex(data));
        }

        @Override
        public void control(int opcode, byte[] data) {
            events.add("control " + opcode + " " + hex(data));
        }

        @Override
        public void violation(int closeCode) {
            events.add("violation " + closeCode);
        }

        @Override
        public boolean accepting() {
            return events.size() < stopAfter;
        }
    }
}
