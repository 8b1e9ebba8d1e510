package dev.roosthold.socketio;

import org.jspecify.annotations.Nullable;

/// Packet types of the Socket.IO protocol, revision 5, by their digit on the wire.
enum PacketType {
    CONNECT('0'),
    DISCONNECT('1'),
    EVENT('2'),
    ACK('3'),
    CONNECT_ERROR('4'),
    BINARY_EVENT('5'),
    BINARY_ACK('6');

    private static final PacketType[] ALL = values();

    private final char digit;

    PacketType(char digit) {
        this.digit = digit;
    }

    char digit() {
        return digit;
    }

    boolean binary() {
        return this == BINARY_EVENT || this == BINARY_ACK;
    }

    static @Nullable PacketType of(byte digit) {
        int index = digit - '0';
        return index >= 0 && index < ALL.length ? ALL[index] : null;
    }
}
