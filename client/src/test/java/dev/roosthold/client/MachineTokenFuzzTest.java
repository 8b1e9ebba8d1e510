package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any text gives a machine token that prints back to the text, or the one error, which repeats
/// nothing of it.
class MachineTokenFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "",
                        "a".repeat(21) + ":" + "b".repeat(21),
                        "  " + "a".repeat(21) + ":" + "b".repeat(128) + "\n",
                        "a".repeat(21) + ":" + "b".repeat(129),
                        "a:b",
                        "a".repeat(21) + ":" + "b".repeat(20) + "\u00e9")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyTextGivesATokenOrTheOneError(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            MachineToken token = MachineToken.parse(text);
            assertThat(token.machine().value() + ":" + token.secret()).isEqualTo(text.strip());
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("a machine token is the text");
        }
    }
}
