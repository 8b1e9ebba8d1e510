package dev.roosthold.socketio.engine;

import io.netty.channel.Channel;
import java.net.SocketAddress;

/// The HTTP server that an endpoint lives in, as far as the two must know of each other. Called on
/// the event loop of the channel; must neither block nor throw.
public interface Surroundings {
    /// A server that knows nothing more than the connections themselves.
    Surroundings NONE = new Surroundings() {};

    /// Who sent the request that the channel is handing over. Where a proxy stands in between this
    /// is not the peer of the connection.
    default SocketAddress clientAddress(Channel channel) {
        return channel.remoteAddress();
    }

    /// The client of this websocket was admitted to a namespace. Told at least once for such a
    /// channel, never for one whose client was refused.
    default void admitted(Channel channel) {}
}
