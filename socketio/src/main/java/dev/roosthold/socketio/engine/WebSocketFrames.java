package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;

/// Layout of websocket frames as a server sends them: never masked (RFC 6455, section 5.2).
final class WebSocketFrames {
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int RSV = 0x70;
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;
    static final int MASKED = 0x80;

    static final int NORMAL_CLOSURE = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int INVALID_DATA = 1007;
    static final int TOO_BIG = 1009;

    private WebSocketFrames() {}

    static int headerLength(int payload) {
        if (payload < 126) {
            return 2;
        }
        return payload <= 0xffff ? 4 : 10;
    }

    static void writeHeader(ByteBuf buffer, int index, int firstByte, int payload) {
        buffer.setByte(index, firstByte);
        if (payload < 126) {
            buffer.setByte(index + 1, payload);
        } else if (payload <= 0xffff) {
            buffer.setByte(index + 1, 126);
            buffer.setShort(index + 2, payload);
        } else {
            buffer.setByte(index + 1, 127);
            buffer.setLong(index + 2, payload);
        }
    }

    static int headerLengthOf(ByteBuf frame) {
        return switch (frame.getByte(frame.readerIndex() + 1)) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    static boolean isBinary(ByteBuf frame) {
        return (frame.getByte(frame.readerIndex()) & 0xf) == BINARY;
    }
}
