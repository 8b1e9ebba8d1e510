package dev.roosthold.relay.push;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Settings of notifications. Start from [#usual()].
///
/// @param expo where the Expo push service takes notifications for phones; default none, so that
///     the service is not contacted
/// @param patience how long one notification may take altogether; default 8 seconds
/// @param hosts names of the push services of browsers that may be used, each with everything below
///     it; empty, the default, lets all in that are public
/// @param trusted addresses of browsers that need be neither https nor public; default none
public record PushConfig(
        Optional<URI> expo, Duration patience, List<String> hosts, Predicate<URI> trusted) {
    /// The service that everyone uses.
    public static final URI EXPO = URI.create("https://exp.host/--/api/v2/push/send");

    private static final Pattern HOST =
            Pattern.compile(
                    "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");

    public PushConfig {
        hosts = hosts.stream().map(PushConfig::host).distinct().toList();
    }

    public static PushConfig usual() {
        return new PushConfig(Optional.empty(), Duration.ofSeconds(8), List.of(), _ -> false);
    }

    public PushConfig withExpo(URI value) {
        return new PushConfig(Optional.of(value), patience, hosts, trusted);
    }

    public PushConfig withPatience(Duration value) {
        return new PushConfig(expo, value, hosts, trusted);
    }

    /// @throws IllegalArgumentException with a message for people
    public PushConfig withHosts(List<String> value) {
        return new PushConfig(expo, patience, value, trusted);
    }

    private static String host(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    text + " is not the name of a host like push.example");
        }
        return name;
    }

    public PushConfig withTrusted(Predicate<URI> value) {
        return new PushConfig(expo, patience, hosts, value);
    }
}
