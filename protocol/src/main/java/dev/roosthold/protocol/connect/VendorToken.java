package dev.roosthold.protocol.connect;

/// What an account stored for one vendor. A secret: printed as redacted.
///
/// @param vendor `openai`, `anthropic` or `gemini`
public record VendorToken(String vendor, String token) {

    @Override
    public String toString() {
        return "VendorToken[" + vendor + ", redacted]";
    }
}
