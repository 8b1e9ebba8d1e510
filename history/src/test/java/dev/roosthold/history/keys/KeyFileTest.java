package dev.roosthold.history.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Contract of the sync daemon, section 12.6.
final class KeyFileTest {
    @TempDir Path directory;

    private static MasterKey key(int b) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) b);
        return new MasterKey(bytes);
    }

    @Test
    void section12_6_keysComeBackWithTheOlderOnesAndOthersCannotReadThem() throws Exception {
        var file = new KeyFile(directory.resolve("a/b/keys.json"));
        file.write(key(1), List.of(key(2), key(3)));

        HistoryKeys read = file.read().orElseThrow();
        assertThat(read.master()).isEqualTo(key(1));
        assertThat(read.older()).containsExactly(key(2), key(3));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");
        assertThat(file.isOpenToOthers()).isFalse();
        assertThat(Files.readString(file.path()))
                .contains("\"version\":1", "\"keyId\":\"" + key(1).keyId() + "\"", "\"masterKey\"");
    }

    @Test
    void section12_6_whatWasSealedBeforeARotationStillOpens() {
        byte[] text = "old".getBytes(StandardCharsets.UTF_8);
        String old = key(2).commandKey().sealText(text);
        String oldPreference = key(2).preferenceKey().sealText(text);
        var keys = new HistoryKeys(key(1), List.of(key(2)));

        assertThat(keys.openCommand(old)).isEqualTo(text);
        assertThat(keys.openPreference(oldPreference)).isEqualTo(text);
        assertThat(keys.openCommand(keys.sealCommand(text))).isEqualTo(text);
        assertThatThrownBy(() -> keys.openPreference(old)).isInstanceOf(DecryptionException.class);
        assertThatThrownBy(() -> new HistoryKeys(key(1), List.of()).openCommand(old))
                .isInstanceOf(DecryptionException.class);
    }

    @Test
    void damagedOrNewerFilesAreToldWithoutTheirContent() throws Exception {
        var file = new KeyFile(directory.resolve("keys.json"));
        assertThat(file.read()).isEqualTo(Optional.empty());
        file.write(key(1), List.of());
        String good = Files.readString(file.path());
        for (String wrong :
                List.of(
                        "",
                        "[]",
                        "{}",
                        good.substring(0, good.length() / 2),
                        good.replace(key(1).keyId(), "0000000000000000"),
                        good.replace("\"version\":1", "\"version\":2"))) {
            Files.writeString(file.path(), wrong);
            assertThatThrownBy(file::read)
                    .isInstanceOf(KeyFileException.class)
                    .hasMessageContaining("keys.json")
                    .message()
                    .doesNotContain("AQEB");
        }
    }
}
