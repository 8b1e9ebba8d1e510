package dev.roosthold.daemon.agents;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a session must not forget, in a file of its own, readable by its owner only: it holds the
/// key. Each change is on the disk when the call returns. Thread-safe. Prints nothing of itself.
///
/// The file is made before the relay hears of the session, so that no start is lost: the tag leads
/// back to it.
final class SessionRecord {
    private static final Logger LOG = LoggerFactory.getLogger(SessionRecord.class);
    private static final String SUFFIX = ".json";
    private static final String FILES = ".files";

    private final Path file;
    private final ObjectNode json;
    private boolean deleted;

    /// Where the session is in its life.
    enum Phase {
        /// It answers messages, now or after the next start of the daemon.
        RUNNING,
        /// It has ended here; the relay has not been told everything yet.
        ENDING,
        /// It is over and can be resumed.
        ENDED
    }

    private SessionRecord(Path file, ObjectNode json) {
        this.file = file;
        this.json = json;
    }

    /// A new one, on the disk.
    ///
    /// @param tag also the name of the file
    /// @param command of an agent that has no name; empty for one of the catalog
    static SessionRecord create(
            Path directory,
            String tag,
            SymmetricKey key,
            String agent,
            List<String> command,
            Path workDirectory,
            long nowMs) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tag", tag);
        json.put("key", Base64.getEncoder().encodeToString(key.bytes()));
        json.put("agent", agent);
        if (!command.isEmpty()) {
            command.forEach(json.putArray("command")::add);
        }
        json.put("directory", workDirectory.toString());
        json.put("phase", Phase.RUNNING.name());
        json.put("createdAt", nowMs);
        json.put("usedAt", nowMs);
        SessionRecord record = new SessionRecord(directory.resolve(tag + SUFFIX), json);
        record.write();
        return record;
    }

    /// All that are there; one that cannot be read is left alone and told in the log.
    static List<SessionRecord> readAll(Path directory) throws IOException {
        PrivateFiles.createDirectory(directory);
        List<SessionRecord> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    if (Codec.mapper().readTree(Files.readString(file))
                            instanceof ObjectNode json) {
                        SessionRecord record = new SessionRecord(file, json);
                        SymmetricKey _ = record.key();
                        Phase _ = record.phase();
                        all.add(record);
                    }
                } catch (IOException | JacksonException | IllegalArgumentException e) {
                    LOG.warn("the session in {} cannot be read", file.getFileName());
                }
            }
        }
        return all;
    }

    synchronized String tag() {
        return json.path("tag").asString("");
    }

    synchronized SymmetricKey key() {
        return new SymmetricKey(Base64.getDecoder().decode(json.path("key").asString("")));
    }

    synchronized String agent() {
        return json.path("agent").asString("");
    }

    synchronized List<String> command() {
        List<String> command = new ArrayList<>();
        json.path("command").forEach(word -> command.add(word.asString("")));
        return command;
    }

    synchronized Path directory() {
        return Path.of(json.path("directory").asString("/"));
    }

    synchronized Phase phase() {
        return Phase.valueOf(json.path("phase").asString(""));
    }

    /// Empty until the relay has made it.
    synchronized Optional<SessionId> id() {
        return text("id").map(SessionId::new);
    }

    /// The agent's own name for the conversation.
    synchronized Optional<String> conversation() {
        return text("conversation");
    }

    /// Number of the last message of the person that was acted on, or is not to be.
    synchronized long position() {
        return json.path("position").asLong(0);
    }

    /// The turn that was begun and not ended.
    synchronized Optional<String> openTurn() {
        return text("openTurn");
    }

    synchronized Optional<String> title() {
        return text("title");
    }

    synchronized long titleAtMs() {
        return json.path("titleAt").asLong(0);
    }

    /// The mark of the agent's processes; stays when they have ended.
    synchronized Optional<String> mark() {
        return text("mark");
    }

    /// The agent's process as it was started.
    synchronized Optional<Map.Entry<Long, Long>> process() {
        long pid = json.path("pid").asLong(0);
        return pid == 0
                ? Optional.empty()
                : Optional.of(Map.entry(pid, json.path("pidStartedAt").asLong(0)));
    }

    synchronized long createdAtMs() {
        return json.path("createdAt").asLong(0);
    }

    synchronized long usedAtMs() {
        return json.path("usedAt").asLong(0);
    }

    synchronized Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        json.path("environment")
                .properties()
                .forEach(one -> environment.put(one.getKey(), one.getValue().asString("")));
        return environment;
    }

    /// Model, mode and effort that the person wants, by the names of [Picks].
    synchronized Picks picks() {
        return Picks.of(json.path("picks"));
    }

    /// Whether the session was made with this record's tag; one that was found again was not.
    synchronized boolean made() {
        return !json.path("found").asBoolean(false);
    }

    /// Fields that go into the session's metadata as they are.
    synchronized ObjectNode extras() {
        return json.path("extras") instanceof ObjectNode extras
                ? extras.deepCopy()
                : JsonNodeFactory.instance.objectNode();
    }

    /// What the person has said beside refusals and the agent has not taken, oldest first; see
    /// [Remarks].
    synchronized List<ObjectNode> remarks() {
        return objects("remarks");
    }

    /// Files of the person that the agent has not taken, oldest first; see [PersonFiles].
    synchronized List<ObjectNode> files() {
        return objects("files");
    }

    /// Where files of the person are for the agent; made when there is one.
    Path fileDirectory() {
        return file.resolveSibling(tag() + FILES);
    }

    /// Reports of usage that the relay has not confirmed, oldest first, each with its `localId`.
    synchronized List<ObjectNode> usage() {
        return objects("usage");
    }

    private List<ObjectNode> objects(String name) {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode one : json.path(name)) {
            if (one instanceof ObjectNode object) {
                objects.add(object.deepCopy());
            }
        }
        return objects;
    }

    private Optional<String> text(String name) {
        JsonNode value = json.path(name);
        return value.isString() ? Optional.of(value.asString()) : Optional.empty();
    }

    /// Changes the record; on the disk when this returns. One that was deleted stays so.
    synchronized void change(Consumer<ObjectNode> change) {
        change.accept(json);
        if (!deleted) {
            write();
        }
    }

    void phase(Phase phase) {
        change(fields -> fields.put("phase", phase.name()));
    }

    private void write() {
        try {
            PrivateFiles.write(
                    file, Codec.mapper().writeValueAsString(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("a session cannot be kept", e);
        }
    }

    synchronized void delete() {
        deleted = true;
        try {
            Files.deleteIfExists(file);
            deleteFiles();
        } catch (IOException e) {
            LOG.warn("a session's file cannot be deleted: {}", file.getFileName());
        }
    }

    private void deleteFiles() throws IOException {
        Path directory = fileDirectory();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path one : files) {
                    Files.delete(one);
                }
            }
            Files.delete(directory);
        }
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
