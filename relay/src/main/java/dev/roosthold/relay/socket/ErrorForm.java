package dev.roosthold.relay.socket;

import java.util.Map;
import java.util.Optional;

/// How an event tells its sender that something is wrong.
public enum ErrorForm {
    /// Not at all: the event has no acknowledgement.
    SILENT,
    /// `{"result":"error","message":text}`.
    RESULT_WITH_MESSAGE;

    static final String INVALID_PARAMETERS = "Invalid parameters";
    static final String INTERNAL_ERROR = "Internal error";
    static final String TOO_MANY_REQUESTS = "Too many requests";

    /// The acknowledgement that says it, if this form has one.
    public Optional<Object> of(String message) {
        return switch (this) {
            case SILENT -> Optional.empty();
            case RESULT_WITH_MESSAGE -> Optional.of(Map.of("result", "error", "message", message));
        };
    }
}
