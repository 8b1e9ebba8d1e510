package dev.roosthold.conformance.replay;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// One recorded exchange: what was done, what the server answered, and what the listeners saw.
sealed interface Exchange {

    /// Number inside its recording, from 1.
    int number();

    String label();

    /// The recorded answer; a JSON null for a step.
    JsonNode response();

    /// Recorded events, each `{listener, event, args}`.
    ArrayNode observed();

    /// A REST request. Body and raw text exclude each other.
    ///
    /// @param auth placeholder of a bearer, or the literal value of the header
    record Http(
            int number,
            String label,
            String method,
            String path,
            Optional<String> auth,
            Optional<JsonNode> body,
            Optional<Raw> raw,
            JsonNode response,
            ArrayNode observed)
            implements Exchange {

        /// The same request of another caller to another address.
        Http to(String otherAuth, String otherPath) {
            return new Http(
                    number,
                    label,
                    method,
                    otherPath,
                    Optional.of(otherAuth),
                    body,
                    raw,
                    response,
                    observed);
        }
    }

    /// A body sent as it stands.
    record Raw(String text, String contentType) {}

    /// A Socket.IO connection that is closed again after the exchange.
    ///
    /// @param auth the handshake's `auth` value; empty when CONNECT carried no payload
    /// @param pollingOnly whether the recorded client used HTTP long-polling only
    record Connect(
            int number,
            String label,
            Optional<JsonNode> auth,
            boolean pollingOnly,
            JsonNode response,
            ArrayNode observed)
            implements Exchange {}

    /// An event sent by one of the listeners.
    record Emit(
            int number,
            String label,
            String from,
            String event,
            ArrayNode args,
            JsonNode response,
            ArrayNode observed)
            implements Exchange {

        /// Whether the recorded caller asked for an acknowledgement.
        boolean asks() {
            return !isAck("<not requested>");
        }

        /// Whether the recorded caller asked and got no acknowledgement.
        boolean askedInVain() {
            return isAck("<none>");
        }

        private boolean isAck(String text) {
            JsonNode ack = response.path("ack");
            return ack.isString() && ack.asString().equals(text);
        }
    }

    /// Something that was done by hand, described by the label.
    record Step(int number, String label, JsonNode response, ArrayNode observed)
            implements Exchange {}
}
