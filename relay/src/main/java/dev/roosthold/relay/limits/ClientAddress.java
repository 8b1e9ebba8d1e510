package dev.roosthold.relay.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// The address of a client as text, without its port.
public final class ClientAddress {
    private ClientAddress() {}

    public static String of(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress inet)) {
            return "local";
        }
        InetAddress address = inet.getAddress();
        return address == null ? inet.getHostString() : address.getHostAddress();
    }
}
