package dev.roosthold.protocol.rpc;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The acknowledgement of `rpc-call`.
///
/// @param ok whether the target answered
/// @param result its answer: absent when null, and a JSON null when it is a null node
/// @param error why it did not
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RpcAnswer(boolean ok, @Nullable JsonNode result, @Nullable String error) {

    /// @param result null when the target answered without a value
    public static RpcAnswer of(@Nullable JsonNode result) {
        return new RpcAnswer(true, result, null);
    }

    public static RpcAnswer failed(String error) {
        return new RpcAnswer(false, null, error);
    }
}
