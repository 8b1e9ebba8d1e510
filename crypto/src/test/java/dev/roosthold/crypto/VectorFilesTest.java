package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// No vector file without a test, and no vector that is skipped.
class VectorFilesTest {
    /// How many vectors each file has. Every file is read by a test of this package.
    private static final Map<String, Integer> TESTED =
            Map.of(
                    "account-keys.json", 12,
                    "aes-gcm-datakey.json", 20,
                    "auth-challenge.json", 15,
                    "backup-key.json", 25,
                    "blob.json", 10,
                    "box-envelope.json", 24,
                    "key-derivation.json", 52,
                    "pairing-urls.json", 12,
                    "records.json", 10,
                    "secretbox-legacy.json", 15);

    @Test
    void everyFileIsThereAndTested() throws IOException, URISyntaxException {
        Path folder =
                Path.of(
                        Objects.requireNonNull(VectorFilesTest.class.getResource("/vectors"))
                                .toURI());
        Map<String, Integer> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .forEach(name -> found.put(name, Vectors.of(name).size()));
        }
        assertThat(found).isEqualTo(TESTED);
    }
}
