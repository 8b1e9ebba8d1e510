package dev.roosthold.relay.socket;

import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.util.Map;

/// What lies below the Socket.IO path: nothing. Engine.IO servers answer there as to a request
/// without a transport; a client script, which some look for, is not served.
public final class SocketRoutes {
    private SocketRoutes() {}

    public static void register(Routes routes) {
        routes.open(
                "GET",
                "/v1/updates/:file",
                _ -> new Response.Json(400, Map.of("code", 0, "message", "Transport unknown")));
    }
}
