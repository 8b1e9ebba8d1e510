package dev.roosthold.relay.push;

import dev.roosthold.protocol.push.WebPushKey;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Notifications of a relay: builds the parts of this feature. Thread-safe.
public final class Push implements AutoCloseable {
    /// Some push services refuse requests without a contact of this form. The domain exists nowhere
    /// (RFC 2606), so no mail can go astray.
    private static final String NO_CONTACT = "mailto:operator@roosthold.invalid";

    private final Watchers watchers = new Watchers();
    private final ExpoPush phones;
    private final WebPush browsers;
    private final Notifications notifications;
    private final PushRoutes routes;
    private final WebPushRoutes webRoutes;

    private Push(
            PushConfig config,
            VapidKeys keys,
            String contact,
            Browsers subscriptions,
            Store store,
            Router router,
            Ids ids,
            InstantSource clock) {
        phones = new ExpoPush(config);
        browsers = new WebPush(config, keys, contact, clock);
        notifications =
                new Notifications(store, router, watchers, phones, subscriptions, browsers, clock);
        routes = new PushRoutes(store, notifications, ids, clock);
        webRoutes =
                new WebPushRoutes(
                        subscriptions, new WebPushKey(keys.publicKey()), browsers.endpoints());
    }

    /// Makes the relay's key pair for browsers on the first start.
    ///
    /// @param publicUrl named to push services as the contact, when it is https
    /// @throws IOException when the key pair cannot be read or made, with a message for the
    ///     operator
    public static Push open(
            PushConfig config,
            Optional<URI> publicUrl,
            SecretFiles secrets,
            Store store,
            Router router,
            Ids ids,
            InstantSource clock)
            throws IOException {
        String contact =
                publicUrl
                        .filter(url -> "https".equalsIgnoreCase(url.getScheme()))
                        .map(URI::toString)
                        .orElse(NO_CONTACT);
        var subscriptions = new Browsers(store, secrets);
        subscriptions.sealOld();
        return new Push(
                config, VapidKeys.load(secrets), contact, subscriptions, store, router, ids, clock);
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        notifications.share(with);
    }

    /// Tells by the sockets of other nodes too whether a person is looking.
    public void among(Channels channels) {
        watchers.among(channels);
    }

    public void register(Routes relay) {
        routes.register(relay);
        webRoutes.register(relay);
    }

    /// To be told about all sockets.
    public ConnectionListener sockets() {
        return watchers;
    }

    /// Gives up what is being sent.
    @Override
    public void close() {
        phones.close();
        browsers.close();
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return PushTable.OF_ACCOUNT;
    }
}
