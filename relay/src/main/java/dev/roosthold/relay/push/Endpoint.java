package dev.roosthold.relay.push;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// Which addresses the relay lets itself be sent to. The address of a subscription comes from a
/// client, and the relay may stand where the client cannot reach.
final class Endpoint {
    static final int MAX_LENGTH = 2_048;

    private final List<String> hosts;
    private final Predicate<URI> trusted;

    /// @param hosts names that may be used, in lower case, each with everything below it; empty
    // lets
    ///     all in
    /// @param trusted addresses that need not be https, public or among the hosts
    Endpoint(List<String> hosts, Predicate<URI> trusted) {
        this.hosts = hosts;
        this.trusted = trusted;
    }

    /// The address, if it has the form of one. What its name stands for is looked at when it is
    /// used, because that changes.
    Optional<URI> parse(String text) {
        if (text.length() > MAX_LENGTH || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return Optional.empty();
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
        boolean wellFormed =
                uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getRawFragment() == null
                        && uri.getPort() <= 65_535;
        boolean allowed =
                wellFormed
                        && (trusted.test(uri)
                                || "https".equalsIgnoreCase(uri.getScheme())
                                        && isListed(uri)
                                        && mayBePublic(uri));
        return allowed ? Optional.of(uri) : Optional.empty();
    }

    /// Resolves the name and refuses it unless every address behind it is public. May block for as
    /// long as the resolver takes.
    ///
    /// The connection that follows resolves the name again, from the platform's cache, which keeps
    /// what was just found for seconds. Should a name change its address in between all the same,
    /// what it leads to would have to show a certificate for that name.
    void requirePublic(URI uri) throws UnknownHostException, NotPublic {
        if (trusted.test(uri)) {
            return;
        }
        InetAddress[] addresses = InetAddress.getAllByName(uri.getHost());
        if (!Arrays.stream(addresses).allMatch(PublicAddresses::contain)) {
            throw new NotPublic();
        }
    }

    private boolean isListed(URI uri) {
        String name = uri.getHost().toLowerCase(Locale.ROOT);
        return hosts.isEmpty()
                || hosts.stream().anyMatch(host -> name.equals(host) || name.endsWith("." + host));
    }

    /// False for a number that is not public; names are not resolved.
    private static boolean mayBePublic(URI uri) {
        try {
            return PublicAddresses.contain(InetAddress.ofLiteral(uri.getHost()));
        } catch (IllegalArgumentException e) {
            // A name; but what stands in brackets is an address, here one bound to an interface.
            return !uri.getHost().startsWith("[");
        }
    }

    static final class NotPublic extends IOException {
        private static final long serialVersionUID = 1L;

        NotPublic() {
            super("not a public address");
        }
    }
}
