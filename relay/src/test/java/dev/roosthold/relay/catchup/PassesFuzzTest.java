package dev.roosthold.relay.catchup;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.socket.AdmittedCallers;
import dev.roosthold.relay.socket.SocketCaller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/// Any `pid` is refused, and so is one that was issued and changed.
class PassesFuzzTest {
    private static final SocketCaller OWNER =
            AdmittedCallers.user("account", 7, OptionalLong.of(5));

    @TempDir static Path folder;
    private static Passes passes;

    @BeforeAll
    static void makeKey() throws IOException {
        passes = new Passes(SealKey.open(new SecretFiles(folder), "key"));
    }

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "",
                        "AQ",
                        "A".repeat(100),
                        "####",
                        "A".repeat(10_000),
                        Base64.getUrlEncoder().encodeToString(new byte[60]))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyPidIsRefusedUnlessItWasIssuedAsItIs(byte[] input) {
        assertThat(passes.open(new String(input, StandardCharsets.ISO_8859_1), OWNER)).isEmpty();

        String issued = passes.issue("a".repeat(20), OWNER);
        assertThat(passes.open(issued, OWNER)).map(Passes.Pass::admittedAt).contains(7L);
        assertThat(passes.open(issued, AdmittedCallers.user("b", 7, OptionalLong.of(5)))).isEmpty();
        if (input.length >= 2) {
            byte[] changed = Base64.getUrlDecoder().decode(issued);
            int place = (input[0] & 0xff) % changed.length;
            changed[place] ^= input[1];
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
            assertThat(passes.open(text, OWNER).isPresent()).isEqualTo(input[1] == 0);
        }
    }
}
