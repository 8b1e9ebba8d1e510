package dev.roosthold.history.keys;

/// A blob cannot be opened: another key, damaged bytes, or a form that is not known. It carries
/// nothing of either.
public final class DecryptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DecryptionException() {
        super("cannot be decrypted", null, false, false);
    }
}
