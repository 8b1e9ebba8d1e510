package dev.roosthold.protocol;

/// The input is not JSON of the expected form. The message holds no part of the input.
public final class MalformedJson extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedJson(String message) {
        super(message, null, false, false);
    }
}
