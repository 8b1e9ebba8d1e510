package dev.roosthold.relay.metrics;

import java.time.Duration;

/// Told about every RPC call that was answered, for counting. Thread-safe; neither blocks nor
/// throws.
@FunctionalInterface
public interface RpcMetrics {
    RpcMetrics NONE = (_, _) -> {};

    void answered(Result result, Duration took);

    /// How a call ended. The names of methods are not counted: clients choose them.
    enum Result {
        SUCCESS("success"),
        TIMEOUT("timeout"),
        TARGET_DISCONNECTED("target_disconnected"),
        NOT_AVAILABLE("not_available"),
        SELF_CALL("self_call"),
        INVALID_PARAMS("invalid_params"),
        INTERNAL_ERROR("internal_error");

        final String label;

        Result(String label) {
            this.label = label;
        }
    }
}
