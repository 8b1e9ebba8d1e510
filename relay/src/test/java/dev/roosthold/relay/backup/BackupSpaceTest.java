package dev.roosthold.relay.backup;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BackupSpaceTest {
    private static final Path WHERE = Path.of("/backups");

    @Test
    void tooLittleRoomIsToldInNumbersBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> Backup.requireSpace(2_000_000_000, 1_000_000_000, WHERE))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not enough space in /backups")
                .hasMessageContaining("2000.0 MB");
        assertThatCode(() -> Backup.requireSpace(2_000_000_000, 3_000_000_000L, WHERE))
                .doesNotThrowAnyException();
    }
}
