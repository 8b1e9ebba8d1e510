package dev.roosthold.sync.rpc;

import tools.jackson.databind.node.ObjectNode;

/// Who called: one connection, as far as methods need it. Thread-safe.
public interface Caller {
    /// Sends a notification; dropped when the connection has ended.
    void tell(String method, ObjectNode params);

    /// Runs something once everything that was answered until now has been sent.
    void afterReply(Runnable action);

    /// Runs something when the connection has ended.
    void onEnd(Runnable action);
}
