package dev.roosthold.relay;

import dev.roosthold.relay.http.RouteInfo;
import java.util.List;
import java.util.Set;

/// What a relay offers, for tests that must not miss anything of it.
public final class RelayListing {
    private RelayListing() {}

    /// Method and pattern of every route, for example `GET /v1/machines/:id`.
    public static List<String> routes(Relay relay) {
        return relay.routes().stream().map(RouteInfo::name).toList();
    }

    /// The names of all socket events that are handled.
    public static Set<String> events(Relay relay) {
        return relay.events();
    }
}
