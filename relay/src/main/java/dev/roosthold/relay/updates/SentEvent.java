package dev.roosthold.relay.updates;

/// The events that the relay sends. There are no others: the [Router] takes nothing else.
public enum SentEvent {
    UPDATE("update"),
    EPHEMERAL("ephemeral"),
    MACHINE_ROW("machine-row"),
    MACHINE_GONE("machine-gone"),
    SESSION_STREAM("session-stream"),
    MACHINE_STREAM("machine-stream"),
    RPC_REQUEST("rpc-request"),
    RPC_REGISTERED("rpc-registered"),
    RPC_UNREGISTERED("rpc-unregistered"),
    RPC_ERROR("rpc-error");

    private final String wire;

    SentEvent(String wire) {
        this.wire = wire;
    }

    /// The name as it travels.
    public String wire() {
        return wire;
    }
}
