package dev.roosthold.relay.http;

import dev.roosthold.relay.limits.AddressRange;
import dev.roosthold.relay.limits.Rate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How the relay meets the world: certificate, proxies in front of it, path, pages of others, and
/// how much one address or account may do. Start from [#USUAL].
///
/// @param tls the certificate; without one plain HTTP is spoken
/// @param trustedProxies whose `Forwarded` and `X-Forwarded-` headers are believed; default
///     nobody's
/// @param basePath path under which the relay is reached, such as `/roost`, or empty. Requests are
///     understood with it and, because many proxies take it away, without it
/// @param allowedOrigins origins (`https://app.example`) whose pages may use the relay beside its
///     own page; empty, the default, lets all in, which is safe because no cookies are used
/// @param limits how much one address or account may do
public record Front(
        Optional<TlsFiles> tls,
        List<AddressRange> trustedProxies,
        String basePath,
        List<String> allowedOrigins,
        Limits limits) {

    private static final Pattern BASE_PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)*");

    private static final Pattern ORIGIN = Pattern.compile("null|[a-z][a-z0-9+.-]*://[^/?#@\\s,]+");

    // Behind the patterns, which it is checked with.
    public static final Front USUAL =
            new Front(Optional.empty(), List.of(), "", List.of(), Limits.USUAL);

    /// Limits that heal by themselves. They are far above what people and their machines do: a
    /// client that is refused repeats, which makes more traffic, not less.
    ///
    /// @param connectionsPerAddress connections of one address at one time that have shown no valid
    ///     bearer yet; one more is answered with 429 and closed. Connections of trusted proxies do
    ///     not count
    /// @param requestsPerAccount REST requests; posting messages takes from it but is never refused
    /// @param failuresPerAddress requests with an unknown bearer; beyond it they are answered with
    ///     429 instead of 401. Requests with a valid one are not touched
    /// @param socketsPerAccount Socket.IO connections at one time
    public record Limits(
            int connectionsPerAddress,
            Rate requestsPerAccount,
            Rate failuresPerAddress,
            int socketsPerAccount) {
        public static final Limits USUAL =
                new Limits(4_096, new Rate(10_000, 1_000), new Rate(1_000, 20), 5_000);

        public Limits {
            if (connectionsPerAddress < 1 || socketsPerAccount < 1) {
                throw new IllegalArgumentException("a limit lets something through");
            }
        }

        public Limits withConnectionsPerAddress(int value) {
            return new Limits(value, requestsPerAccount, failuresPerAddress, socketsPerAccount);
        }

        public Limits withRequestsPerAccount(Rate value) {
            return new Limits(connectionsPerAddress, value, failuresPerAddress, socketsPerAccount);
        }

        public Limits withFailuresPerAddress(Rate value) {
            return new Limits(connectionsPerAddress, requestsPerAccount, value, socketsPerAccount);
        }

        public Limits withSocketsPerAccount(int value) {
            return new Limits(connectionsPerAddress, requestsPerAccount, failuresPerAddress, value);
        }
    }

    /// @throws IllegalArgumentException with a message for people
    public Front {
        trustedProxies = List.copyOf(trustedProxies);
        if (basePath.endsWith("/")) {
            basePath = basePath.substring(0, basePath.length() - 1);
        }
        if (!BASE_PATH.matcher(basePath).matches()) {
            throw new IllegalArgumentException(
                    "the base path "
                            + basePath
                            + " is not one like /roost: letters, digits and . _ ~ - between slashes");
        }
        allowedOrigins = allowedOrigins.stream().map(Front::origin).distinct().toList();
    }

    public Front withTls(TlsFiles value) {
        return new Front(Optional.of(value), trustedProxies, basePath, allowedOrigins, limits);
    }

    public Front withTrustedProxies(List<AddressRange> value) {
        return new Front(tls, value, basePath, allowedOrigins, limits);
    }

    public Front withBasePath(String value) {
        return new Front(tls, trustedProxies, value, allowedOrigins, limits);
    }

    public Front withAllowedOrigins(List<String> value) {
        return new Front(tls, trustedProxies, basePath, value, limits);
    }

    public Front withLimits(Limits value) {
        return new Front(tls, trustedProxies, basePath, allowedOrigins, value);
    }

    private static String origin(String text) {
        String plain = Origins.plain(text);
        if (!ORIGIN.matcher(plain).matches()) {
            throw new IllegalArgumentException(
                    text + " is not an origin like https://app.example: scheme, host, port");
        }
        return plain;
    }
}
