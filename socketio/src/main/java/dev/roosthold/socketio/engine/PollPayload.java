package dev.roosthold.socketio.engine;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The body of a poll request: packets separated by the record separator, binary ones as `b` and
/// base64.
final class PollPayload {
    static final byte SEPARATOR = 0x1e;

    private PollPayload() {}

    /// Receives the packets of a body.
    interface Sink {
        /// A text packet with its type byte. Returns false to stop.
        boolean packet(byte[] body, int offset, int length);

        /// A binary message. Returns false to stop.
        boolean binary(byte[] data);
    }

    /// Calls the sink for each packet; false when the body is not a payload or the sink stopped.
    static boolean decode(byte[] body, Sink sink) {
        if (!Utf8.isValid(body, 0, body.length)) {
            return false;
        }
        int start = 0;
        while (true) {
            int end = indexOfSeparator(body, start);
            int length = end - start;
            if (length == 0) {
                return false;
            }
            boolean proceed;
            if (body[start] == 'b') {
                byte[] data;
                try {
                    data =
                            Base64.getDecoder()
                                    .decode(
                                            new String(
                                                    body,
                                                    start + 1,
                                                    length - 1,
                                                    StandardCharsets.ISO_8859_1));
                } catch (IllegalArgumentException notBase64) {
                    return false;
                }
                proceed = sink.binary(data);
            } else {
                proceed = sink.packet(body, start, length);
            }
            if (!proceed) {
                return false;
            }
            if (end == body.length) {
                return true;
            }
            start = end + 1;
        }
    }

    private static int indexOfSeparator(byte[] body, int from) {
        int i = from;
        while (i < body.length && body[i] != SEPARATOR) {
            i++;
        }
        return i;
    }
}
