package dev.roosthold.crypto;

/// A text could not be opened: wrong key, damaged bytes, wrong length or an unknown version. The
/// message names the form that was expected and never contains key material or plaintext.
public final class CryptoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CryptoException(String message) {
        super(message);
    }
}
