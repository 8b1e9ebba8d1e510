package dev.roosthold.history.ipc;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;

/// An error of the sync daemon.
///
/// @param code decides; the message is for people
/// @param data `hint` says what to do next
public record SyncError(int code, String message, JsonObject data) {
    public static final int INTERNAL = -32603;
    public static final int INVALID_PARAMS = -32602;
    public static final int NOT_INITIALIZED = -32001;
    public static final int INVALID_CREDENTIALS = -32002;
    public static final int UNREACHABLE = -32003;
    public static final int ALREADY_INITIALIZED = -32004;
    public static final int RATE_LIMITED = -32005;
    public static final int TOO_LARGE = -32006;
    public static final int ENCRYPTION = -32007;
    public static final int STORAGE_FULL = -32008;
    public static final int UNSUPPORTED_VERSION = -32010;

    public Optional<String> hint() {
        return data.text("hint");
    }
}
