package dev.roosthold.daemon.assistants;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The assistants of this machine. Thread-safe.
///
/// A directory that belongs to an assistant runs sessions only while the assistant is approved;
/// one that belongs to none is not restricted. Revoking or removing an assistant ends the sessions
/// in its directory.
public final class Assistants {
    private static final Logger LOG = LoggerFactory.getLogger(Assistants.class);
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    private static final int ID_LENGTH = 21;
    private static final int MAX_NAME = 100;

    private final AssistantRelay relay;
    private final EncryptedJson encryption;
    private final Supplier<Roots> roots;
    private final String username;
    private final Supplier<Optional<AgentSessions>> sessions;
    private final SecureRandom random;
    private Map<String, Known> known = Map.of();

    private record Known(Path directory, String approval) {
        boolean approved() {
            return approval.equals("approved");
        }
    }

    /// @param roots asked at each call
    /// @param username of this computer, told to the owner
    public Assistants(
            AssistantRelay relay,
            EncryptedJson encryption,
            Supplier<Roots> roots,
            String username,
            Supplier<Optional<AgentSessions>> sessions,
            SecureRandom random) {
        this.relay = relay;
        this.encryption = encryption;
        this.roots = roots;
        this.username = username;
        this.sessions = sessions;
        this.random = random;
    }

    /// `create-assistant {directory, name?}`: announces one. It is pending until the owner's client
    /// approves it, which it does at once when the owner asked for it there.
    ///
    /// @return `{assistantId, approval, directory}`
    public JsonNode create(Params params) throws MethodFailure, IOException, InterruptedException {
        String name = params.optionalText("name").orElse("").strip();
        if (name.codePointCount(0, name.length()) > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new MethodFailure("name must have at most 100 characters, no control characters");
        }
        Path directory = directory(params.text("directory"));
        for (Map.Entry<String, Known> one : snapshot().entrySet()) {
            if (one.getValue().directory().equals(directory)) {
                return answer(one.getKey(), one.getValue());
            }
        }
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        details.put("directory", directory.toString());
        details.put("username", username);
        String id = nanoid();
        JsonNode made =
                relay.put(id, encryption.seal(details), Optional.empty())
                        .orElseThrow(() -> new MethodFailure("The relay cannot be reached"));
        var one = new Known(directory, made.path("approval").asString("pending"));
        synchronized (this) {
            Map<String, Known> more = new HashMap<>(known);
            more.put(id, one);
            known = Map.copyOf(more);
        }
        return answer(id, one);
    }

    private static JsonNode answer(String id, Known one) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("assistantId", id)
                .put("approval", one.approval())
                .put("directory", one.directory().toString());
    }

    private Path directory(String wanted) throws MethodFailure, IOException {
        try (Place place = roots.get().resolve(wanted)) {
            if (!place.exists()) {
                throw new MethodFailure("There is no such directory");
            }
            try (Directory directory = place.openDirectory()) {
                return directory.real().normalize();
            }
        }
    }

    private String nanoid() {
        var id = new StringBuilder(ID_LENGTH);
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return id.toString();
    }

    private synchronized Map<String, Known> snapshot() {
        return known;
    }

    /// Reads what the relay has, says of the approved ones that they are online, and ends what may
    /// not run any more. Blocks; after each connect and each change.
    public void refresh() throws InterruptedException {
        Optional<JsonNode> list = relay.list();
        if (list.isEmpty()) {
            return;
        }
        Map<String, Known> now = new HashMap<>();
        for (JsonNode row : list.get()) {
            String id = row.path("assistantId").asString("");
            String sealed = row.path("details").asString("");
            Optional<Path> directory = encryption.open(sealed).flatMap(Assistants::directoryOf);
            if (directory.isEmpty()) {
                // Under a key that this machine has lost.
                continue;
            }
            var one = new Known(directory.get(), row.path("approval").asString("pending"));
            now.put(id, one);
            if (one.approved() && !row.path("status").asString("").equals("online")) {
                relay.put(id, sealed, Optional.of("online"));
            }
        }
        Map<String, Known> before;
        synchronized (this) {
            before = known;
            known = Map.copyOf(now);
        }
        for (Map.Entry<String, Known> one : before.entrySet()) {
            Known after = now.get(one.getKey());
            if (one.getValue().approved() && (after == null || !after.approved())) {
                endSessions(one.getValue().directory());
            }
        }
        for (Known one : now.values()) {
            if (one.approval().equals("revoked")) {
                endSessions(one.directory());
            }
        }
    }

    private static Optional<Path> directoryOf(ObjectNode details) {
        try {
            Path directory = Path.of(details.path("directory").asString(""));
            return directory.isAbsolute() ? Optional.of(directory) : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private void endSessions(Path directory) throws InterruptedException {
        Optional<AgentSessions> runner = sessions.get();
        for (AgentSessions.Running one : runner.map(AgentSessions::running).orElse(List.of())) {
            if (one.directory().equals(directory)) {
                try {
                    boolean _ = runner.get().stop(one.sessionId());
                } catch (IOException e) {
                    LOG.warn("session {} of a revoked assistant does not end", one.sessionId(), e);
                }
            }
        }
    }

    /// The directory of an approved assistant.
    public Optional<Path> directoryOf(String assistantId) {
        return Optional.ofNullable(snapshot().get(assistantId))
                .filter(Known::approved)
                .map(Known::directory);
    }

    /// Why nothing may run in a directory; empty when it may.
    public Optional<String> objection(Path directory) {
        List<Known> here =
                snapshot().values().stream()
                        .filter(one -> one.directory().equals(directory))
                        .toList();
        return here.isEmpty() || here.stream().anyMatch(Known::approved)
                ? Optional.empty()
                : Optional.of("The assistant of this directory is not approved");
    }
}
