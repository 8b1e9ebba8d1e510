package dev.roosthold.client.rpc;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Calls the methods of one machine or session. Thread-safe.
///
/// @param target id of the machine or session
/// @param encryption of its record
public record RpcCaller(String target, EncryptedJson encryption) {
    /// The relay waits up to 15 seconds for a target that was here a moment ago and then up to 30
    /// for its answer; it always answers.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String OFFLINE = "RPC method not available";

    /// Completes always and normally, after 60 seconds at most.
    public CompletableFuture<RpcResult> call(RelaySocket socket, String method, JsonNode params) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", target + ":" + method);
        request.put("params", encryption.sealValue(params));
        return socket.call("rpc-call", request, PATIENCE)
                .handle(
                        (answer, failure) ->
                                failure == null
                                        ? result(answer)
                                        : new RpcResult.Lost(String.valueOf(failure.getMessage())));
    }

    private RpcResult result(JsonNode answer) {
        if (!answer.path("ok").asBoolean(false)) {
            String error = answer.path("error").asString("unknown answer");
            return error.equals(OFFLINE) ? new RpcResult.Offline() : new RpcResult.Lost(error);
        }
        JsonNode result = answer.path("result");
        if (!result.isString()) {
            return result.isNull() || result.isMissingNode()
                    ? new RpcResult.Answered(JsonNodeFactory.instance.nullNode())
                    : new RpcResult.Unreadable();
        }
        return encryption
                .openValue(result.asString())
                .<RpcResult>map(RpcResult.Answered::new)
                .orElseGet(RpcResult.Unreadable::new);
    }
}
