package dev.roosthold.jazz.client;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.transport.Link;
import dev.roosthold.jazz.transport.WebSocketDialer;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// What [Jazz#open] needs to know. Without a relay everything stays here; without a file everything
/// is forgotten at the end.
///
/// @param key who we are
/// @param dialer the way to the relay, or null
/// @param file where values are kept; its folder has to exist; or null
/// @param silence how long the relay may say nothing before the connection counts as dead; Jazz
///     relays say something every 1.5 s
public record JazzOptions(
        AccountKey key,
        Link.@Nullable Dialer dialer,
        @Nullable Path file,
        InstantSource clock,
        SecureRandom random,
        Duration silence) {
    /// What Jazz clients wait.
    private static final Duration USUAL_SILENCE = Duration.ofSeconds(10);

    /// Without relay and file.
    public static JazzOptions of(AccountKey key) {
        return new JazzOptions(
                key, null, null, InstantSource.system(), new SecureRandom(), USUAL_SILENCE);
    }

    /// With a relay.
    ///
    /// @param relay `ws://` or `wss://`; a token goes into its query
    public JazzOptions relay(URI relay) {
        return dialer(new WebSocketDialer(relay, null));
    }

    /// With another way to the relay.
    public JazzOptions dialer(Link.Dialer dialer) {
        return new JazzOptions(key, dialer, file, clock, random, silence);
    }

    /// With a file that keeps the values. One process at a time may have it open.
    public JazzOptions file(Path file) {
        return new JazzOptions(key, dialer, file, clock, random, silence);
    }

    /// With another clock.
    public JazzOptions clock(InstantSource clock) {
        return new JazzOptions(key, dialer, file, clock, random, silence);
    }

    /// With another patience for a relay that says nothing.
    public JazzOptions silence(Duration silence) {
        return new JazzOptions(key, dialer, file, clock, random, silence);
    }
}
