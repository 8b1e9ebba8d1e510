package dev.roosthold.relay.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
    @TempDir Path directory;

    @Test
    void aSecretIsMadeOnceAndOnlyItsOwnerMayReadIt() throws IOException {
        var secrets = new SecretFiles(directory);
        assertThat(secrets.read("key")).isEmpty();

        assertThat(secrets.readOrMake("key", () -> new byte[] {1, 2})).containsExactly(1, 2);

        var later = new SecretFiles(directory);
        assertThat(later.readOrMake("key", () -> new byte[] {3})).containsExactly(1, 2);
        assertThat(later.read("key").orElseThrow()).containsExactly(1, 2);
        assertThat(modes()).isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("key"));
        }
    }

    @Test
    void whatALostStartLeftBehindIsNoSecret() throws IOException {
        Files.write(directory.resolve("key.tmp"), new byte[] {9});

        var secrets = new SecretFiles(directory);

        assertThat(secrets.read("key")).isEmpty();
        assertThat(secrets.readOrMake("key", () -> new byte[] {1})).containsExactly(1);
        assertThat(directory.resolve("key.tmp")).doesNotExist();
    }

    @Test
    void aSecretThatOthersCouldReadIsTakenBackFromThem() throws IOException {
        Path file = Files.write(directory.resolve("key"), new byte[] {1});
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(new SecretFiles(directory).read("key")).isPresent();

        assertThat(modes()).isEqualTo("rw-------");
    }

    @Test
    void aSecretMayBeALinkIntoAStoreWhereItCanOnlyBeRead() throws IOException {
        Path store = Files.createDirectory(directory.resolve("store"));
        Path kept = Files.write(store.resolve("kept"), new byte[] {1, 2});
        Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("r--------"));
        Files.createSymbolicLink(directory.resolve("key"), kept);
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("r-x------"));

        byte[] read = new SecretFiles(directory).readOrMake("key", () -> new byte[] {3});

        assertThat(read).containsExactly(1, 2);
        assertThat(directory.resolve("key")).isSymbolicLink();
        assertThat(modes()).isEqualTo("r--------");
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aFileThatIsTooLongIsRefusedByName() throws IOException {
        Files.write(directory.resolve("key"), new byte[5000]);

        assertThatThrownBy(() -> new SecretFiles(directory).read("key"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("key");
    }

    private String modes() throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("key")));
    }
}
