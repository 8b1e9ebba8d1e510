package dev.roosthold.client.outbox;

/// The message was not accepted. The text is for people.
public class OutboxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutboxException(String message) {
        super(message);
    }

    OutboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
