package dev.roosthold.history.keys;

/// The file of keys is there and cannot be used. The message says which file and why, never what
/// is in it.
public final class KeyFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyFileException(String message) {
        super(message);
    }
}
