package dev.roosthold.client.network;

import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/// A factory of sockets that whoever asks for them connects, the only kind that OkHttp asks for.
public abstract class UnconnectedSockets extends SocketFactory {

    @Override
    public final Socket createSocket(String host, int port) {
        throw unconnectedOnly();
    }

    @Override
    public final Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw unconnectedOnly();
    }

    @Override
    public final Socket createSocket(InetAddress host, int port) {
        throw unconnectedOnly();
    }

    @Override
    public final Socket createSocket(
            InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw unconnectedOnly();
    }

    private static UnsupportedOperationException unconnectedOnly() {
        return new UnsupportedOperationException("only unconnected sockets are made");
    }
}
