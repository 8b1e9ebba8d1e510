package dev.roosthold.conformance.replay;

import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// How a listener answers the calls that reach it.
sealed interface RpcAnswer {

    /// An acknowledgement with one argument.
    ///
    /// @param after how long it takes
    record Value(JsonNode value, Duration after) implements RpcAnswer {
        Value(JsonNode value) {
            this(value, Duration.ZERO);
        }
    }

    /// An acknowledgement without arguments.
    record Nothing() implements RpcAnswer {}

    /// No acknowledgement.
    record Silence() implements RpcAnswer {}
}
