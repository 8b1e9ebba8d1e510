package dev.roosthold.client.rpc;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The outcome of a call.
public sealed interface RpcResult {

    /// The other side answered.
    ///
    /// @param value JSON null when the method has no result
    record Answered(JsonNode value) implements RpcResult {

        /// What the method says went wrong, in the usual form `{"error": text}`.
        public Optional<String> error() {
            return value.path("error").isString()
                    ? Optional.of(value.path("error").asString())
                    : Optional.empty();
        }
    }

    /// Nobody answers to that name at present: the machine or session is offline.
    record Offline() implements RpcResult {}

    /// The other side was reached and has not answered, or the connection ended: it is not known
    /// whether it acted.
    ///
    /// @param reason the relay's or our own words
    record Lost(String reason) implements RpcResult {}

    /// The answer does not open with this key.
    record Unreadable() implements RpcResult {}
}
