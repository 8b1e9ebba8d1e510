package dev.roosthold.history.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.history.entry.CommandEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The hooks in the shells themselves, at a terminal of their own.
final class ShellHookTest {
    @TempDir Path directory;

    /// A shell whose lines are typed when the one before was recorded.
    private final class Shell implements AutoCloseable {
        private final Process process;
        private final OutputStream keys;
        private final String enter;
        private int recorded;

        Shell(ShellHook hook, String enter, String start, String... command) throws Exception {
            this.enter = enter;
            assumeTrue(installed(command[0]), command[0] + " is not installed");
            assumeTrue(installed("script"), "script is not installed");
            Path script = directory.resolve("hook");
            Files.writeString(script, hook.script(spool()));
            ProcessBuilder builder =
                    new ProcessBuilder("script", "-qec", String.join(" ", command), "/dev/null");
            builder.environment().clear();
            builder.environment().put("PATH", System.getenv("PATH"));
            builder.environment().put("HOME", directory.toString());
            builder.environment().put("USER", "ada");
            builder.environment().put("TERM", "dumb");
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.directory(directory.toFile());
            process =
                    builder.redirectErrorStream(true)
                            .redirectOutput(directory.resolve("screen").toFile())
                            .start();
            keys = process.getOutputStream();
            type(
                    start
                            + ". '"
                            + script
                            + "'; echo hook-is-"
                            + (hook == ShellHook.FISH ? "(math 40 + 2)" : "$((40+2))"));
            await().atMost(Duration.ofSeconds(10)).until(() -> screen().contains("hook-is-42"));
        }

        void type(String line) throws Exception {
            keys.write((line + enter).getBytes(StandardCharsets.UTF_8));
            keys.flush();
        }

        /// Types a line and waits until it is in the spool.
        void run(String line) throws Exception {
            type(line);
            int wanted = ++recorded;
            await().atMost(Duration.ofSeconds(10)).until(() -> lines() - before >= wanted);
        }

        private int before;

        void begin() throws Exception {
            before = lines();
            recorded = 0;
        }

