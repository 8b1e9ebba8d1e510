package dev.roosthold.relay.auth;

import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import dev.roosthold.relay.store.Store;
import java.time.InstantSource;

/// The feature as the relay sees it: routes and upkeep. Thread-safe.
public final class Auth {
    private final SignIns signIns;
    private final Pairings pairings;
    private final AuthRoutes routes;
    private final DeviceRoutes deviceRoutes;

    /// How often one address may call the open routes. Generous, because clients repeat refused
    /// calls for ever and many may share an address; enough to keep signature checks affordable.
    ///
    /// @param pairing polls come each second from every waiting terminal
    public record Rates(Rate signIn, Rate pairing) {
        public static final Rates USUAL = new Rates(new Rate(1_000, 50), new Rate(1_000, 100));
    }

    /// @param version of the program, for `GET /v1/web/relay`
    public Auth(
            Store store,
            Accounts accounts,
            Devices devices,
            Registration registration,
            Rates rates,
            String version,
            Audit audit,
            InstantSource clock) {
        signIns = new SignIns(store, accounts, devices, registration, audit);
        pairings = new Pairings(store, devices, clock);
        routes =
                new AuthRoutes(
                        signIns,
                        pairings,
                        registration,
                        new RateLimiter(rates.signIn(), clock),
                        new RateLimiter(rates.pairing(), clock),
                        version);
        deviceRoutes = new DeviceRoutes(devices);
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        routes.share(with);
    }

    public void register(Routes to) {
        routes.register(to);
        deviceRoutes.register(to);
    }

    /// Drops what has expired; call it now and then.
    public void prune() {
        signIns.prune();
        pairings.prune();
    }
}
