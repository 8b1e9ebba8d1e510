package dev.roosthold.relay.socket;

import java.util.Map;
import java.util.Optional;

/// How an event tells its sender that something is wrong.
public enum ErrorForm {
    /// Not at all: the event has no acknowledgement.
    SILENT,
    /// `{"result":"error"}`.
    RESULT,
    /// `{"result":"error","message":text}`.
    RESULT_WITH_MESSAGE,
    /// `{"ok":false,"error":text}`.
    OK_WITH_ERROR,
    /// `{"success":false,"error":text}`.
    SUCCESS_WITH_ERROR;

    static final String INVALID_PARAMETERS = "Invalid parameters";
    static final String INTERNAL_ERROR = "Internal error";
    static final String TOO_MANY_REQUESTS = "Too many requests";

    /// The acknowledgement that says it, if this form has one.
    public Optional<Object> of(String message) {
        return switch (this) {
            case SILENT -> Optional.empty();
            case RESULT -> Optional.of(Map.of("result", "error"));
            case RESULT_WITH_MESSAGE -> Optional.of(Map.of("result", "error", "message", message));
            case OK_WITH_ERROR -> Optional.of(Map.of("ok", false, "error", message));
            case SUCCESS_WITH_ERROR -> Optional.of(Map.of("success", false, "error", message));
        };
    }
}
