package dev.roosthold.client.network;

import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/// The way from here to a relay: proxies and trusted certificates. Immutable, thread-safe.
///
/// The variables of the environment, each also in lower case (which wins):
///
/// | Variable | Means |
/// |---|---|
/// | `HTTP_PROXY` | proxy to relays with `http://`, see [ProxyAddress#parse] |
/// | `HTTPS_PROXY` | proxy to relays with `https://` |
/// | `NO_PROXY` | hosts without proxy: names, `.domain`, addresses, networks, `:port`, `*` |
/// | `ROOST_CA_FILE` | PEM file of authorities that are trusted besides the JDK's |
///
/// `localhost` and loopback addresses never go through a proxy. REST and sockets take the same
/// way, a `CONNECT` tunnel for every connection.
public final class Network {
    private static final Network DIRECT =
            new Network(Optional.empty(), Optional.empty(), new NoProxy(""), null);

    private final Optional<ProxyAddress> forHttp;
    private final Optional<ProxyAddress> forHttps;
    private final NoProxy without;
    private final @Nullable TrustedCertificates trusted;

    private Network(
            Optional<ProxyAddress> forHttp,
            Optional<ProxyAddress> forHttps,
            NoProxy without,
            @Nullable TrustedCertificates trusted) {
        this.forHttp = forHttp;
        this.forHttps = forHttps;
        this.without = without;
        this.trusted = trusted;
    }

    /// No proxy, and the certificates that the JDK trusts.
    public static Network direct() {
        return DIRECT;
    }

    /// As the environment of this process says.
    ///
    /// @throws IllegalArgumentException with a message for people when a variable is wrong
    public static Network ofEnvironment() {
        return of(System.getenv());
    }

    /// As these variables say.
    ///
    /// @throws IllegalArgumentException with a message for people when a variable is wrong
    public static Network of(Map<String, String> environment) {
        Network proxies =
                new Network(
                        proxy(environment, "HTTP_PROXY"),
                        proxy(environment, "HTTPS_PROXY"),
                        new NoProxy(variable(environment, "NO_PROXY").orElse("")),
                        null);
        return variable(environment, "ROOST_CA_FILE")
                .map(file -> proxies.trusting(Path.of(file)))
                .orElse(proxies);
    }

    /// The same way, trusting the authorities of this PEM file instead of those of `ROOST_CA_FILE`.
    ///
    /// @throws IllegalArgumentException with a message for people when it cannot be read
    public Network trusting(Path caFile) {
        return new Network(forHttp, forHttps, without, TrustedCertificates.with(caFile));
    }

    private static Optional<ProxyAddress> proxy(Map<String, String> environment, String name) {
        try {
            return variable(environment, name).map(ProxyAddress::parse);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
                .or(() -> Optional.ofNullable(environment.get(name)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /// The proxy to this address, if it is not reached directly.
    public Optional<ProxyAddress> proxyTo(URI relay) {
        String host = host(relay);
        if (isLoopback(host) || without.matches(host, port(relay))) {
            return Optional.empty();
        }
        return isHttps(relay) ? forHttps : forHttp;
    }

    /// For the other packages of the client: the HTTP library set up for this address. It follows
    /// no redirect and speaks HTTP/1.1.
    public OkHttpClient.Builder clientTo(URI relay) {
        OkHttpClient.Builder client =
                new OkHttpClient.Builder()
                        // The library must not ask the JDK for the proxy a second time.
                        .proxy(Proxy.NO_PROXY)
                        .protocols(List.of(Protocol.HTTP_1_1))
                        .followRedirects(false)
                        .followSslRedirects(false);
        if (trusted != null) {
            client.sslSocketFactory(trusted.sockets(), trusted.manager());
        }
        proxyTo(relay)
                .ifPresent(
                        proxy -> {
                            String host = host(relay);
                            client.socketFactory(new TunnelSockets(proxy, host, port(relay)));
                            client.dns(name -> List.of(TunnelSockets.placeholder(name)));
                        });
        return client;
    }

    private static String host(URI relay) {
        String host = String.valueOf(relay.getHost());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isHttps(URI relay) {
        return "https".equalsIgnoreCase(relay.getScheme());
    }

    private static int port(URI relay) {
        if (relay.getPort() > 0) {
            return relay.getPort();
        }
        return isHttps(relay) ? 443 : 80;
    }

    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
