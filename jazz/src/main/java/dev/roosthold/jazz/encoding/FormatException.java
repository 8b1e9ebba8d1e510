package dev.roosthold.jazz.encoding;

/// A text or a message that does not have the form it must have. The message names the form and
/// never repeats the text, which may be a secret.
public final class FormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }
}
