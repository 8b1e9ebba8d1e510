package dev.roosthold.client.outbox;

/// As much waits for the relay as the outbox may hold. Nothing of what waits is lost; new messages
/// are taken again when the relay has stored some.
public final class OutboxFullException extends OutboxException {
    private static final long serialVersionUID = 1L;

    private OutboxFullException(String what) {
        super(
                "the outbox is full: "
                        + what
                        + " wait for the relay. It takes more when the relay can be reached again");
    }

    static OutboxFullException ofMessages(int messages, long bytes) {
        return new OutboxFullException(messages + " messages (" + (bytes >> 10) + " KiB)");
    }

    static OutboxFullException ofFiles(long bytes) {
        return new OutboxFullException((bytes >> 10) + " KiB of files");
    }
}
