package dev.roosthold.client.rpc;

import dev.roosthold.client.RelaySocket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Something that answers remote calls on a connection. Thread-safe.
public interface RpcTarget {

    /// After each connect: the relay has forgotten the methods and must be told again.
    void connected(RelaySocket live);

    /// Takes the events of the socket that are for these methods. Does not block.
    ///
    /// @param name `rpc-request` or `rpc-registered`
    /// @param answer sends the acknowledgement of a call; null when none is wanted
    /// @return false when the event is for somebody else
    boolean event(String name, JsonNode argument, @Nullable Consumer<JsonNode> answer);
}
