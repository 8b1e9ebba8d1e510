package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;

/// Looking into packets without parsing them.
final class Bytes {
    private Bytes() {}

    static boolean contains(ByteBuf packet, byte[] text) {
        return indexOf(packet, text) >= 0;
    }

    /// Where the text begins, or -1.
    static int indexOf(ByteBuf packet, byte[] text) {
        int last = packet.writerIndex() - text.length;
        for (int at = packet.readerIndex(); at <= last; at++) {
            int i = 0;
            while (i < text.length && packet.getByte(at + i) == text[i]) {
                i++;
            }
            if (i == text.length) {
                return at;
            }
        }
        return -1;
    }
}
