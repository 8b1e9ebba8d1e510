package dev.roosthold.client.network;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/// Makes sockets to one host that go through a proxy's tunnel.
///
/// Every connection is a `CONNECT` tunnel, also those of plain HTTP: a WebSocket needs one anyway,
/// and so what works for REST works for sockets. The host's name is looked up by the proxy.
final class TunnelSockets extends UnconnectedSockets {
    private final ProxyAddress proxy;
    private final String target;

    /// @param host of the relay; IPv6 without brackets
    TunnelSockets(ProxyAddress proxy, String host, int port) {
        this.proxy = proxy;
        this.target = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public Socket createSocket() {
        return new TunnelSocket(proxy, target);
    }

    private static final class TunnelSocket extends Socket {
        private static final int MAX_HEAD = 16_384;

        private final ProxyAddress proxy;
        private final String target;

        TunnelSocket(ProxyAddress proxy, String target) {
            this.proxy = proxy;
            this.target = target;
        }

        @Override
        public void connect(SocketAddress endpoint) throws IOException {
            connect(endpoint, 0);
        }

        /// Returns when the tunnel stands.
        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
            if (address.isUnresolved()) {
                throw new ProxyException("the proxy's host name is not known");
            }
            try {
                super.connect(address, timeout);
            } catch (ConnectException e) {
                throw new ProxyException("the proxy refuses the connection");
            }
            int usual = getSoTimeout();
            setSoTimeout(timeout);
            StringBuilder request = new StringBuilder();
            request.append("CONNECT ").append(target).append(" HTTP/1.1\r\n");
            request.append("Host: ").append(target).append("\r\n");
            proxy.authorization()
                    .ifPresent(
                            value ->
                                    request.append("Proxy-Authorization: ")
                                            .append(value)
                                            .append("\r\n"));
            request.append("\r\n");
            getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            getOutputStream().flush();
            check(status(getInputStream()));
            setSoTimeout(usual);
        }

        /// Reads the head of the answer and not a byte of what follows, which belongs to the relay.
        private static int status(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new ProxyException("the proxy closed the connection");
                }
                head.append((char) next);
                if (head.length() > MAX_HEAD) {
                    throw new ProxyException("the answer is not one of a proxy");
                }
            }
            String[] words = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
            if (words.length < 2
                    || !words[0].startsWith("HTTP/1.")
                    || !words[1].matches("[1-5][0-9][0-9]")) {
                throw new ProxyException("the answer is not one of a proxy");
            }
            return Integer.parseInt(words[1]);
        }

        private static void check(int status) throws ProxyException {
            if (status == 407) {
                throw new ProxyException("the proxy does not accept the user name and password");
            }
            if (status < 200 || status >= 300) {
                throw new ProxyException("the proxy answers with status " + status);
            }
        }
    }

    /// Stands for every address: the proxy looks names up.
    static InetAddress placeholder(String host) throws UnknownHostException {
        return InetAddress.getByAddress(host, new byte[4]);
    }
}
