package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A home directory in which `roost sync` and `roost history` run, with everything that they
/// printed. The sync daemon that they start is a process of its own.
final class Computer implements AutoCloseable {
    final Path home;
    private final StringBuilder printed = new StringBuilder();

    /// One command that has ended.
    record Run(int status, String out, String err) {
        JsonNode json() {
            return Codec.parse(out.getBytes(StandardCharsets.UTF_8));
        }
    }

    Computer(Path home) throws IOException {
        // A socket has a short path.
        this.home = Files.createDirectories(home);
    }

    /// In this process: what it starts is one of its own.
    Run run(String input, String... arguments) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", String.valueOf(System.getenv("PATH")));
        environment.put("HOME", home.toString());
        environment.put("CARO_SYNC_LOG_LEVEL", "trace");
        InputStream in = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int status = Main.run(arguments, environment);
            Run run =
                    new Run(
                            status,
                            outBytes.toString(StandardCharsets.UTF_8),
                            errBytes.toString(StandardCharsets.UTF_8));
            printed.append(String.join(" ", arguments))
                    .append('\n')
                    .append(run.out())
                    .append(run.err());
            return run;
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    /// What a shell would have left.
    void ran(String command) throws IOException {
        Path spool = Files.createDirectories(home.resolve(".local/share/cmdai/spool"));
        Files.writeString(
                spool.resolve("bash-999999999-" + System.nanoTime() + ".jsonl"),
                "\n{\"v\":1,\"n\":1,\"start\":%d,\"duration\":5,\"exit\":0,\"shell\":\"bash\",\"session\":\"s%d\",\"host\":\"%s\",\"author\":\"ada\",\"cwd\":\"/w\",\"command\":\"%s\"}\n"
                        .formatted(
                                System.currentTimeMillis(),
                                System.nanoTime(),
                                home.getFileName(),
                                command));
    }

    /// Everything that was printed and logged.
    String everythingSaid() throws IOException {
        var all = new StringBuilder(printed);
        for (String log :
                List.of(".cache/cmdai/sync-daemon.log", ".config/cmdai/sync.sock.start.log")) {
            Path file = home.resolve(log);
            if (Files.exists(file)) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        Run _ = run("", "sync", "stop");
    }
}
