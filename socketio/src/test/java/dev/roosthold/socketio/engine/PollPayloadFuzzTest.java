package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any body of a polling request gives packets or is refused, and what was read can be written and
/// read again.
class PollPayloadFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "",
                        "4hello",
                        "2\u001e4a\u001ebAQID",
                        "b###",
                        "4\u001e",
                        "4\u20ac\u001ebAA==")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyBodyGivesPacketsOrIsRefused(byte[] body) {
        Writer once = new Writer();
        if (!PollPayload.decode(body, once)) {
            return;
        }
        Writer twice = new Writer();
        assertThat(PollPayload.decode(once.written(), twice)).isTrue();
        assertThat(twice.written()).isEqualTo(once.written());
    }

    /// Writes the packets it gets as a body.
    private static final class Writer implements PollPayload.Sink {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public boolean packet(byte[] body, int offset, int length) {
            separate();
            out.write(body, offset, length);
            return true;
        }

        @Override
        public boolean binary(byte[] data) {
            separate();
            out.write('b');
            out.writeBytes(Base64.getEncoder().encode(data));
            return true;
        }

        byte[] written() {
            return out.toByteArray();
        }

        private void separate() {
            if (out.size() > 0) {
                out.write(PollPayload.SEPARATOR);
            }
        }
    }
}
