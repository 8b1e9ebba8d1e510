package dev.roosthold.client.outbox;

/// As much waits for the relay as the outbox may hold. Nothing of what waits is lost; new messages
/// are taken again when the relay has stored some.
public final class OutboxFullException extends OutboxException {
    private static final long serialVersionUID = 1L;

    OutboxFullException(int messages, long bytes) {
        super(
                "the outbox is full: "
                        + messages
                        + " messages ("
                        + (bytes >> 10)
                        + " KiB) wait for the relay. It takes more when the relay can be reached"
                        + " again");
    }
}
