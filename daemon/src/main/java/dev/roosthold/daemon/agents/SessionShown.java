package dev.roosthold.daemon.agents;

import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.daemon.sessions.AgentHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The session's metadata: what clients are shown of it, and what they write there. Thread of the
/// session only.
final class SessionShown {
    private static final int TITLE = 50;
    private static final String RUNNING = "running";

    /// Names of what the person picks: in the metadata, and in a message.
    private static final Map<String, String> PICKS =
            Map.of(
                    "permissionMode",
                    "permissionMode",
                    "modelMode",
                    "model",
                    "effortLevel",
                    "effort");

    private final AgentHost host;
    private final SessionRecord record;
    private final SessionFace face;
    private final ObjectNode learned = JsonNodeFactory.instance.objectNode();

    private String lifecycle = RUNNING;
    private long lifecycleSinceMs;
    private String archivedBy = "";
    private String archiveReason = "";
    private boolean overrideArchive;
    private Optional<ObjectNode> picked = Optional.empty();

    /// @param resumed whether the session was over, and shall not be any more
    SessionShown(AgentHost host, SessionRecord record, SessionFace face, boolean resumed) {
        this.host = host;
        this.record = record;
        this.face = face;
        overrideArchive = resumed;
        lifecycleSinceMs = host.clock().millis();
    }

    /// Fields that the agent tells about itself; to be changed, and shown with [#show].
    ObjectNode learned() {
        return learned;
    }

    /// Names the session after the first words of the person.
    void nameAfter(String text) {
        if (record.title().isPresent()) {
            return;
        }
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.isEmpty()) {
            name("New Chat");
        } else if (line.codePointCount(0, line.length()) <= TITLE) {
            name(line);
        } else {
            name(line.substring(0, line.offsetByCodePoints(0, TITLE)) + "...");
        }
    }

    void name(String title) {
        if (record.title().filter(title::equals).isPresent()) {
            return;
        }
        record.change(json -> json.put("title", title).put("titleAt", host.clock().millis()));
        show();
    }

    void archived(String by, String reason) {
        archivedBy = by;
        archiveReason = reason;
        lifecycle("archived");
    }

    void suspended() {
        lifecycle("suspended");
    }

    private void lifecycle(String state) {
        lifecycle = state;
        lifecycleSinceMs = host.clock().millis();
        show();
    }

    /// Writes the metadata as it should be.
    void show() {
        ObjectNode fields = SessionMetadata.of(host, record);
        fields.setAll(learned.deepCopy());
        fields.put("lifecycleState", lifecycle);
        fields.put("lifecycleStateSince", lifecycleSinceMs);
        boolean running = lifecycle.equals(RUNNING);
        if (!running && !archivedBy.isEmpty()) {
            fields.put("archivedBy", archivedBy);
            fields.put("archiveReason", archiveReason);
        }
        boolean override = overrideArchive || !running;
        Picks picks = record.picks();
        face.want(
                SessionField.METADATA,
                object -> {
                    if (object.isEmpty()) {
                        // The first write takes the place of what the session was made with.
                        showPicks(object, picks);
                    }
                    // A person who has archived the session at the same moment is not overruled.
                    boolean archived = isArchived(object) && !override;
                    JsonNode state = object.path("lifecycleState");
                    JsonNode since = object.path("lifecycleStateSince");
                    object.setAll(fields.deepCopy());
                    if (archived) {
                        object.set("lifecycleState", state);
                        object.set("lifecycleStateSince", since);
                    } else if (running) {
                        object.remove(List.of("archivedBy", "archiveReason"));
                    }
                    return object;
                });
    }

    private static boolean isArchived(JsonNode metadata) {
        String state = metadata.path("lifecycleState").asString("");
        return state.equals("archiveRequested") || state.equals("archived");
    }

    /// Who has ended the session by writing the metadata; empty when nobody has.
    Optional<String> endedBy(ObjectNode metadata) {
        if (!isArchived(metadata) || !lifecycle.equals(RUNNING)) {
            return Optional.empty();
        }
        if (overrideArchive) {
            if (!face.everWritten(SessionField.METADATA)) {
                // What was before the resume.
                return Optional.empty();
            }
            overrideArchive = false;
        }
        return Optional.of(metadata.path("archivedBy").asString("app"));
    }

    /// What was chosen for a new session, where clients show and change it.
    static void showPicks(ObjectNode metadata, Picks picks) {
        picks.mode().ifPresent(mode -> metadata.put("permissionMode", mode));
        picks.model().ifPresent(model -> metadata.put("modelMode", model));
        picks.effort().ifPresent(effort -> metadata.put("effortLevel", effort));
    }

    /// Clients also keep what the person has chosen in the metadata. What was there before counts
    /// only until something else was chosen.
    ///
    /// @return what counts from now on, when it has changed
    Optional<Picks> picks(ObjectNode metadata) {
        ObjectNode chosen = JsonNodeFactory.instance.objectNode();
        PICKS.forEach(
                (shown, name) -> {
                    if (metadata.has(shown)) {
                        chosen.set(name, metadata.path(shown));
                    }
                });
        boolean first = picked.isEmpty();
        if (picked.filter(chosen::equals).isPresent()) {
            return Optional.empty();
        }
        picked = Optional.of(chosen);
        if (chosen.isEmpty() || (first && !record.picks().equals(Picks.NONE))) {
            return Optional.empty();
        }
        Picks picks = record.picks().with(chosen);
        record.change(json -> json.set("picks", picks.json()));
        return Optional.of(picks);
    }
}
