package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// A home directory in which `roost sync` and `roost history` run as processes of their own, with
/// everything that they printed.
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

    Run run(String input, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Duser.home=" + home,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name -> name.startsWith("ROOST_") || name.startsWith("CARO_"));
        environment.put("HOME", home.toString());
        environment.put("CARO_SYNC_LOG_LEVEL", "trace");
        Process process = builder.start();
        CompletableFuture<String> err =
                CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
        CompletableFuture<String> out =
                CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(arguments) + " does not end: " + err.join());
        }
        Run run = new Run(process.exitValue(), out.join(), err.join());
        printed.append(String.join(" ", arguments))
                .append('\n')
                .append(run.out())
                .append(run.err());
        return run;
    }

    private static String text(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
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
    public void close() throws Exception {
        Run _ = run("", "sync", "stop");
    }
}
