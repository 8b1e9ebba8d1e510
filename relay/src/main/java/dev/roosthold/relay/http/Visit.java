package dev.roosthold.relay.http;

import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who sent the request in progress and how the relay is called there.
///
/// @param client its address; port 0 where a proxy told it
/// @param secure whether the client speaks TLS, to a proxy or to this server
/// @param authority host and port that the client asked; empty where it named none that could stand
///     in an address
record Visit(InetSocketAddress client, boolean secure, Optional<String> authority) {
    /// Set while a request is in progress.
    static final AttributeKey<Visit> KEY = AttributeKey.valueOf(Visit.class, "current");

    /// A name or an address with an optional port (RFC 9110, 7.2), which cannot turn the address
    /// made of it into another one.
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");

    static Optional<String> authority(String text) {
        return AUTHORITY.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    /// The address of the relay's root as this client knows it, without a slash at its end.
    Optional<String> site(String basePath) {
        return authority.map(host -> (secure ? "https://" : "http://") + host + basePath);
    }
}
