package dev.roosthold.socketio.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    private static final Path EXAMPLE =
            Path.of("src/test/java/dev/roosthold/socketio/example/ChatServer.java");

    @Test
    void exampleInTheReadmeIsTheOneThatTheBuildCompiles() throws Exception {
        var readme = Files.readString(Path.of("README.md"));
        var block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
        assertThat(block.find()).isTrue();
        var compiled = Files.readString(EXAMPLE).split("// \\[readme]\n")[1];

        assertThat(block.group(1)).isEqualTo(compiled);
    }
}
