package dev.roosthold.relay.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HexFormat;

/// The address of a client as text, without its port.
public final class ClientAddress {
    /// Bytes of an IPv6 address that name a network.
    private static final int NETWORK = 8;

    private ClientAddress() {}

    public static String of(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress inet)) {
            return "local";
        }
        InetAddress address = inet.getAddress();
        return address == null ? inet.getHostString() : address.getHostAddress();
    }

    /// What limits count by: the address, in IPv6 its network of 64 bits, because whoever has one
    /// address there has all of them.
    public static String network(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet
                        && inet.getAddress() instanceof Inet6Address address
                        && !address.isLoopbackAddress()
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK) + "/64"
                : of(remote);
    }
}
