package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.crypto.MasterSecret;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The example that the documentation shows.
@Timeout(60)
class SdkExampleTest {
    @TempDir Path folder;

    @Test
    void exampleDoesWhatItSays() throws Exception {
        try (RelayRig relay = new RelayRig(folder.resolve("relay"))) {
            assertThat(
                            SdkExample.sayHello(
                                    relay.address().toString(),
                                    MasterSecret.random(RelayRig.RANDOM),
                                    folder.resolve("home")))
                    .isEqualTo("hello");
        }
    }

    @Test
    void documentationShowsTheExampleAsItIs() throws Exception {
        Path documentation = Path.of("..", "docs", "java-sdk.md");
        String source =
                Files.readString(
                        Path.of(
                                "src/test/java",
                                SdkExample.class.getName().replace('.', '/') + ".java"));
        String example =
                source.substring(
                                source.indexOf("// example: begin\n")
                                        + "// example: begin\n".length(),
                                source.indexOf("    // example: end"))
                        .stripTrailing()
                        .stripIndent()
                        .strip();
        assertThat(Files.readString(documentation)).contains(example);
    }
}
