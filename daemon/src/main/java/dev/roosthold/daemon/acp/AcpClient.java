package dev.roosthold.daemon.acp;

import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// The client's side towards an agent. All methods are called by the thread that reads the agent's
/// output, in the order of what it says, and should return soon.
public interface AcpClient {

    /// `session/update`. May block for a moment to slow the agent down.
    void update(JsonNode params);

    /// A request of the agent. The answer may come later and from any thread; a failure that is no
    /// [AcpFailure] is told as an internal error without its message.
    CompletableFuture<JsonNode> request(String method, JsonNode params);

    /// The agent has closed its output: nothing more comes.
    void ended();
}
