package dev.roosthold.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.daemon.rpc.MethodFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real directories, real links.
@Timeout(30)
class RootsTest {
    @TempDir Path temp;
    private Path root;
    private Path other;
    private Path outside;
    private Roots roots;

    @BeforeEach
    void make() throws IOException {
        Path real = temp.toRealPath();
        root = Files.createDirectories(real.resolve("root"));
        other = Files.createDirectories(real.resolve("other"));
        outside = Files.createDirectories(real.resolve("outside"));
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("a/file"), "inside");
        Files.writeString(other.resolve("file"), "other");
        Files.writeString(outside.resolve("file"), "secret");
        roots = new Roots(List.of(root, other), Set.of());
    }

    private String read(String path) throws IOException {
        try (Place place = roots.resolve(path);
                FileChannel file =
                        place.directory().open(place.name(), Set.of(StandardOpenOption.READ))) {
            ByteBuffer bytes = ByteBuffer.allocate(100);
            file.read(bytes);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    private Path real(String path) throws IOException {
        try (Place place = roots.resolve(path)) {
            return place.real();
        }
    }

    private void assertOutside(String path) {
        assertThatThrownBy(() -> real(path))
                .as(path)
                .isInstanceOf(MethodFailure.class)
                .hasMessage("Outside the root directories of this machine");
    }

    @Test
    void pathsInsideLeadWhereTheySay() throws IOException {
        assertThat(read(root + "/a/file")).isEqualTo("inside");
        assertThat(read("a/file")).isEqualTo("inside");
        assertThat(read("./a/b/../file")).isEqualTo("inside");
        assertThat(read(other + "/file")).isEqualTo("other");
        assertThat(real(root.toString())).isEqualTo(root);
        assertThat(real(".")).isEqualTo(root);
        assertThat(real(root + "/a/b/../..")).isEqualTo(root);
        assertThat(real("new")).isEqualTo(root.resolve("new"));
    }

    @Test
    void wayFromOneRootToAnotherIsOpen() throws IOException {
        assertThat(read("../other/file")).isEqualTo("other");
        assertThat(read(root + "/a/../../other/file")).isEqualTo("other");
        Files.createSymbolicLink(root.resolve("there"), other);
        assertThat(read("there/file")).isEqualTo("other");
        assertThat(read(temp.toRealPath() + "/outside/../root/a/file")).isEqualTo("inside");
    }

    @Test
    void dotsDoNotLeadOut() {
        assertOutside("..");
        assertOutside("../outside/file");
        assertOutside("a/../../outside/file");
        assertOutside(root + "/../outside");
        assertOutside("/etc/passwd");
        assertOutside("/");
        assertOutside("a/b/../../../../../../../../etc/passwd");
    }

    @Test
    void nameThatBeginsLikeARootIsOutside() throws IOException {
        Files.createDirectories(Path.of(root + "-more"));
        assertOutside(root + "-more");
    }

    @Test
    void linksDoNotLeadOutWhateverTheirForm() throws IOException {
        Files.createSymbolicLink(root.resolve("absolute"), outside);
        Files.createSymbolicLink(root.resolve("relative"), Path.of("../outside"));
        Files.createSymbolicLink(root.resolve("toFile"), outside.resolve("file"));
        Files.createSymbolicLink(root.resolve("a/b/up"), Path.of("../../.."));
        Files.createSymbolicLink(root.resolve("chain"), Path.of("absolute"));
        assertOutside("absolute");
        assertOutside("absolute/file");
        assertOutside("relative/file");
        assertOutside("toFile");
        assertOutside("a/b/up/outside/file");
        assertOutside("chain/file");
        assertOutside("absolute/../root/a/file/../../../outside/file");
    }

    @Test
    void outsideLooksAlikeWhetherItExistsOrNot() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), outside);
        assertOutside("link/file");
        assertOutside("link/nothing");
        assertOutside("link/file/below");
        assertOutside(outside + "/file");
        assertOutside(outside + "/nothing");
        Files.createSymbolicLink(root.resolve("dangling"), outside.resolve("nothing"));
        assertOutside("dangling");
    }

    @Test
    void linksInsideAreFollowedAndLoopsEnd() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), Path.of("a"));
        Files.createSymbolicLink(root.resolve("full"), root.resolve("a/file"));
        Files.createSymbolicLink(root.resolve("a/b/back"), Path.of("../file"));
        assertThat(read("link/file")).isEqualTo("inside");
        assertThat(read("full")).isEqualTo("inside");
        assertThat(read("a/b/back")).isEqualTo("inside");
        assertThat(real("link/b/..")).isEqualTo(root.resolve("a"));
        Files.createSymbolicLink(root.resolve("x"), Path.of("y"));
        Files.createSymbolicLink(root.resolve("y"), Path.of("x"));
        assertThatThrownBy(() -> real("x")).hasMessage("Too many links");
    }

    @Test
    void missingDirectoryOnTheWayIsMissing() {
        assertThatThrownBy(() -> real("nothing/file")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> real("")).isInstanceOf(MethodFailure.class);
        assertThatThrownBy(() -> real("a\0b")).isInstanceOf(MethodFailure.class);
        assertThatThrownBy(() -> real("x/".repeat(5000))).isInstanceOf(MethodFailure.class);
    }

    @Test
    void closedDirectoryIsOutsideAlsoThroughALink() throws IOException {
        Path keys = Files.createDirectories(root.resolve("keys/deep"));
        Files.writeString(root.resolve("keys/file"), "key");
        Files.createSymbolicLink(root.resolve("alias"), Path.of("keys"));
        roots = new Roots(List.of(root, keys), Set.of(root.resolve("keys")));
        assertOutside("keys/file");
        assertOutside("alias/file");
        assertOutside("keys/deep");
        assertOutside(keys.toString());
        assertThat(read("a/file")).isEqualTo("inside");
    }

    @Test
    void rootThatWasReplacedByALinkIsRefused() throws IOException {
        Files.move(other, temp.resolve("away"));
        Files.createSymbolicLink(other, outside);
        assertThatThrownBy(() -> read(other + "/file")).isInstanceOf(IOException.class);
    }

    /// The hard case: a directory on the way is a link to the outside in one moment and a directory
    /// in the next. Whoever checks a path and opens it afterwards reads the secret sooner or later.
    @Test
    void directorySwappedForALinkBetweenCheckAndOpenNeverLeadsOut() throws Exception {
        Path swapped = root.resolve("swapped");
        Path directory = root.resolve("directory");
        Path link = root.resolve("link");
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("file"), "inside");
        Files.createSymbolicLink(link, outside);
        AtomicBoolean over = new AtomicBoolean();
        Thread attacker =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!over.get()) {
                                        swap(directory, swapped);
                                        swap(swapped, directory);
                                        swap(link, swapped);
                                        swap(swapped, link);
                                    }
                                });
        List<String> read = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < 4_000; i++) {
            try {
                read.add(read("swapped/file"));
            } catch (IOException _) {
                refused++;
            }
        }
        over.set(true);
        attacker.join();
        assertThat(read).as("was won at least once").isNotEmpty().containsOnly("inside");
        assertThat(refused).isPositive();
    }

    private static void swap(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            // The next round tries again.
        }
    }

    /// The moment itself, without luck: the place is resolved, and then everything on the way to it
    /// is replaced.
    @Test
    void resolvedPlaceStaysWhereItWas() throws IOException {
        try (Place place = roots.resolve("a/file")) {
            assumeTrue(place.directory() instanceof HeldDirectory, "no relative opening here");
            Files.move(root.resolve("a"), root.resolve("moved"));
            Files.createSymbolicLink(root.resolve("a"), outside);
            try (FileChannel file =
                    place.directory().open(place.name(), Set.of(StandardOpenOption.READ))) {
                assertThat(file.size()).isEqualTo("inside".length());
            }
            Files.delete(root.resolve("moved/file"));
            Files.createSymbolicLink(root.resolve("moved/file"), outside.resolve("file"));
            assertThatThrownBy(
                            () ->
                                    place.directory()
                                            .open(place.name(), Set.of(StandardOpenOption.READ)))
                    .isInstanceOf(IOException.class);
        }
    }

    /// The way of systems without relative opening.
    @Test
    void checkedDirectoryNoticesThatItWasReplaced() throws IOException {
        Path keys = Files.createDirectory(root.resolve("keys"));
        try (var entries = Files.newDirectoryStream(root);
                Directory top = new CheckedDirectory(root, Set.of(keys), entries);
                Directory same = top.child(Path.of("."));
                Directory inner = same.child(Path.of("a"))) {
            Set<StandardOpenOption> reading = Set.of(StandardOpenOption.READ);
            inner.open(Path.of("file"), reading).close();
            inner.makeDirectory(Path.of("new"));
            assertThat(inner.has(Path.of("new"))).isTrue();
            assertThatThrownBy(() -> top.child(Path.of("keys"))).isInstanceOf(MethodFailure.class);
            Files.createSymbolicLink(root.resolve("a/link"), outside.resolve("file"));
            assertThatThrownBy(() -> inner.open(Path.of("link"), reading))
                    .isInstanceOf(IOException.class);
            Files.move(root.resolve("a"), root.resolve("moved"));
            Files.createSymbolicLink(root.resolve("a"), outside);
            assertThatThrownBy(() -> inner.open(Path.of("file"), reading))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> top.child(Path.of("a"))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void closedDirectoryIsKnownUnderAnotherNameToo() throws IOException {
        Path keys = Files.createDirectories(root.resolve("keys/deep"));
        roots = new Roots(List.of(root), Set.of(keys));
        Files.move(root.resolve("keys"), root.resolve("renamed"));
        Files.createSymbolicLink(root.resolve("keys"), root.resolve("renamed"));
        assertOutside("renamed/deep/file");
    }
}
