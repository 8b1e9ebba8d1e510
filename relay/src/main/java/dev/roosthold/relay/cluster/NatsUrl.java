package dev.roosthold.relay.cluster;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Addresses of the servers of one NATS: `nats://user:password@host:4222`, `tls://` for encrypted
/// connections, several with commas between them. Prints nothing, because a password may be in it.
public final class NatsUrl {
    private static final int USUAL_PORT = 4222;

    private final List<String> servers;
    private final @Nullable String userInfo;

    private NatsUrl(List<String> servers, @Nullable String userInfo) {
        this.servers = List.copyOf(servers);
        this.userInfo = userInfo;
    }

    /// Takes the text apart.
    ///
    /// @throws IllegalArgumentException when it is none; its message repeats nothing of the text
    public static NatsUrl parse(String text) {
        var servers = new ArrayList<String>();
        String userInfo = null;
        for (String one : text.split(",", -1)) {
            URI uri = uri(one.strip());
            String scheme = uri.getScheme();
            if (uri.getHost() == null || !("nats".equals(scheme) || "tls".equals(scheme))) {
                throw new IllegalArgumentException("not an address like nats://host:4222");
            }
            int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
            servers.add(scheme + "://" + uri.getHost() + ":" + port);
            if (uri.getUserInfo() != null) {
                userInfo = uri.getUserInfo();
            }
        }
        return new NatsUrl(servers, userInfo);
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("an address of NATS cannot be read", e.getCause());
        }
    }

    /// For the client, without user and password.
    List<String> servers() {
        return servers;
    }

    Optional<String> user() {
        return Optional.ofNullable(userInfo).filter(info -> info.contains(":")).map(NatsUrl::head);
    }

    /// The password of the user; without a user the whole is a token.
    Optional<String> password() {
        return Optional.ofNullable(userInfo)
                .map(info -> info.contains(":") ? info.substring(info.indexOf(':') + 1) : info);
    }

    private static String head(String info) {
        return info.substring(0, info.indexOf(':'));
    }

    /// Hosts and ports, for messages.
    public String place() {
        return servers.stream()
                .map(server -> server.substring(server.indexOf("://") + 3))
                .collect(Collectors.joining(", "));
    }
}
