package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollPayloadTest {

    @Test
    void packetsAreSeparatedByTheRecordSeparator() {
        assertThat(decode("4hello\u001e2\u001ebAQIDBA==\u001e4€"))
                .containsExactly("4hello", "2", "binary 01020304", "4€");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u001e", "4a\u001e", "\u001e4a", "4a\u001e\u001e4b", "b###", "bA"})
    void emptyPacketsAndBrokenBase64AreRefused(String body) {
        assertThat(decode(body)).last().isEqualTo("refused");
    }

    @Test
    void invalidUtf8IsRefusedAsAWhole() {
        List<String> events = new ArrayList<>();
        byte[] body = {'4', 'a', PollPayload.SEPARATOR, '4', (byte) 0xc0, (byte) 0x80};
        assertThat(PollPayload.decode(body, new Recorder(events))).isFalse();
        assertThat(events).isEmpty();
    }

    @Property
    void whatTheServerWritesIsReadBack(
            @ForAll @Size(max = 5) @NotEmpty List<@Size(max = 50) byte[]> binaries,
            @ForAll String text) {
        String sendable =
                new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                        .replace("\u001e", "");
        byte[] utf8 = sendable.getBytes(StandardCharsets.UTF_8);
        ByteBuf payload =
                EngineMessage.begin(UnpooledByteBufAllocator.DEFAULT, 16).writeBytes(utf8);
        EngineMessage message = EngineMessage.finish(payload, binaries);
        ByteBuf body = Unpooled.buffer();

        message.writeTo(body);

        assertThat(body.readableBytes()).isEqualTo(message.pollSize());
        List<String> expected = new ArrayList<>();
        expected.add("4" + sendable);
        binaries.forEach(b -> expected.add("binary " + HexFormat.of().formatHex(b)));
        List<String> events = new ArrayList<>();
        assertThat(PollPayload.decode(ByteBufUtil.getBytes(body), new Recorder(events))).isTrue();
        assertThat(events).isEqualTo(expected);
        message.release();
        assertThat(message.frame().refCnt()).isZero();
    }

    private static List<String> decode(String body) {
        List<String> events = new ArrayList<>();
        if (!PollPayload.decode(body.getBytes(StandardCharsets.UTF_8), new Recorder(events))) {
            events.add("refused");
        }
        return events;
    }

    private record Recorder(List<String> events) implements PollPayload.Sink {
        @Override
        public boolean packet(byte[] body, int offset, int length) {
            events.add(new String(body, offset, length, StandardCharsets.UTF_8));
            return true;
        }

        @Override
        public boolean binary(byte[] data) {
            events.add("binary " + HexFormat.of().formatHex(data));
            return true;
        }
    }
}
