package dev.roosthold.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// The base address of a relay: `http` or `https`, host, optional port, nothing else.
public record RelayAddress(URI uri) {

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
        boolean hasPath = uri.getPath() != null && !uri.getPath().isEmpty();
        if (hasPath || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "a relay address has nothing behind the host and port");
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
            return new RelayAddress(new URI(address.toLowerCase(Locale.ROOT)));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the relay address is not a web address");
        }
    }

    URI at(String path) {
        return URI.create(uri + path);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
