package dev.roosthold.client;

/// The two encrypted fields of a machine that are updated by version.
public enum MachineField {
    METADATA("machine-update-metadata", "metadata"),
    DAEMON_STATE("machine-update-state", "daemonState");

    private final String event;
    private final String wireName;

    MachineField(String event, String wireName) {
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
