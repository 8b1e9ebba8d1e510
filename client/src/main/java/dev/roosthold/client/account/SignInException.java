package dev.roosthold.client.account;

/// The stored sign-in cannot be read, written or understood. The message is for people and names
/// the file, never its content.
public final class SignInException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SignInException(String message) {
        super(message);
    }

    SignInException(String message, Throwable cause) {
        super(message, cause);
    }
}
