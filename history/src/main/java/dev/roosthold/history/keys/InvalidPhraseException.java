package dev.roosthold.history.keys;

/// A text is no recovery phrase. It does not say why: which word is wrong, or whether it was the
/// checksum, would help somebody who guesses.
public final class InvalidPhraseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidPhraseException() {
        super("recovery phrase is not valid", null, false, false);
    }
}
