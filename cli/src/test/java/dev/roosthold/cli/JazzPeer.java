package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A published Jazz client in a process of its own.
final class JazzPeer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Writer to;
    private final BufferedReader from;

    private JazzPeer(Path folder, String address) throws IOException {
        process =
                new ProcessBuilder("node", "peer.mjs", address)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        to = process.outputWriter();
        from = process.inputReader();
    }

    static JazzPeer start(Path folder, String address) {
        try {
            return new JazzPeer(folder, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets it do something and waits until it is done.
    JsonNode does(String deed, Map<String, ?> with) {
        var wish = new LinkedHashMap<String, Object>(with);
        wish.put("do", deed);
        try {
            to.write(JSON.writeValueAsString(wish) + "\n");
            to.flush();
            String line = from.readLine();
            while (line != null && !line.startsWith("{")) {
                line = from.readLine();
            }
            assertThat(line).as("answer to %s", deed).isNotNull();
            JsonNode answer = JSON.readTree(line);
            assertThat(answer.path("error").asString("")).as(deed).isEmpty();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode does(String deed) {
        return does(deed, Map.of());
    }

    /// What it sees of a value now.
    JsonNode value(String id) {
        return does("read", Map.of("id", id)).path("value");
    }

    /// Likewise, as JSON.
    String reads(String id) {
        return value(id).toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
