package dev.roosthold.relay.push;

import dev.roosthold.relay.http.Fields;

/// Why a session wants to be looked at.
enum Kind {
    DONE("done", "normal"),
    /// It waits for a permission.
    PERMISSION("permission", "high"),
    /// It waits for an answer.
    QUESTION("question", "high");

    private final String wire;
    private final String urgency;

    Kind(String wire, String urgency) {
        this.wire = wire;
        this.urgency = urgency;
    }

    String wire() {
        return wire;
    }

    /// Whether a browser should be woken for it (RFC 8030, 5.3).
    String urgency() {
        return urgency;
    }

    /// Reads the field `kind`.
    static Kind read(Fields fields) {
        var node = fields.node("kind");
        for (Kind kind : values()) {
            if (node.isString() && node.stringValue().equals(kind.wire)) {
                return kind;
            }
        }
        fields.problem(
                "kind", "Invalid option: expected one of \"done\"|\"permission\"|\"question\"");
        return DONE;
    }
}
