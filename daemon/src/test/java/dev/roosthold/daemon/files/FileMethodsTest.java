package dev.roosthold.daemon.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.daemon.Calls;
import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(30)
class FileMethodsTest {
    @TempDir Path temp;
    private Path root;
    private Calls calls;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        calls = new Calls(FileMethods.of(() -> new Roots(List.of(root), Set.of())));
    }

    @AfterEach
    void stop() {
        calls.close();
    }

    private static String error(JsonNode result) {
        assertThat(result.path("success").asBoolean(true)).as("%s", result).isFalse();
        return result.path("error").asString();
    }

    private JsonNode read(String path) {
        return calls.call("readFile", Map.of("path", path));
    }

    private JsonNode write(String path, byte[] content, @Nullable String hash) {
        Map<String, @Nullable Object> params = new HashMap<>();
        params.put("path", path);
        params.put("content", Base64.getEncoder().encodeToString(content));
        params.put("expectedHash", hash);
        return calls.call("writeFile", params);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hash(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private List<String> names() throws IOException {
        try (var all = Files.list(root)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void binaryContentIsReadAsItIs() throws IOException {
        byte[] content = new byte[100_000];
        new Random(1).nextBytes(content);
        Files.write(root.resolve("file"), content);
        JsonNode result = read("file");
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(Base64.getDecoder().decode(result.path("content").asString()))
                .isEqualTo(content);
    }

    @Test
    void largestFileFitsAndALargerOneIsRefused() throws IOException {
        Files.write(root.resolve("fits"), new byte[512 * 1024]);
        Files.write(root.resolve("more"), new byte[512 * 1024 + 1]);
        JsonNode result = read("fits");
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(calls.encryption.sealValue(result).length()).isLessThan(999_000);
        assertThat(error(read("more"))).isEqualTo("The file is larger than 512 KiB");
    }

    @Test
    void whatIsNoRegularFileIsNotOpened() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/mkfifo")));
        assertThat(new ProcessBuilder("mkfifo", root + "/pipe").start().waitFor()).isZero();
        assertThat(error(read("pipe"))).isEqualTo("Not a regular file");
        assertThat(error(read("."))).isEqualTo("It is a directory");
        assertThat(error(read("nothing"))).isEqualTo("No such file or directory");
        assertThat(error(write("pipe", new byte[1], "0".repeat(64))))
                .isEqualTo("Not a regular file");
    }

    @Test
    void fileOfTheSystemThatSaysItIsEmptyIsReadWhole() {
        assumeTrue(Files.exists(Path.of("/proc/cpuinfo")));
        Calls system =
                new Calls(FileMethods.of(() -> new Roots(List.of(Path.of("/proc")), Set.of())));
        try (system) {
            JsonNode result = system.call("readFile", Map.of("path", "/proc/cpuinfo"));
            assertThat(Base64.getDecoder().decode(result.path("content").asString()))
                    .hasSizeGreaterThan(20);
        }
    }

    @Test
    void outsideIsRefusedByEveryMethodWithoutNamingIt() throws IOException {
        Path outside = Files.createDirectories(temp.resolve("outside"));
        Files.writeString(outside.resolve("file"), "secret");
        Files.createSymbolicLink(root.resolve("link"), outside);
        for (String path : List.of("../outside/file", "link/file", outside + "/file")) {
            for (JsonNode result :
                    List.of(
                            read(path),
                            write(path, new byte[1], null),
                            calls.call("listDirectory", Map.of("path", path)),
                            calls.call("getDirectoryTree", Map.of("path", path, "maxDepth", 2)),
                            calls.call("make-directory", Map.of("path", path + "x")))) {
                assertThat(error(result)).isEqualTo("Outside the root directories of this machine");
            }
        }
        assertThat(outside.resolve("filex")).doesNotExist();
        assertThat(Files.readString(outside.resolve("file"))).isEqualTo("secret");
    }

    @Test
    void newFileIsWrittenAndAnExistingOneIsNotOverwritten() throws Exception {
        byte[] content = {1, 2, 0, (byte) 200};
        JsonNode result = write("new", content, null);
        assertThat(result.path("success").asBoolean()).as("%s", result).isTrue();
        assertThat(result.path("hash").asString()).isEqualTo(hash(content));
        assertThat(Files.readAllBytes(root.resolve("new"))).isEqualTo(content);

        assertThat(error(write("new", new byte[1], null))).isEqualTo("The file exists already");
        assertThat(error(write(".", new byte[1], null))).isEqualTo("It is a directory");
        assertThat(Files.readAllBytes(root.resolve("new"))).isEqualTo(content);
        assertThat(names()).containsExactly("new");
    }

    @Test
    void fileIsReplacedOnlyWhileItIsWhatTheCallerKnew() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        Files.setPosixFilePermissions(
                root.resolve("file"), PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(error(write("file", utf8("new"), hash(utf8("other")))))
                .isEqualTo("The file has changed: its hash is not the expected one");
        assertThat(error(write("gone", utf8("new"), hash(utf8("old")))))
                .isEqualTo("The file does not exist");
        assertThat(error(write("file", utf8("new"), "nonsense"))).contains("expectedHash");

        JsonNode result = write("file", utf8("new"), hash(utf8("old")));
        assertThat(result.path("success").asBoolean()).as("%s", result).isTrue();
        assertThat(Files.readString(root.resolve("file"))).isEqualTo("new");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(root.resolve("file"))))
                .isEqualTo("rwxr-x---");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void ofManyWritersWithOneHashOneWins() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        List<Calls.Pending> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String content = Base64.getEncoder().encodeToString(utf8("new" + i));
            all.add(
                    calls.begin(
                            "writeFile",
                            "{\"path\":\"file\",\"content\":\"%s\",\"expectedHash\":\"%s\"}"
                                    .formatted(content, hash(utf8("old")))));
        }
        assertThat(
                        all.stream()
                                .map(calls::result)
                                .filter(result -> result.path("success").asBoolean(false)))
                .hasSize(1);
        assertThat(names()).containsExactly("file");
    }

    @Test
    void writingThroughALinkInsideChangesWhatItLeadsTo() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        Files.createSymbolicLink(root.resolve("link"), Path.of("file"));
        assertThat(write("link", utf8("new"), hash(utf8("old"))).path("success").asBoolean())
                .isTrue();
        assertThat(Files.isSymbolicLink(root.resolve("link"))).isTrue();
        assertThat(Files.readString(root.resolve("file"))).isEqualTo("new");
    }

    @Test
    void whatMayNotBeReadOrWrittenIsRefused() throws Exception {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may everything");
        Files.writeString(root.resolve("file"), "old");
        Files.setPosixFilePermissions(
                root.resolve("file"), PosixFilePermissions.fromString("r--------"));
        assertThat(error(write("file", utf8("new"), hash(utf8("old")))))
                .isEqualTo("Permission denied");
        Files.setPosixFilePermissions(
                root.resolve("file"), PosixFilePermissions.fromString("---------"));
        assertThat(error(read("file"))).isEqualTo("Permission denied");
    }

    @Test
    void badParametersAreRefused() {
        assertThat(error(calls.call("readFile", "{}"))).isEqualTo("path is required");
        assertThat(error(calls.call("readFile", "{\"path\":7}"))).isEqualTo("path must be text");
        assertThat(error(calls.call("writeFile", "{\"path\":\"x\"}")))
                .isEqualTo("content must be text");
        assertThat(error(calls.call("writeFile", "{\"path\":\"x\",\"content\":\"*\"}")))
                .isEqualTo("content must be base64");
        assertThat(error(calls.call("getDirectoryTree", "{\"path\":\".\",\"maxDepth\":\"x\"}")))
                .isEqualTo("maxDepth must be a number");
    }

    @Test
    void directoryIsListedDirectoriesFirst() throws IOException {
        Files.createDirectory(root.resolve("zoo"));
        Files.writeString(root.resolve("b"), "12345");
        Files.createSymbolicLink(root.resolve("a"), Path.of("b"));
        JsonNode result = calls.call("listDirectory", Map.of("path", root.toString()));
        List<String> shown = new ArrayList<>();
        result.path("entries")
                .forEach(
                        entry ->
                                shown.add(
                                        entry.path("name").asString()
                                                + " "
                                                + entry.path("type").asString()));
        assertThat(shown).containsExactly("zoo directory", "a other", "b file");
        assertThat(result.path("entries").path(2).path("size").asInt()).isEqualTo(5);
        assertThat(result.path("entries").path(2).path("modified").isIntegralNumber()).isTrue();
        assertThat(result.has("truncated")).isFalse();
        assertThat(error(calls.call("listDirectory", Map.of("path", "b"))))
                .isEqualTo("Not a directory");
    }

    @Test
    void hugeDirectoryIsCutAndSaysSo() throws IOException {
        for (int i = 0; i < 5_100; i++) {
            Files.createFile(root.resolve("file-" + i));
        }
        JsonNode result = calls.call("listDirectory", Map.of("path", "."));
        assertThat(result.path("entries").size()).isEqualTo(5_000);
        assertThat(result.path("truncated").asBoolean()).isTrue();
        JsonNode tree = calls.call("getDirectoryTree", Map.of("path", ".", "maxDepth", 3));
        assertThat(tree.path("truncated").asBoolean()).isTrue();
        assertThat(tree.path("tree").path("children").size()).isBetween(3_000, 5_000);
    }

    @Test
    void nameThatIsNoTextIsListedAndHarmsNothing() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        Process process =
                new ProcessBuilder("sh", "-c", "printf x > \"$(printf 'a\\377\\376b')\"; : > ok")
                        .directory(root.toFile())
                        .start();
        assertThat(process.waitFor()).isZero();
        JsonNode result = calls.call("listDirectory", Map.of("path", "."));
        assertThat(result.path("entries").size()).isEqualTo(2);
        assertThat(result.path("entries").path(0).path("type").asString()).isEqualTo("file");
        JsonNode tree = calls.call("getDirectoryTree", Map.of("path", ".", "maxDepth", 3));
        assertThat(tree.path("tree").path("children").size()).isEqualTo(2);
    }

    @Test
    void treeIsBoundedInDepthAndLeavesLinksOut() throws IOException {
        Path deep = root;
        for (int i = 0; i < 30; i++) {
            deep = Files.createDirectory(deep.resolve("d"));
        }
        Files.writeString(root.resolve("file"), "1");
        Files.createSymbolicLink(root.resolve("loop"), Path.of("."));
        JsonNode result = calls.call("getDirectoryTree", Map.of("path", ".", "maxDepth", 2));
        JsonNode tree = result.path("tree");
        assertThat(tree.path("name").asString()).isEqualTo("root");
        assertThat(tree.path("path").asString()).isEqualTo(root.toString());
        assertThat(tree.path("children").size()).isEqualTo(2);
        JsonNode first = tree.path("children").path(0);
        assertThat(first.path("type").asString()).isEqualTo("directory");
        assertThat(first.path("path").asString()).isEqualTo(root + "/d");
        assertThat(first.path("children").path(0).has("children")).isFalse();

        assertThat(
                        calls.call("getDirectoryTree", Map.of("path", ".", "maxDepth", 0))
                                .path("tree")
                                .has("children"))
                .isFalse();
        JsonNode deepest =
                calls.call("getDirectoryTree", Map.of("path", ".", "maxDepth", 1e9)).path("tree");
        int depth = 0;
        for (JsonNode node = deepest; node.has("children"); depth++) {
            node = node.path("children").path(0);
        }
        assertThat(depth).isEqualTo(16);
    }

    @Test
    void directoryIsMadeOnceAndOnlyBelowOneThatExists() throws IOException {
        JsonNode made = calls.call("make-directory", Map.of("path", "new"));
        assertThat(made.path("success").asBoolean()).as("%s", made).isTrue();
        assertThat(made.path("created").asBoolean()).isTrue();
        assertThat(made.path("path").asString()).isEqualTo(root + "/new");
        assertThat(root.resolve("new")).isDirectory();
        JsonNode again = calls.call("make-directory", Map.of("path", "new"));
        assertThat(again.path("created").asBoolean(true)).isFalse();
        assertThat(again.path("success").asBoolean()).isTrue();
        Files.writeString(root.resolve("file"), "");
        assertThat(error(calls.call("make-directory", Map.of("path", "file"))))
                .isEqualTo("It exists already and is no directory");
        assertThat(error(calls.call("make-directory", Map.of("path", "x/y"))))
                .isEqualTo("No such file or directory");
    }
}
