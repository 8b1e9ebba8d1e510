package dev.roosthold.daemon.assistants;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The relay's routes about this machine's assistants. Calls block.
public interface AssistantRelay {

    /// All of this machine; empty when the relay cannot be reached or refuses.
    Optional<JsonNode> list() throws InterruptedException;

    /// Announces or updates one; empty when the relay cannot be reached or refuses.
    ///
    /// @param details encrypted
    /// @param status `online` or `offline`
    Optional<JsonNode> put(String id, String details, Optional<String> status)
            throws InterruptedException;
}
