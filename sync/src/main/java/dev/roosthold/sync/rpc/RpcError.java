package dev.roosthold.sync.rpc;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Why a request has no result. Programs decide on the code, people read message and hint.
public sealed interface RpcError {
    int code();

    /// A short English sentence.
    String message();

    /// What belongs to the code; with a hint where one helps.
    default ObjectNode data() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode hint(String hint) {
        return JsonNodeFactory.instance.objectNode().put("hint", hint);
    }

    /// Not UTF-8, not JSON, or nested too deeply.
    record ParseError() implements RpcError {
        @Override
        public int code() {
            return -32700;
        }

        @Override
        public String message() {
            return "Parse error.";
        }

        @Override
        public ObjectNode data() {
            return hint("Send one JSON value per line, nested at most 64 levels deep.");
        }
    }

    /// JSON, but no request.
    record InvalidRequest(String hint) implements RpcError {
        @Override
        public int code() {
            return -32600;
        }

        @Override
        public String message() {
            return "Invalid request.";
        }

        @Override
        public ObjectNode data() {
            return RpcError.hint(hint);
        }
    }

    record MethodNotFound() implements RpcError {
        @Override
        public int code() {
            return -32601;
        }

        @Override
        public String message() {
            return "Method not found.";
        }
    }

    /// A parameter is missing or wrong.
    ///
    /// @param index of the entry it belongs to, or null
    record InvalidParams(String field, @Nullable Integer index, String hint) implements RpcError {
        @Override
        public int code() {
            return -32602;
        }

        @Override
        public String message() {
            return "Invalid parameter " + field + ".";
        }

        @Override
        public ObjectNode data() {
            ObjectNode data = RpcError.hint(hint).put("field", field);
            return index == null ? data : data.put("index", index);
        }
    }

    /// A fault of the daemon, or something took too long.
    record Internal(String reason) implements RpcError {
        @Override
        public int code() {
            return -32603;
        }

        @Override
        public String message() {
            return "Internal error.";
        }

        @Override
        public ObjectNode data() {
            return JsonNodeFactory.instance.objectNode().put("reason", reason);
        }
    }

    /// The state does not allow it.
    ///
    /// @param retryAfterMs when it may, or null
    record NotInitialized(String state, @Nullable Integer retryAfterMs) implements RpcError {
        @Override
        public int code() {
            return -32001;
        }

        @Override
        public String message() {
            return "Sync is not initialized.";
        }

        @Override
        public ObjectNode data() {
            ObjectNode data =
                    RpcError.hint(
                                    retryAfterMs == null
                                            ? "Call sync.init first."
                                            : "Setting up; try again in a moment.")
                            .put("state", state);
            return retryAfterMs == null ? data : data.put("retryAfterMs", retryAfterMs);
        }
    }

    /// The key is malformed or another account's, or the relay refuses it.
    ///
    /// @param details what the client needs to know of the state
    record InvalidCredentials(String hint, ObjectNode details) implements RpcError {
        @Override
        public int code() {
            return -32002;
        }

        @Override
        public String message() {
            return "Invalid credentials.";
        }

        @Override
        public ObjectNode data() {
            return RpcError.hint(hint).setAll(details);
        }
    }

    /// The relay is needed and away.
    ///
    /// @param details what the client needs to know of the state
    record NetworkUnreachable(String hint, ObjectNode details) implements RpcError {
        @Override
        public int code() {
            return -32003;
        }

        @Override
        public String message() {
            return "The relay cannot be reached.";
        }

        @Override
        public ObjectNode data() {
            return RpcError.hint(hint).setAll(details);
        }
    }

    record AlreadyInitialized() implements RpcError {
        @Override
        public int code() {
            return -32004;
        }

        @Override
        public String message() {
            return "Sync is already initialized.";
        }

        @Override
        public ObjectNode data() {
            return hint("Reset first (sync.reset), then initialize again.");
        }
    }

    record RateLimited(long retryAfterMs) implements RpcError {
        @Override
        public int code() {
            return -32005;
        }

        @Override
        public String message() {
            return "Too many requests.";
        }

        @Override
        public ObjectNode data() {
            return hint("Wait and send fewer at once.").put("retryAfterMs", retryAfterMs);
        }
    }

    record PayloadTooLarge(long limitBytes) implements RpcError {
        @Override
        public int code() {
            return -32006;
        }

        @Override
        public String message() {
            return "Payload too large.";
        }

        @Override
        public ObjectNode data() {
            return hint("Send less at once.").put("limitBytes", limitBytes);
        }
    }

    /// A blob that cannot be one.
    record EncryptionError() implements RpcError {
        @Override
        public int code() {
            return -32007;
        }

        @Override
        public String message() {
            return "This is no encrypted payload.";
        }
    }

    /// Nothing was accepted.
    record StorageFull(String hint) implements RpcError {
        @Override
        public int code() {
            return -32008;
        }

        @Override
        public String message() {
            return "Storage is full.";
        }

        @Override
        public ObjectNode data() {
            return RpcError.hint(hint);
        }
    }

    record UnsupportedVersion(String supported, String minSupportedVersion) implements RpcError {
        @Override
        public int code() {
            return -32010;
        }

        @Override
        public String message() {
            return "Unsupported protocol version.";
        }

        @Override
        public ObjectNode data() {
            return hint("Use programs of one release.")
                    .put("supported", supported)
                    .put("minSupportedVersion", minSupportedVersion);
        }
    }
}
