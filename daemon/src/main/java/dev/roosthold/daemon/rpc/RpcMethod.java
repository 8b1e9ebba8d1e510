package dev.roosthold.daemon.rpc;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One method of the machine. Called on a thread of its own for each call, several at a time; may
/// block. An interrupt means that the daemon ends: stop what was started and leave.
@FunctionalInterface
public interface RpcMethod {

    /// Carries out one call.
    ///
    /// @throws MethodFailure with a text for the caller
    /// @throws IOException which the caller sees as a general text for its kind
    JsonNode answer(Params params) throws IOException, InterruptedException;

    /// The answer of a call that failed, in the form that the clients expect of this method.
    default ObjectNode failed(String text) {
        return JsonNodeFactory.instance.objectNode().put("error", text);
    }

    /// A method whose failures read `{"success":false,"error":text}`.
    static RpcMethod reporting(RpcMethod method) {
        return new RpcMethod() {
            @Override
            public JsonNode answer(Params params) throws IOException, InterruptedException {
                return method.answer(params);
            }

            @Override
            public ObjectNode failed(String text) {
                return JsonNodeFactory.instance
                        .objectNode()
                        .put("success", false)
                        .put("error", text);
            }
        };
    }
}