        @Override
        public void close() throws IOException {
            keys.write(("exit" + enter).getBytes(StandardCharsets.UTF_8));
            keys.flush();
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> !process.isAlive() || !process.destroyForcibly().isAlive());
        }
    }

    private static boolean installed(String program) {
        return Stream.of("/usr/bin/", "/bin/", "/usr/local/bin/")
                .anyMatch(place -> Files.isExecutable(Path.of(place + program)));
    }

    private Path spool() {
        return directory.resolve("it's a spool");
    }

    private String screen() throws Exception {
        return Files.readString(directory.resolve("screen"), StandardCharsets.ISO_8859_1);
    }

    private int lines() throws Exception {
        if (!Files.isDirectory(spool())) {
            return 0;
        }
        int lines = 0;
        try (Stream<Path> files = Files.list(spool())) {
            for (Path file : files.filter(one -> one.toString().endsWith(".jsonl")).toList()) {
                lines +=
                        (int)
                                Files.readString(file, StandardCharsets.ISO_8859_1)
                                        .lines()
                                        .filter(line -> line.endsWith("}"))
                                        .count();
            }
        }
        return lines;
    }

    private List<CommandEntry> recorded() throws Exception {
        List<CommandEntry> all = new ArrayList<>();
        try (Spool.Reading reading = new Spool(spool()).read().orElseThrow()) {
            for (Spool.Taken one : reading.take()) {
                assertThat(one.rejected()).isEmpty();
                all.addAll(one.entries());
            }
        }
        return all;
    }

    private void expectPrivateFiles() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(spool())) {
            for (Path file : files.filter(one -> one.toString().endsWith(".jsonl")).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    private static void expectFacts(CommandEntry entry, String shell) {
        assertThat(entry.shell()).hasValue(shell);
        assertThat(entry.author()).isPresent();
        assertThat(entry.host()).isPresent();
        assertThat(entry.session().orElseThrow()).startsWith(shell + "-");
        assertThat(entry.durationMs()).isPresent();
        assertThat(entry.createdAtMs())
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis() + 5_000);
    }

    @Test
    void bashTellsEveryCommandOnceWithWhatBecameOfIt() throws Exception {
        try (Shell bash =
                new Shell(
                        ShellHook.BASH,
                        "\n",
                        "HISTCONTROL=ignoreboth; ",
                        "bash",
                        "--norc",
                        "--noprofile",
                        "-i")) {
            bash.begin();
            bash.run("echo one");
            bash.type(" echo hidden");
            bash.run("echo one");
            bash.run("(exit 7)");
            bash.run("echo \"q\\\"uote\" 'back\\slash' & wait");
            bash.run("printf 'a\\tb\\n'");
            bash.run("cd /tmp; sleep 0.2");
            bash.run("echo ümläut 日本");
            bash.run("for i in 1 2; do false; done");
            expectPrivateFiles();
            List<CommandEntry> all = recorded();
            List<CommandEntry> typed = all.subList(all.size() - 8, all.size());
            assertThat(typed)
                    .extracting(CommandEntry::command)
                    .containsExactly(
                            "echo one",
                            "echo one",
                            "(exit 7)",
                            "echo \"q\\\"uote\" 'back\\slash' & wait",
                            "printf 'a\\tb\\n'",
                            "cd /tmp; sleep 0.2",
                            "echo ümläut 日本",
                            "for i in 1 2; do false; done");
            assertThat(typed.get(2).exitCode()).hasValue(7);
            assertThat(typed.get(7).exitCode()).hasValue(1);
            assertThat(typed.get(5).cwd()).isEqualTo(Optional.of("/tmp"));
            assertThat(typed.get(5).durationMs().orElseThrow()).isBetween(150L, 5_000L);
            typed.forEach(one -> expectFacts(one, "bash"));
            assertThat(all).noneMatch(one -> one.command().contains("hidden"));
        }
    }

    @Test
    void bashWithCommandsThatItsHistoryIgnoresTellsNothingWrong() throws Exception {
        try (Shell bash =
                new Shell(
                        ShellHook.BASH,
                        "\n",
                        "HISTIGNORE='ls*'; ",
                        "bash",
                        "--norc",
                        "--noprofile",
                        "-i")) {
            bash.begin();
            bash.run("echo first");
            bash.type("ls /");
            bash.run("echo second");
            assertThat(recorded())
                    .extracting(CommandEntry::command)
                    .endsWith("echo first", "echo second");
        }
    }

    @Test
    void zshTellsEveryCommandOnceWithWhatBecameOfIt() throws Exception {
        try (Shell zsh =
                new Shell(
                        ShellHook.ZSH,
                        "\n",
                        "unsetopt zle; setopt noclobber; ",
                        "zsh",
                        "-f",
                        "-i")) {
            zsh.begin();
            zsh.run("echo one");
            zsh.type(" echo hidden");
            zsh.run("echo one");
            zsh.run("(exit 7)");
            zsh.run("echo \"q\\\"uote\" 'back\\slash'");
            zsh.run("printf 'a\\tb\\n'");
            zsh.run("cd /tmp; sleep 0.2");
            zsh.run("echo ümläut 日本");
            expectPrivateFiles();
            List<CommandEntry> all = recorded();
            List<CommandEntry> typed = all.subList(all.size() - 7, all.size());
            assertThat(typed)
                    .extracting(CommandEntry::command)
                    .containsExactly(
                            "echo one",
                            "echo one",
                            "(exit 7)",
                            "echo \"q\\\"uote\" 'back\\slash'",
                            "printf 'a\\tb\\n'",
                            "cd /tmp; sleep 0.2",
                            "echo ümläut 日本");
            assertThat(typed.get(2).exitCode()).hasValue(7);
            assertThat(typed.get(5).durationMs().orElseThrow()).isBetween(150L, 5_000L);
            typed.forEach(one -> expectFacts(one, "zsh"));
            assertThat(all).noneMatch(one -> one.command().contains("hidden"));
        }
    }

    @Test
    void fishTellsEveryCommandOnceWithWhatBecameOfIt() throws Exception {
        try (Shell fish = new Shell(ShellHook.FISH, "\r", "", "fish", "-N", "-i")) {
            fish.begin();
            fish.run("echo one");
            fish.type(" echo hidden");
            fish.run("echo one");
            fish.run("sh -c 'exit 7'");
            fish.run("echo \"q\\\"uote\" 'back\\\\slash'");
            fish.run("cd /tmp; sleep 0.2");
            expectPrivateFiles();
            List<CommandEntry> all = recorded();
            List<CommandEntry> typed = all.subList(all.size() - 5, all.size());
            assertThat(typed)
                    .extracting(CommandEntry::command)
                    .containsExactly(
                            "echo one",
                            "echo one",
                            "sh -c 'exit 7'",
                            "echo \"q\\\"uote\" 'back\\\\slash'",
                            "cd /tmp; sleep 0.2");
            assertThat(typed.get(2).exitCode()).hasValue(7);
            assertThat(typed.get(4).durationMs().orElseThrow()).isBetween(150L, 5_000L);
            typed.forEach(one -> expectFacts(one, "fish"));
            assertThat(all).noneMatch(one -> one.command().contains("hidden"));
        }
    }

    /// Every byte that a shell can hold, without a terminal between.
    @Test
    void everyByteIsEscapedSoThatTheLineIsJson() throws Exception {
        for (ShellHook hook : List.of(ShellHook.BASH, ShellHook.ZSH)) {
            String shell = hook.name().toLowerCase(java.util.Locale.ROOT);
            assumeTrue(installed(shell), shell + " is not installed");
            Path script = directory.resolve("bytes." + shell);
            String text =
                    hook.script(spool())
                            .replace("$- == *i* && ", "")
                            .replace("-o interactive && ", "");
            var all = new StringBuilder();
            for (int b = 1; b < 256; b++) {
                all.append("\\x%02x".formatted(b));
            }
            Files.writeString(
                    script,
                    text
                            + "\nall=$(printf 'x%b.' '"
                            + all
                            + "'); all=${all%.}\n__roost_json \"$all\"\n"
                            + "printf '{\"start\":1,\"command\":\"%s\"}\\n' \"$REPLY\"\n");
            Path out = directory.resolve("bytes.out");
            ProcessBuilder builder =
                    new ProcessBuilder(shell, script.toString())
                            .redirectOutput(out.toFile())
                            .redirectError(directory.resolve("bytes.err").toFile());
            builder.environment().put("LC_ALL", "C.UTF-8");
            assertThat(builder.start().waitFor(20, TimeUnit.SECONDS)).isTrue();
            byte[] printed = Files.readAllBytes(out);
            byte[] line = java.util.Arrays.copyOf(printed, printed.length - 1);
            CommandEntry entry = SpoolLine.read(line).orElseThrow(() -> new AssertionError(shell));
            byte[] raw =
                    java.util.Base64.getDecoder()
                            .decode(entry.content().text("commandBytes").orElseThrow());
            byte[] expected = new byte[256];
            expected[0] = 'x';
            for (int b = 1; b < 256; b++) {
                expected[b] = (byte) b;
            }
            assertThat(raw).as(shell).isEqualTo(expected);
        }
    }
}
