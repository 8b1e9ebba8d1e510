package dev.roosthold.sync.rpc;

import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What can be called. Thread-safe.
public interface Methods {
    boolean knows(String method);

    /// Whether it is called however many requests there are.
    boolean isExempt(String method);

    /// How long it may take; zero for what never waits, which is run at once.
    Duration limit(String method, JsonNode params);

    /// Calls it.
    ///
    /// @return the result
    JsonNode call(String method, ObjectNode params, Caller caller)
            throws RpcException, InterruptedException;

    /// A call has ended.
    void done(String method, double millis, boolean failed);
}
