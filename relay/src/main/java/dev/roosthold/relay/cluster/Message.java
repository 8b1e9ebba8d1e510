package dev.roosthold.relay.cluster;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one node tells another: a few texts, and bytes after them.
///
/// ```
/// count of texts 1 | for each: length 4, UTF-8 | body
/// ```
///
/// A kind or a text at the end that a node does not know is passed over, so that two versions of
/// the program can work side by side.
///
/// @param subject where it came
/// @param parts the first says what it is
/// @param body the rest
/// @param replyTo where an answer goes, or null
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Message(String subject, List<String> parts, byte[] body, @Nullable String replyTo) {
    private static final byte[] NOTHING = {};
    private static final int MAX_PARTS = 100;

    static byte[] encode(List<String> parts, byte[] body, int from, int length) {
        var texts = new ArrayList<byte[]>(parts.size());
        int size = 1 + length;
        for (String part : parts) {
            byte[] text = part.getBytes(StandardCharsets.UTF_8);
            texts.add(text);
            size += Integer.BYTES + text.length;
        }
        var buffer = ByteBuffer.allocate(size).put((byte) texts.size());
        texts.forEach(text -> buffer.putInt(text.length).put(text));
        return buffer.put(body, from, length).array();
    }

    /// Empty when it is none of ours.
    static Optional<Message> decode(
            String subject, byte @Nullable [] bytes, @Nullable String replyTo) {
        if (bytes == null) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(bytes);
        try {
            int count = buffer.get();
            if (count < 1 || count > MAX_PARTS) {
                return Optional.empty();
            }
            var parts = new ArrayList<String>(count);
            for (int i = 0; i < count; i++) {
                int length = buffer.getInt();
                if (length < 0 || length > buffer.remaining()) {
                    return Optional.empty();
                }
                parts.add(new String(bytes, buffer.position(), length, StandardCharsets.UTF_8));
                buffer.position(buffer.position() + length);
            }
            byte[] body =
                    buffer.hasRemaining()
                            ? Arrays.copyOfRange(bytes, buffer.position(), bytes.length)
                            : NOTHING;
            return Optional.of(new Message(subject, List.copyOf(parts), body, replyTo));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    public String kind() {
        return parts.getFirst();
    }

    /// The text at that place; empty when there is none.
    public String part(int index) {
        return index < parts.size() ? parts.get(index) : "";
    }

    /// The number at that place.
    ///
    /// @throws NumberFormatException when there is none
    public long number(int index) {
        return Long.parseLong(part(index));
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
