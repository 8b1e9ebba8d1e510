package dev.roosthold.client;

/// The token behind `Authorization: Bearer`. Prints nothing of itself.
public record BearerToken(String value) {

    public BearerToken {
        // Anything else could not stand in a header.
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("not a bearer token");
        }
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
