package dev.roosthold.sync.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import dev.roosthold.sync.config.LogLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class Section14LogTest {
    @TempDir private Path folder;

    @Test
    void everyLineIsAnObjectThatNobodyCanForge() throws Exception {
        Path file = folder.resolve("x/sync.log");
        try (var log = SyncLog.to(file, LogLevel.DEBUG, InstantSource.system())) {
            log.warn("test", "line\nbreak", "method", "a\"}\n{\"ts\":1\u2028" + "x".repeat(500));
            log.trace("test", "not written");
        }
        var lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        JsonNode line = Codec.parse(Files.readAllBytes(file));
        assertThat(line.path("level").stringValue()).isEqualTo("warn");
        assertThat(line.path("event").stringValue()).isEqualTo("test");
        assertThat(line.path("ts").stringValue()).endsWith("Z");
        assertThat(line.path("method").stringValue().length()).isLessThan(230);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFullFileIsPutAsideAndThreeAreKept() throws Exception {
        Path file = folder.resolve("sync.log");
        try (var log = SyncLog.to(file, LogLevel.INFO, InstantSource.system(), 1000)) {
            for (int i = 0; i < 100; i++) {
                log.info("test", "line " + i);
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(4);
        }
        assertThat(Files.size(file.resolveSibling("sync.log.3"))).isLessThanOrEqualTo(1000);
        assertThat(Files.readString(file)).contains("line 99");
    }
}
