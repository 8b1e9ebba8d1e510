package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Turns the bytes of one client into websocket messages (RFC 6455), joining fragments. Holds no
/// memory between whole frames. Lengths are checked against the limit before anything is allocated
/// for them.
///
/// Event loop of its connection only.
final class WebSocketDecoder {
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] NO_BYTES = {};

    /// Receives what was decoded.
    interface Sink {
        /// A whole data message.
        void message(boolean binary, byte[] data);

        /// A ping, pong or close frame.
        void control(int opcode, byte[] data);

        /// The client broke the protocol; nothing more is decoded.
        ///
        /// @param closeCode what to say in the close frame
        void violation(int closeCode);

        /// False while nothing more may be decoded; bytes are kept until [WebSocketDecoder#resume].
        boolean accepting();
    }

    private final int maxPayload;
    private final boolean deflate;
    private @Nullable ByteBuf cumulation;
    private byte @Nullable [] fragments;
    private int fragmentsLength;
    private byte fragmentsOpcode;
    private boolean failed;

    WebSocketDecoder(int maxPayload, boolean deflate) {
        this.maxPayload = maxPayload;
        this.deflate = deflate;
    }

    /// Decodes what is complete and keeps the rest. Takes over the buffer.
    void decode(ByteBufAllocator alloc, ByteBuf in, Sink sink) {
        ByteBuf kept = cumulation;
        if (kept != null) {
            cumulation = null;
            try {
                kept.discardReadBytes().writeBytes(in);
            } finally {
                in.release();
            }
            in = kept;
        }
        boolean keep = false;
        try {
            while (!failed && sink.accepting() && frame(in, sink)) {
                // each turn takes one frame
            }
            keep = !failed && in.isReadable();
            if (keep && in == kept) {
                cumulation = in;
            } else if (keep) {
                cumulation = alloc.buffer(Math.max(in.readableBytes(), 128)).writeBytes(in);
            }
        } finally {
            if (!keep || in != kept) {
                in.release();
            }
        }
    }

    /// Goes on with bytes that were kept while the sink was not accepting.
    void resume(ByteBufAllocator alloc, Sink sink) {
        ByteBuf kept = cumulation;
        if (kept != null) {
            cumulation = null;
            decode(alloc, kept, sink);
        }
    }

    void release() {
        failed = true;
        fragments = null;
        ByteBuf kept = cumulation;
        if (kept != null) {
            cumulation = null;
            kept.release();
        }
    }

    private boolean frame(ByteBuf in, Sink sink) {
        int available = in.readableBytes();
        if (available < 2) {
            return false;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        int opcode = first & 0xf;
        boolean fin = (first & WebSocketFrames.FIN) != 0;
        if (!wellFormed(first, second, opcode, fin)) {
            return violation(sink, WebSocketFrames.PROTOCOL_ERROR);
        }
        int short7 = second & 0x7f;
        int header = (short7 < 126 ? 2 : short7 == 126 ? 4 : 10) + Integer.BYTES;
        if (available < header) {
            return false;
        }
        long length =
                switch (short7) {
                    case 126 -> in.getUnsignedShort(start + 2);
                    case 127 -> in.getLong(start + 2);
                    default -> short7;
                };
        if (length < 0 || length > maxPayload - fragmentsLength && opcode < WebSocketFrames.CLOSE) {
            return violation(sink, WebSocketFrames.TOO_BIG);
        }
        if (available < header + length) {
            return false;
        }
        byte[] data = length == 0 ? NO_BYTES : new byte[(int) length];
        in.getBytes(start + header, data);
        unmask(data, in.getInt(start + header - Integer.BYTES));
        in.skipBytes(header + data.length);
        deliver(sink, first, opcode, fin, data);
        return true;
    }

    private boolean wellFormed(int first, int second, int opcode, boolean fin) {
        int rsv = first & WebSocketFrames.RSV;
        if ((second & WebSocketFrames.MASKED) == 0) {
            return false;
        }
        return switch (opcode) {
            case WebSocketFrames.CONTINUATION -> rsv == 0 && fragments != null;
            case WebSocketFrames.TEXT, WebSocketFrames.BINARY ->
                    fragments == null && (rsv == 0 || deflate && rsv == WebSocketFrames.RSV1);
            case WebSocketFrames.CLOSE, WebSocketFrames.PING, WebSocketFrames.PONG ->
                    rsv == 0 && fin && (second & 0x7f) < 126;
            default -> false;
        };
    }

    private void deliver(Sink sink, int first, int opcode, boolean fin, byte[] data) {
        if (opcode >= WebSocketFrames.CLOSE) {
            sink.control(opcode, data);
            return;
        }
        int kind = opcode | first & WebSocketFrames.RSV1;
        byte[] whole = data;
        byte[] earlier = fragments;
        if (earlier != null) {
            earlier = append(earlier, data);
            kind = fragmentsOpcode;
        }
        if (!fin) {
            fragments = earlier == null ? data : earlier;
            fragmentsLength += data.length;
            fragmentsOpcode = (byte) kind;
            return;
        }
        if (earlier != null) {
            int length = fragmentsLength + data.length;
            whole = earlier.length == length ? earlier : Arrays.copyOf(earlier, length);
            fragments = null;
            fragmentsLength = 0;
        }
        if ((kind & WebSocketFrames.RSV1) != 0) {
            byte[] inflated = Deflate.inflate(whole, maxPayload);
            if (inflated == null) {
                violation(sink, WebSocketFrames.TOO_BIG);
                return;
            }
            whole = inflated;
        }
        boolean binary = (kind & 0xf) == WebSocketFrames.BINARY;
        if (!binary && !Utf8.isValid(whole, 0, whole.length)) {
            violation(sink, WebSocketFrames.INVALID_DATA);
            return;
        }
        sink.message(binary, whole);
    }

    /// Grows in steps of at least a half, so that many small fragments cost linear time.
    private byte[] append(byte[] earlier, byte[] data) {
        int length = fragmentsLength + data.length;
        byte[] joined = earlier;
        if (joined.length < length) {
            int room = Math.min(maxPayload, Math.max(length, joined.length + (joined.length >> 1)));
            joined = Arrays.copyOf(joined, room);
        }
        System.arraycopy(data, 0, joined, fragmentsLength, data.length);
        return joined;
    }

    private boolean violation(Sink sink, int closeCode) {
        failed = true;
        sink.violation(closeCode);
        return false;
    }

    private static void unmask(byte[] data, int mask) {
        long mask8 = (long) mask << 32 | mask & 0xffffffffL;
        int i = 0;
        for (; i <= data.length - Long.BYTES; i += Long.BYTES) {
            LONGS.set(data, i, (long) LONGS.get(data, i) ^ mask8);
        }
        if (i <= data.length - Integer.BYTES) {
            INTS.set(data, i, (int) INTS.get(data, i) ^ mask);
            i += Integer.BYTES;
        }
        for (int shift = 24; i < data.length; i++, shift -= 8) {
            data[i] ^= (byte) (mask >> shift);
        }
    }
}
