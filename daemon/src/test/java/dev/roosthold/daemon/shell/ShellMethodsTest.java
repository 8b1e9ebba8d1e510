package dev.roosthold.daemon.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.daemon.Calls;
import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Real programs. In the place of `rg` and `difft` stands a script that shows its arguments.
@Timeout(30)
class ShellMethodsTest {
    @TempDir Path temp;
    private Path root;
    private Path programs;
    private Calls calls;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")));
        Path real = temp.toRealPath();
        root = Files.createDirectories(real.resolve("root"));
        programs = Files.createDirectories(real.resolve("programs"));
        for (String name : List.of("rg", "difft")) {
            Path script = programs.resolve(name);
            Files.writeString(script, "#!/bin/sh\npwd\nfor a; do echo \"<$a>\"; done\nexit 1\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        calls = calls(programs.toString());
    }

    private Calls calls(String searchPath) {
        return new Calls(
                ShellMethods.of(
                        () -> new Roots(List.of(root), Set.of(root.resolve(".roost"))),
                        searchPath));
    }

    @AfterEach
    void stop() {
        calls.close();
    }

    private JsonNode bash(String command) {
        return bash(command, Map.of());
    }

    private JsonNode bash(String command, Map<String, Object> more) {
        Map<String, Object> params = new HashMap<>(more);
        params.put("command", command);
        return calls.call("bash", params);
    }

    private JsonNode ripgrep(String... args) {
        return calls.call("ripgrep", Map.of("args", List.of(args)));
    }

    private static String error(JsonNode result) {
        assertThat(result.path("success").asBoolean(true)).as("%s", result).isFalse();
        return result.path("error").asString();
    }

    @Test
    void commandRunsInTheRootAndItsOutcomeIsTold() {
        JsonNode result = bash("pwd; echo oops >&2");
        assertThat(result.toString())
                .isEqualTo(
                        "{\"success\":true,\"stdout\":\"%s\\n\",\"stderr\":\"oops\\n\",\"exitCode\":0}"
                                .formatted(root));
        JsonNode failed = bash("echo before; exit 7");
        assertThat(failed.path("exitCode").asInt()).isEqualTo(7);
        assertThat(failed.path("stdout").asString()).isEqualTo("before\n");
        assertThat(error(failed)).isEqualTo("Command failed with exit code 7");
        assertThat(bash("kill -9 $$").path("exitCode").asInt()).isEqualTo(137);
    }

    @Test
    void workingDirectoryStaysInside() throws IOException {
        Files.createDirectory(root.resolve("sub"));
        Files.createSymbolicLink(root.resolve("out"), temp);
        assertThat(bash("pwd", Map.of("cwd", "/")).path("stdout").asString())
                .isEqualTo(root + "\n");
        assertThat(bash("pwd", Map.of("cwd", "sub")).path("stdout").asString())
                .isEqualTo(root + "/sub\n");
        for (String cwd : List.of("..", "out", "/etc", "sub/../..")) {
            JsonNode result = bash("touch " + root + "/ran", Map.of("cwd", cwd));
            assertThat(error(result)).isEqualTo("Outside the root directories of this machine");
            assertThat(result.path("exitCode").asInt()).isEqualTo(-1);
            assertThat(result.path("stdout").isString()).isTrue();
        }
        assertThat(root.resolve("ran")).doesNotExist();
        assertThat(error(bash("pwd", Map.of("cwd", "nothing"))))
                .isEqualTo("No such file or directory");
    }

    @Test
    void nothingToReadAndNoSettingsOfThisProgramInTheEnvironment() {
        assertThat(bash("cat; tty").path("stdout").asString()).isEqualTo("not a tty\n");
        assertThat(bash("env | grep -c ^ROOST_").path("stdout").asString()).isEqualTo("1\n");
    }

    @Test
    void timeEndsTheWholeTreeGrandchildrenAndDesertersIncluded() {
        long begin = System.nanoTime();
        JsonNode result =
                bash(
                        "echo begun; sleep 301 & (sleep 302; echo late) & (setsid sleep 303 &)"
                                + " ; (setsid sh -c 'sleep 304; true' >/dev/null 2>&1 &);"
                                + " trap '' TERM INT HUP; while :; do sleep 305; done",
                        Map.of("timeout", 700));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(error(result)).isEqualTo("Command timed out after 700 ms");
        assertThat(result.path("stdout").asString()).isEqualTo("begun\n");
        assertThat(result.path("exitCode").asInt()).isEqualTo(-1);
        await().untilAsserted(() -> assertThat(sleepers()).isEmpty());
    }

    /// The processes of these tests, by their unusual arguments.
    private static List<String> sleepers() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.matches(".*\\bsleep 3\\d\\d\\b.*"))
                .toList();
    }

    @Test
    void whatACommandLeavesInTheBackgroundEndsWithIt() {
        JsonNode result = bash("sleep 311 & echo $!; echo done");
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(result.path("stdout").asString()).endsWith("done\n");
        await().untilAsserted(() -> assertThat(sleepers()).isEmpty());
    }

    @Test
    void stopOfTheDaemonEndsRunningCommands() {
        Calls.Pending pending = calls.begin("bash", "{\"command\":\"sleep 321\"}");
        await().untilAsserted(() -> assertThat(sleepers()).isNotEmpty());
        calls.close();
        assertThat(error(calls.result(pending))).contains("stopping");
        await().untilAsserted(() -> assertThat(sleepers()).isEmpty());
    }

    @Test
    void hugeOutputIsCutWhileItIsReadAndTheCommandEnds() {
        JsonNode result = bash("head -c 30000000 /dev/zero | tr '\\0' x; echo end >&2; exit 3");
        assertThat(result.path("exitCode").asInt()).isEqualTo(3);
        assertThat(result.path("truncated").asBoolean()).isTrue();
        assertThat(result.path("stdout").asString()).hasSize(440_000);
        assertThat(result.path("stderr").asString()).isEqualTo("end\n");
    }

    @Test
    void outputThatIsNoTextStillFitsTheAnswer() {
        JsonNode result = bash("head -c 600000 /dev/zero; head -c 600000 /dev/zero >&2");
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(result.path("stdout").asString()).startsWith("\0\0").hasSize(440_000 / 6);
        assertThat(bash("printf 'a\\377b'").path("stdout").asString()).isEqualTo("a\uFFFDb");
        JsonNode emoji = bash("for i in $(seq 60000); do printf '\\U1F600'; done");
        assertThat(Character.isHighSurrogate(lastOf(emoji.path("stdout").asString()))).isFalse();
    }

    private static char lastOf(String text) {
        return text.charAt(text.length() - 1);
    }

    @Test
    void badParametersRunNothing() {
        assertThat(error(calls.call("bash", "{}"))).isEqualTo("command is required");
        assertThat(error(bash("a\0b"))).contains("null character");
        assertThat(error(calls.call("bash", "{\"command\":\"true\",\"timeout\":\"x\"}")))
                .isEqualTo("timeout must be a number");
        assertThat(bash("echo fine", Map.of("timeout", 1e300)).path("success").asBoolean())
                .isTrue();
    }

    @Test
    void searchPassesKnownOptionsAndKeepsOutOfTheKeys() throws IOException {
        Files.createDirectory(root.resolve("src"));
        JsonNode result =
                ripgrep("-in", "-A3", "-g", "*.java", "--max-count=5", "--follow", "word", "src");
        assertThat(result.path("success").asBoolean()).as("%s", result).isTrue();
        assertThat(result.path("exitCode").asInt()).isEqualTo(1);
        assertThat(result.path("stdout").asString().lines())
                .containsExactly(
                        root.toString(),
                        "<--no-config>",
                        "<--no-follow>",
                        "<-i>",
                        "<-n>",
                        "<-A>",
                        "<3>",
                        "<-g>",
                        "<*.java>",
                        "<--max-count=5>",
                        "<--glob=!**/.roost/**>",
                        "<-->",
                        "<word>",
                        "<src>");
        assertThat(ripgrep("--", "--pre=x").path("stdout").asString())
                .endsWith("<-->\n<--pre=x>\n");
        assertThat(ripgrep("-e", "--pre", "src").path("stdout").asString())
                .contains("<-e>\n<--pre>\n");
    }

    @Test
    void optionsThatRunProgramsReadFilesOrLeaveTheRootsAreRefused() {
        for (String option :
                List.of(
                        "--pre=/bin/sh",
                        "--pre",
                        "--pre-glob=*",
                        "-z",
                        "--search-zip",
                        "-f",
                        "--file=/etc/passwd",
                        "--ignore-file=/etc/passwd",
                        "--hostname-bin=/bin/sh",
                        "--debug",
                        "--trace",
                        "-iz",
                        "-nf/etc/passwd",
                        "--hyperlink-format=x",
                        "--type-add=x:*",
                        "--no-such-option",
                        "--pr=/bin/sh")) {
            assertThat(error(ripgrep(option, "word"))).as(option).contains("not allowed");
        }
        for (String path : List.of("..", "/etc", "../programs", "src/../..")) {
            assertThat(error(ripgrep("word", path))).as(path).isNotEmpty();
            assertThat(error(ripgrep("--files", path))).as(path).isNotEmpty();
        }
        assertThat(error(ripgrep("word", "-"))).isEqualTo("Standard input cannot be searched");
        assertThat(error(ripgrep())).isEqualTo("A pattern is required");
        assertThat(error(ripgrep("-e"))).isEqualTo("-e needs a value");
        assertThat(error(ripgrep("--files=x"))).isEqualTo("--files takes no value");
    }

    @Test
    void withoutRipgrepFilesAreListedAndSearchingSaysWhy() throws IOException {
        Files.createDirectories(root.resolve("src/deep"));
        Files.createDirectories(root.resolve(".git"));
        Files.createDirectories(root.resolve(".roost"));
        Files.writeString(root.resolve("src/deep/a"), "");
        Files.writeString(root.resolve("b"), "");
        Files.writeString(root.resolve(".hidden"), "");
        Files.writeString(root.resolve(".git/config"), "");
        Files.writeString(root.resolve(".roost/machine.json"), "");
        Files.createSymbolicLink(root.resolve("out"), temp);
        try (Calls bare = calls(root + ":.:" + temp.resolve("nowhere"))) {
            JsonNode files = bare.call("ripgrep", Map.of("args", List.of("--files", "--follow")));
            assertThat(files.path("stdout").asString().lines())
                    .containsExactlyInAnyOrder("src/deep/a", "b");
            JsonNode hidden = bare.call("ripgrep", Map.of("args", List.of("--files", "--hidden")));
            assertThat(hidden.path("stdout").asString().lines())
                    .containsExactlyInAnyOrder("src/deep/a", "b", ".hidden");
            assertThat(error(bare.call("ripgrep", Map.of("args", List.of("word")))))
                    .isEqualTo("ripgrep (rg) is not installed on this machine");
            assertThat(error(bare.call("difftastic", Map.of("args", List.of("b", "b")))))
                    .isEqualTo("difftastic (difft) is not installed on this machine");
        }
    }

    @Test
    void twoFilesInsideAreComparedAndNothingElse() throws IOException {
        Files.writeString(root.resolve("a"), "");
        Files.writeString(root.resolve("-b"), "");
        JsonNode result =
                calls.call(
                        "difftastic", Map.of("args", List.of("--color", "never", "--", "a", "-b")));
        assertThat(result.path("stdout").asString().lines())
                .containsExactly(root.toString(), "<--color=never>", "<-->", "<a>", "<-b>");
        for (List<String> args :
                List.of(
                        List.of("a", "../programs/rg"),
                        List.of("a"),
                        List.of("a", "."),
                        List.of("--override=x", "a", "a"))) {
            assertThat(error(calls.call("difftastic", Map.of("args", args)))).isNotEmpty();
        }
    }
}
