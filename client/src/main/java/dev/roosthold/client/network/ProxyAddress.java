package dev.roosthold.client.network;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// An HTTP proxy that opens tunnels (`CONNECT`).
///
/// @param host name or address; an IPv6 address without brackets
/// @param credentials `user:password`, decoded; a secret, printed as redacted
public record ProxyAddress(String host, int port, Optional<String> credentials) {
    private static final int USUAL_PORT = 80;

    /// Reads the value of `HTTP_PROXY`: `http://host:port`, with `user:password@` before the host
    /// when the proxy asks for them (percent-encoded where they hold `@`, `:` or `/`). Without
    /// `http://` it is taken for it, without a port for 80.
    ///
    /// @throws IllegalArgumentException with a message for people that repeats no credentials
    public static ProxyAddress parse(String text) {
        String address = text.strip();
        URI uri;
        try {
            uri = new URI(address.contains("://") ? address : "http://" + address);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "a proxy is written as http://host:port or http://user:password@host:port");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http")) {
            throw new IllegalArgumentException(
                    "a proxy address starts with http://; one with "
                            + scheme
                            + ":// is not supported");
        }
        if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException(
                    "a proxy is written as http://host:port or http://user:password@host:port");
        }
        String host = uri.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        Optional<String> credentials =
                Optional.ofNullable(uri.getRawUserInfo())
                        .filter(info -> !info.isEmpty())
                        // A plus sign is itself here, not a blank.
                        .map(info -> info.replace("+", "%2B"))
                        .map(info -> URLDecoder.decode(info, StandardCharsets.UTF_8));
        return new ProxyAddress(host, uri.getPort() < 0 ? USUAL_PORT : uri.getPort(), credentials);
    }

    /// The value of `Proxy-Authorization`, when there are credentials.
    Optional<String> authorization() {
        return credentials.map(
                pair ->
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                (pair.contains(":") ? pair : pair + ":")
                                                        .getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
        return "http://"
                + (credentials.isPresent() ? "[redacted]@" : "")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + port;
    }
}
