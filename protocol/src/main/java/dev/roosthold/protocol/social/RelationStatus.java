package dev.roosthold.protocol.social;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// How one person stands to another, as the first sees it. The texts travel and are stored.
public enum RelationStatus {
    /// Nothing between them.
    NONE("none"),
    /// The first has asked the other.
    REQUESTED("requested"),
    /// The other has asked the first.
    PENDING("pending"),
    FRIEND("friend"),
    /// The first has taken its request back, or does not want the other.
    REJECTED("rejected");

    private final String text;

    RelationStatus(String text) {
        this.text = text;
    }

    @JsonValue
    public String text() {
        return text;
    }

    /// @throws IllegalArgumentException for any other text
    @JsonCreator
    public static RelationStatus of(String text) {
        for (RelationStatus status : values()) {
            if (status.text.equals(text)) {
                return status;
            }
        }
        throw new IllegalArgumentException("no relation " + text);
    }
}
