package dev.roosthold.cli;

import dev.roosthold.client.Versioned;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Sessions that were opened on this computer, so that something can be said to them while the
/// relay is away. Kept beside the outboxes as the relay has them, sealed: the file opens nothing.
final class KnownSessions {
    private static final String FILE = "sessions.json";
    private static final int MOST = 200;
    private static final int MAX_METADATA = 64 * 1024;
    private static final long MAX_BYTES = 32L << 20;

    private KnownSessions() {}

    /// Keeps the session. That it cannot be kept is no reason to fail.
    static void remember(Access access, OpenSession session) {
        SessionRow row = session.row();
        String metadata = row.metadata().value();
        if (metadata == null || metadata.length() > MAX_METADATA) {
            return;
        }
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("id", row.id().value());
        entry.put("dataEncryptionKey", row.dataEncryptionKey());
        List<JsonNode> known = read(access);
        boolean kept =
                known.stream()
                        .anyMatch(
                                one ->
                                        one.path("id").equals(entry.path("id"))
                                                && one.path("dataEncryptionKey")
                                                        .equals(entry.path("dataEncryptionKey")));
        if (kept) {
            return;
        }
        entry.put("metadata", metadata);
        known.removeIf(one -> one.path("id").equals(entry.path("id")));
        known.addFirst(entry);
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        known.stream().limit(MOST).forEach(file.withArray("sessions")::add);
        try {
            Path directory = Outgoing.directory(access);
            PrivateFiles.createDirectory(access.home().resolve("outbox"));
            PrivateFiles.createDirectory(directory);
            PrivateFiles.write(
                    directory.resolve(FILE), file.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // Then this one cannot be written to while the relay is away, which is said then.
        }
    }

    /// The one that begins so, when there is exactly one and it opens here.
    static Optional<OpenSession> find(Access access, String prefix) {
        List<JsonNode> matching =
                read(access).stream()
                        .filter(one -> one.path("id").asString("").startsWith(prefix))
                        .toList();
        return matching.size() == 1
                ? access.account().sessions().open(row(matching.getFirst()))
                : Optional.empty();
    }

    private static SessionRow row(JsonNode entry) {
        JsonNode key = entry.path("dataEncryptionKey");
        return new SessionRow(
                new SessionId(entry.path("id").asString("")),
                0,
                new Versioned(entry.path("metadata").asString(""), 0),
                new Versioned(null, 0),
                key.isString() ? key.asString() : null,
                false,
                0,
                0,
                0);
    }

    private static List<JsonNode> read(Access access) {
        List<JsonNode> known = new ArrayList<>();
        try {
            Path file = Outgoing.directory(access).resolve(FILE);
            if (Files.exists(file) && Files.size(file) <= MAX_BYTES) {
                Codec.mapper()
                        .readTree(Files.readAllBytes(file))
                        .path("sessions")
                        .forEach(known::add);
            }
        } catch (IOException | JacksonException _) {
            known.clear();
        }
        return known;
    }
}
