package dev.roosthold.client;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/// The base address of a relay: `http` or `https`, host, optional port, and the path that it is
/// served under, if any (`https://example.org/roost`), without a slash at its end.
public record RelayAddress(URI uri) {
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)*");

    public RelayAddress {
        String scheme = uri.getScheme();
        if (!"http".equals(scheme) && !"https".equals(scheme)) {
            throw new IllegalArgumentException(
                    "a relay address starts with http:// or https://, for example"
                            + " http://127.0.0.1:3005");
        }
        if (uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("a relay address needs a host and no user name");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("a port is a number from 1 to 65535");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if (!PATH.matcher(path).matches() || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "a relay address has at most a plain path behind the host and port");
        }
    }

    /// Reads what a person typed; a final slash and upper-case letters in scheme and host do no
    /// harm.
    ///
    /// @throws IllegalArgumentException with a message for people
    public static RelayAddress parse(String text) {
        String address = text.strip();
        while (address.endsWith("/")) {
            address = address.substring(0, address.length() - 1);
        }
        try {
            return new RelayAddress(new URI(lowerCaseHost(address)));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the relay address is not a web address");
        }
    }

    /// Scheme and host know no case, a path does.
    private static String lowerCaseHost(String address) {
        int host = address.indexOf("://");
        int path = host < 0 ? -1 : address.indexOf('/', host + 3);
        return path < 0
                ? address.toLowerCase(Locale.ROOT)
                : address.substring(0, path).toLowerCase(Locale.ROOT) + address.substring(path);
    }

    /// Whether what is sent there leaves this computer without encryption. Names are not looked up:
    /// other names of this computer than `localhost` count as elsewhere.
    public boolean isReadableOnTheWay() {
        return "http".equals(uri.getScheme()) && !isThisComputer(String.valueOf(uri.getHost()));
    }

    private static boolean isThisComputer(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return InetAddress.ofLiteral(literal).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Path of the Socket.IO endpoint on the host.
    String socketPath() {
        String path = uri.getRawPath();
        return (path == null ? "" : path) + "/v1/updates";
    }

    /// The host alone, for libraries that take the path apart.
    URI host() {
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
    }

    URI at(String path) {
        return URI.create(uri + path);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
