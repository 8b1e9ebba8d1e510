package dev.roosthold.client.sessions;

/// The two encrypted fields of a session that are updated by version.
public enum SessionField {
    METADATA("update-metadata", "metadata"),
    AGENT_STATE("update-state", "agentState");

    private final String event;
    private final String wireName;

    SessionField(String event, String wireName) {
        this.event = event;
        this.wireName = wireName;
    }

    String event() {
        return event;
    }

    String wireName() {
        return wireName;
    }
}
