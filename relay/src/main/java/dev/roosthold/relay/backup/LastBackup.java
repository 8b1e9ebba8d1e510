package dev.roosthold.relay.backup;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// What a data directory knows about its latest backup.
///
/// @param mark everything acknowledged before is in it
/// @param target where it went
public record LastBackup(String mark, String target) {
    private static final String NAME = "last-backup.json";

    /// Empty when there was none, or it cannot be told.
    public static Optional<LastBackup> of(Path dataDirectory) {
        try {
            byte[] json = Files.readAllBytes(dataDirectory.resolve(NAME));
            LastBackup last = Codec.parse(json, LastBackup.class);
            var _ = last.markAt();
            return Optional.of(last);
        } catch (IOException | MalformedJson | DateTimeParseException | NullPointerException e) {
            return Optional.empty();
        }
    }

    /// The mark of the latest, in seconds since 1970; 0 when there was none, or it cannot be told.
    public static long secondsOf(Path dataDirectory) {
        return of(dataDirectory).map(last -> last.markAt().getEpochSecond()).orElse(0L);
    }

    public Instant markAt() {
        return Instant.parse(mark);
    }

    void save(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(NAME);
        Path fresh = dataDirectory.resolve(NAME + ".tmp");
        Files.deleteIfExists(fresh);
        PrivateFiles.write(fresh, out -> out.write(Codec.print(this)));
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        PrivateFiles.sync(dataDirectory);
    }
}
