package dev.roosthold.client.outbox;

/// How much may wait.
///
/// @param messages of all sessions together; default 10,000
/// @param bytes of ciphertext of all sessions together; default 64 MiB
/// @param messageBytes of ciphertext of one message, and of one file; default 16 MiB
/// @param fileBytes of encrypted files of all sessions together, beside the messages, so that files
///     never keep words out; default 64 MiB
public record OutboxLimits(int messages, long bytes, int messageBytes, long fileBytes) {
    public static final OutboxLimits USUAL =
            new OutboxLimits(10_000, 64L << 20, 16 << 20, 64L << 20);

    /// The log's form allows no longer record.
    static final int MAX_MESSAGE_BYTES = 64 << 20;

    public OutboxLimits {
        if (messages < 1
                || bytes < 1
                || fileBytes < 1
                || messageBytes < 1
                || messageBytes > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("limits of the outbox");
        }
    }
}
