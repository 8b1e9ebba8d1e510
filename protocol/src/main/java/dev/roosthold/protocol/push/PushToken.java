package dev.roosthold.protocol.push;

/// A phone at the push service of the apps.
///
/// @param id made by the relay
/// @param token opaque; whoever has it can send to the phone, so it is printed as redacted
/// @param createdAt Unix milliseconds of the first registration
/// @param updatedAt Unix milliseconds of the latest registration
public record PushToken(String id, String token, long createdAt, long updatedAt) {

    @Override
    public String toString() {
        return "PushToken[" + id + "]";
    }
}
