package dev.roosthold.cli;

import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.http.TlsFiles;
import dev.roosthold.relay.limits.AddressRange;
import dev.roosthold.relay.limits.Rate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the relay meets the world.
final class FrontOptions {
    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "Certificate for https, in the PEM form, the ones that lead to a known authority"
                            + " behind it. Read again when it changes.")
    private @Nullable Path tlsCert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Its private key, in the PEM form (PKCS#8), without a password.")
    private @Nullable Path tlsKey;

    @Option(
            names = "--trusted-proxies",
            split = ",",
            paramLabel = "RANGE",
            description =
                    "Addresses (10.0.0.7) and ranges (10.0.0.0/8) of proxies whose X-Forwarded- and"
                            + " Forwarded headers are believed.")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(
            names = "--base-path",
            defaultValue = "",
            paramLabel = "PATH",
            description =
                    "Path under which a proxy serves the relay, for example /roost. Default: the path"
                            + " of --public-url.")
    private String basePath;

    @Option(
            names = "--allow-origin",
            split = ",",
            paramLabel = "ORIGIN",
            description =
                    "Sites whose pages may use the relay beside its own page, for example"
                            + " https://app.example. Default: all.")
    private List<String> allowOrigin = new ArrayList<>();

    @Option(
            names = "--require-tls",
            description =
                    "Refuses what does not come over https, to the relay or to a trusted proxy that"
                            + " says so, except from this computer.")
    private boolean requireTls;

    @Option(
            names = "--max-sockets",
            paramLabel = "NUMBER",
            description = "Socket connections of one account at one time.")
    private int maxSockets = Front.Limits.USUAL.socketsPerAccount();

    @Option(
            names = "--max-connections",
            paramLabel = "NUMBER",
            description = "Connections of one address at one time that have not signed in.")
    private int maxConnections = Front.Limits.USUAL.connectionsPerAddress();

    @Option(
            names = "--request-rate",
            paramLabel = "NUMBER",
            description =
                    "Requests of one account per second in the long run; ten times as many at once."
                            + " Messages are never refused.")
    private double requestRate = Front.Limits.USUAL.requestsPerAccount().perSecond();

    @Option(
            names = "--failure-rate",
            paramLabel = "NUMBER",
            description =
                    "Requests with an unknown token of one address per second in the long run; fifty"
                            + " times as many at once.")
    private double failureRate = Front.Limits.USUAL.failuresPerAddress().perSecond();

    /// @param host that the relay listens on
    Front front(String host) {
        Front front = front();
        if (requireTls
                && front.tls().isEmpty()
                && front.trustedProxies().isEmpty()
                && !isThisComputer(host)) {
            throw new CommandFailure(
                    "--require-tls: nobody could use a relay at "
                            + host
                            + " that has neither a certificate nor a trusted proxy",
                    "Give it --tls-cert and --tls-key, or name the proxy with --trusted-proxies.");
        }
        return front;
    }

    /// A name that cannot be looked up is told when the relay starts to listen.
    private static boolean isThisComputer(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true;
        }
    }

    Front front() {
        if ((tlsCert == null) != (tlsKey == null)) {
            throw new CommandFailure(
                    "--tls-cert and --tls-key belong together",
                    tlsCert == null
                            ? "--tls-cert names the file of the certificate."
                            : "--tls-key names the file of its key.");
        }
        try {
            Front front =
                    Front.USUAL
                            .withTrustedProxies(
                                    words(trustedProxies).map(AddressRange::parse).toList())
                            .withBasePath(basePath)
                            .withAllowedOrigins(
                                    words(allowOrigin).anyMatch("*"::equals)
                                            ? List.of()
                                            : words(allowOrigin).toList())
                            .withLimits(
                                    new Front.Limits(
                                            maxConnections,
                                            rate(requestRate, 10),
                                            rate(failureRate, 50),
                                            maxSockets));
            if (requireTls) {
                front = front.withTlsOnly();
            }
            return tlsCert == null || tlsKey == null
                    ? front
                    : front.withTls(new TlsFiles(tlsCert, tlsKey));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    private static Rate rate(double perSecond, int burst) {
        return new Rate((int) Math.clamp(perSecond * burst, 1, Integer.MAX_VALUE), perSecond);
    }

    private static java.util.stream.Stream<String> words(List<String> values) {
        return values.stream().map(String::strip).filter(word -> !word.isEmpty());
    }
}
