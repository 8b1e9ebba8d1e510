package dev.roosthold.client.rpc;

import tools.jackson.databind.JsonNode;

/// Answers one method. Called on a thread of its own for each call, also at the same time; may
/// block. The caller gives up after about 30 seconds.
@FunctionalInterface
public interface RpcHandler {

    /// Does what is asked.
    ///
    /// @param params JSON null when there are none or they do not open with our key; the shape is
    ///     the caller's and must be checked
    /// @return JSON null for no result
    /// @throws RpcFailure to answer `{"error": its message}`; of every other exception the caller
    ///     learns only that the method failed
    JsonNode call(JsonNode params) throws Exception;
}
