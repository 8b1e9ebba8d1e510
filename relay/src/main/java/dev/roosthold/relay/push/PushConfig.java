package dev.roosthold.relay.push;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/// Settings of notifications. Start from [#usual()].
///
/// @param expo where the Expo push service takes notifications for phones; default none, so that
///     the service is not contacted
/// @param patience how long one notification may take altogether; default 8 seconds
/// @param trusted addresses of browsers that need be neither https nor public; default none
public record PushConfig(Optional<URI> expo, Duration patience, Predicate<URI> trusted) {
    /// The service that everyone uses.
    public static final URI EXPO = URI.create("https://exp.host/--/api/v2/push/send");

    public static PushConfig usual() {
        return new PushConfig(Optional.empty(), Duration.ofSeconds(8), _ -> false);
    }

    public PushConfig withExpo(URI value) {
        return new PushConfig(Optional.of(value), patience, trusted);
    }

    public PushConfig withPatience(Duration value) {
        return new PushConfig(expo, value, trusted);
    }

    public PushConfig withTrusted(Predicate<URI> value) {
        return new PushConfig(expo, patience, value);
    }
}
