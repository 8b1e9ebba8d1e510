package dev.roosthold.daemon.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.daemon.Calls;
import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class GitCloneTest {
    @TempDir Path temp;
    private Path root;
    private Path outside;
    private GitClone clone;
    private Calls calls;
    private final List<ObjectNode> frames = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        Path real = temp.toRealPath();
        root = Files.createDirectories(real.resolve("root"));
        outside = Files.createDirectories(real.resolve("outside"));
        begin(Duration.ofSeconds(20));
    }

    private void begin(Duration answerWithin) {
        clone =
                new GitClone(
                        () -> new Roots(List.of(root), Set.of()),
                        (stream, number, frame) -> {
                            assertThat(stream).isEqualTo("s");
                            assertThat(number).isEqualTo(frames.size());
                            frames.add(frame);
                        },
                        answerWithin);
        calls = new Calls(Map.of("git-clone", clone));
    }

    @AfterEach
    void stop() throws InterruptedException {
        calls.close();
        clone.close();
    }

    private void repository(Path directory) throws Exception {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("file"), "content");
        run(directory, "git", "init", "-q");
        run(directory, "git", "add", "file");
        run(
                directory,
                "git",
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "commit",
                "-qm",
                "first");
    }

    private static void run(Path directory, String... command) throws Exception {
        assertThat(
                        new ProcessBuilder(command)
                                .directory(directory.toFile())
                                .inheritIO()
                                .start()
                                .waitFor())
                .isZero();
    }

    private JsonNode git(String url, String path) {
        frames.clear();
        Map<String, Object> params = new HashMap<>();
        params.put("url", url);
        params.put("path", path);
        params.put("streamId", "s");
        return calls.call("git-clone", params);
    }

    private static String error(JsonNode result) {
        assertThat(result.path("success").asBoolean(true)).as("%s", result).isFalse();
        return result.path("error").asString();
    }

    @Test
    void repositoryIsClonedAndItsStreamEndsWithTheResult() throws Exception {
        repository(root.resolve("source"));
        JsonNode result = git("file://" + root + "/source", "copy");
        assertThat(result.path("success").asBoolean()).as("%s", result).isTrue();
        assertThat(result.path("path").asString()).isEqualTo(root + "/copy");
        assertThat(Files.readString(root.resolve("copy/file"))).isEqualTo("content");
        assertThat(frames.getLast().path("type").asString()).isEqualTo("done");
        assertThat(frames.getLast().path("path").asString()).isEqualTo(root + "/copy");
        assertThat(frames.getFirst().path("type").asString()).isEqualTo("progress");
        assertThat(frames.getFirst().path("percent").isIntegralNumber()).isTrue();

        assertThat(error(git("file://" + root + "/source", "copy")))
                .isEqualTo("The directory is not empty");
        Files.createDirectory(root.resolve("empty"));
        assertThat(git("file://" + root + "/source", "empty").path("success").asBoolean()).isTrue();
    }

    @Test
    void addressesThatRunProgramsOrLeadOutsideAreRefused() throws Exception {
        repository(outside.resolve("source"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        for (String url :
                List.of(
                        "--upload-pack=touch " + root + "/ran",
                        "-oProxyCommand=x",
                        "ext::sh -c touch% " + root + "/ran",
                        "ssh://-oProxyCommand=touch/x",
                        "ssh://user@-oProxyCommand=x/y",
                        "-u@host:path",
                        "user@-host:path",
                        "user@host:-path",
                        "user@host::path",
                        "https://-x/y",
                        "https:///x",
                        "https://host",
                        "http://host/x",
                        "git://host/x",
                        "fd::17",
                        "file://host/x",
                        "file://" + outside + "/source",
                        "file://" + root + "/link/source",
                        "file://" + root + "/../outside/source",
                        root + "/source",
                        outside + "/source",
                        "../outside/source",
                        "https://host/x\n--y",
                        "https://host\\@other/x",
                        "")) {
            String error = error(git(url, "copy"));
            assertThat(error).as(url).doesNotContain("/root", "/outside").isNotEmpty();
        }
        assertThat(root.resolve("ran")).doesNotExist();
        assertThat(root.resolve("copy")).doesNotExist();
        assertThat(frames).isEmpty();
    }

    @Test
    void credentialsInAnAddressAreRefusedAndNotRepeated() {
        for (String url : List.of("https://ada:hunter2@host/x", "https://hunter2@host/x")) {
            assertThat(error(git(url, "copy")))
                    .contains("must not hold a user or password")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void usualAddressesAreAccepted() throws IOException {
        Roots roots = new Roots(List.of(root), Set.of());
        for (String url :
                List.of(
                        "https://example.org/a/b.git",
                        "https://example.org:8443/a",
                        "ssh://git@example.org/a/b.git",
                        "ssh://example.org:2222/a",
                        "git@example.org:a/b.git",
                        "git@example.org:~/b",
                        "https://[::1]:8443/a")) {
            assertThat(GitAddress.of(url, roots).text()).isEqualTo(url);
        }
    }

    @Test
    void destinationStaysInside() throws Exception {
        repository(root.resolve("source"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        String source = "file://" + root + "/source";
        for (String path : List.of("../copy", "link/copy", "link", outside + "/copy", "/")) {
            assertThat(error(git(source, path)))
                    .as(path)
                    .isEqualTo("Outside the root directories of this machine");
        }
        assertThat(error(git(source, "nothing/copy"))).isEqualTo("No such file or directory");
        assertThat(error(git(source, "source/file")))
                .isEqualTo("It exists already and is no directory");
        JsonNode dashed = git(source, "-copy");
        assertThat(dashed.path("success").asBoolean()).as("%s", dashed).isTrue();
        assertThat(root.resolve("-copy/file")).exists();
        try (var all = Files.list(outside)) {
            assertThat(all).isEmpty();
        }
    }

    @Test
    void failureIsToldInTheWordsOfGit() throws Exception {
        Files.createDirectory(root.resolve("empty"));
        assertThat(error(git("file://" + root + "/empty", "copy"))).startsWith("fatal:");
        assertThat(frames.getLast().path("type").asString()).isEqualTo("failed");
        assertThat(root.resolve("copy")).doesNotExist();
    }

    @Test
    void slowCloneIsAnsweredAsPendingAndEndsWithTheDaemonLeavingNothing() throws Exception {
        calls.close();
        begin(Duration.ofMillis(300));
        // Accepts and never answers.
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            JsonNode result =
                    git("https://127.0.0.1:" + silent.getLocalPort() + "/repository", "copy");
            assertThat(result.path("pending").asBoolean()).as("%s", result).isTrue();
            assertThat(frames).isEmpty();
            calls.close();
            clone.close();
            await().untilAsserted(() -> assertThat(frames).hasSize(1));
            assertThat(frames.getFirst().path("type").asString()).isEqualTo("failed");
            assertThat(root.resolve("copy")).doesNotExist();
        }
    }

    @Test
    void complaintsShowNoCredentials() {
        CloneReport report = new CloneReport((_, _, _) -> {}, Optional.empty());
        "fatal: unable to access 'https://ada:hunter2@host/x/': no\n".chars().forEach(report::take);
        assertThat(report.complaint()).isEqualTo("fatal: unable to access 'https://host/x/': no");
    }
}
