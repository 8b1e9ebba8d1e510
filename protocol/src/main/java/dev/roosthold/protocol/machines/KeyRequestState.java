package dev.roosthold.protocol.machines;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// How far a machine's request for keys is, as the machine sees it.
///
/// @param response present once approved: an envelope to the public key, base64
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyRequestState(State state, @Nullable String response) {
    public static final KeyRequestState PENDING = new KeyRequestState(State.PENDING, null);

    public enum State {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("approved")
        APPROVED
    }

    public static KeyRequestState approved(String response) {
        return new KeyRequestState(State.APPROVED, response);
    }
}
