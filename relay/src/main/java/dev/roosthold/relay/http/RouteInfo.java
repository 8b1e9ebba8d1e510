package dev.roosthold.relay.http;

/// What is known of a registered route besides its handler.
///
/// @param path with `:name` segments, as registered
/// @param maxBody largest body in bytes
public record RouteInfo(String method, String path, Admits admits, int maxBody) {

    /// Whose requests are let in.
    public enum Admits {
        ANYONE,
        /// The holder of a signed address, and any bearer.
        LINK_OR_BEARER,
        ANY_BEARER,
        /// Not the bearer of a machine.
        ACCOUNT_BEARER
    }

    /// Method and pattern, for example `GET /v1/machines/:id`.
    public String name() {
        return method + " " + path;
    }

    static RouteInfo of(Route route) {
        Admits admits =
                switch (route.access()) {
                    case OPEN -> Admits.ANYONE;
                    case LINK_OR_BEARER -> Admits.LINK_OR_BEARER;
                    case BEARER -> Admits.ANY_BEARER;
                    case ACCOUNT_BEARER -> Admits.ACCOUNT_BEARER;
                };
        return new RouteInfo(route.method(), route.pattern(), admits, route.maxBody());
    }
}
