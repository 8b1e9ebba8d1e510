package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.RawSocketIo;
import java.util.function.Consumer;

/// One hostile packet, or several frames that make one.
///
/// @param name what is wrong with it
/// @param attack sends it on a connected socket
record HostileCase(String name, Consumer<RawSocketIo> attack, Expectation expectation) {

    static HostileCase packet(String name, String packet, Expectation expectation) {
        return new HostileCase(name, socket -> socket.send(packet), expectation);
    }
}
