package dev.roosthold.history.ipc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SyncClientStartTest {
    @TempDir Path temp;

    @Test
    void aDaemonThatHasFailedIsNotWaitedFor() {
        Path nobody = temp.resolve("s");
        var asked = new AtomicInteger();
        assertThatThrownBy(
                        () -> SyncClient.connect(nobody, () -> () -> asked.incrementAndGet() == 3))
                .isInstanceOf(SyncConnectionException.class)
                .hasMessageContaining("has ended");
    }

    @Test
    void aDaemonThatMayStillComeIsWaitedFor() {
        Path nobody = temp.resolve("s");
        assertThatThrownBy(() -> SyncClient.connect(nobody, () -> () -> false))
                .isInstanceOf(SyncConnectionException.class)
                .hasMessageContaining("after 5 s");
    }
}
