package dev.roosthold.socketio.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Strict UTF-8 validation (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
final class Utf8 {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    static boolean isValid(byte[] data, int offset, int length) {
        int end = offset + length;
        int i = offset;
        while (i < end) {
            while (end - i >= Long.BYTES && ((long) LONGS.get(data, i) & HIGH_BITS) == 0) {
                i += Long.BYTES;
            }
            if (i == end) {
                return true;
            }
            int first = data[i] & 0xff;
            if (first < 0x80) {
                i++;
                continue;
            }
            int sequence = sequenceLength(first);
            if (sequence == 0 || end - i < sequence || !secondByteFits(first, data[i + 1] & 0xff)) {
                return false;
            }
            for (int k = 2; k < sequence; k++) {
                if ((data[i + k] & 0xc0) != 0x80) {
                    return false;
                }
            }
            i += sequence;
        }
        return true;
    }

    private static int sequenceLength(int first) {
        if (first < 0xc2) {
            return 0;
        }
        if (first < 0xe0) {
            return 2;
        }
        if (first < 0xf0) {
            return 3;
        }
        return first < 0xf5 ? 4 : 0;
    }

    /// The table of well-formed sequences, Unicode standard, table 3-7.
    private static boolean secondByteFits(int first, int second) {
        int low = 0x80;
        int high = 0xbf;
        switch (first) {
            case 0xe0 -> low = 0xa0;
            case 0xed -> high = 0x9f;
            case 0xf0 -> low = 0x90;
            case 0xf4 -> high = 0x8f;
            default -> {}
        }
        return second >= low && second <= high;
    }
}
