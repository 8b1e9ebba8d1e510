package dev.roosthold.cli;

import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Keys of the sessions that this computer has made: the daemon keeps a file for each in
/// `sessions/`, of which only `id` and `key` are read here. Thread-safe.
final class KeptSessionKeys implements SessionKeys {
    private static final long MAX_BYTES = 1 << 20;

    private static final long FRESH_NANOS = 1_000_000_000;

    private final Path directory;
    private Map<String, SymmetricKey> keys = Map.of();
    private long readAt;

    KeptSessionKeys(Path home) {
        directory = home.resolve("sessions");
    }

    /// Reads the files again for a session that is not known: they are made while a command runs.
    @Override
    public synchronized Optional<SymmetricKey> find(SessionId session) {
        SymmetricKey known = keys.get(session.value());
        if (known == null && (readAt == 0 || System.nanoTime() - readAt > FRESH_NANOS)) {
            keys = all();
            readAt = System.nanoTime();
            known = keys.get(session.value());
        }
        return Optional.ofNullable(known);
    }

    private Map<String, SymmetricKey> all() {
        Map<String, SymmetricKey> keys = new HashMap<>();
        if (!Files.isDirectory(directory)) {
            return keys;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                read(file, keys);
            }
        } catch (IOException e) {
            // Without them these sessions are locked, which is what the command says then.
            return keys;
        }
        return keys;
    }

    private static void read(Path file, Map<String, SymmetricKey> keys) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return;
            }
            JsonNode record = Codec.mapper().readTree(Files.readAllBytes(file));
            if (record.path("id").isString() && record.path("key").isString()) {
                keys.put(
                        record.path("id").asString(),
                        new SymmetricKey(
                                Base64.getDecoder().decode(record.path("key").asString())));
            }
        } catch (IOException | JacksonException | IllegalArgumentException | CryptoException e) {
            // One damaged file must not lock the others.
        }
    }
}
