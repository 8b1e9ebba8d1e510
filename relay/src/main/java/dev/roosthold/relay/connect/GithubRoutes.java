package dev.roosthold.relay.connect;

import dev.roosthold.protocol.Success;
import dev.roosthold.relay.http.BadRequest;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// `/v1/connect/github`: clients ask for it, and a relay has no GitHub application of its own.
public final class GithubRoutes {
    private static final int MAX_WEBHOOK = 64 << 10;
    private static final List<String> WEBHOOK_HEADERS =
            List.of("x-hub-signature-256", "x-github-event");

    private final String home;

    /// @param publicUrl where people find the relay; without one they are sent to its root
    public GithubRoutes(Optional<URI> publicUrl) {
        this.home = publicUrl.map(URI::toString).orElse("/");
    }

    public void register(Routes routes) {
        routes.accountBearer(
                "GET",
                "/v1/connect/github/params",
                _ -> Response.error(400, "GitHub OAuth not configured"));
        routes.accountBearer("DELETE", "/v1/connect/github", _ -> Response.ok(Success.OK));
        routes.open("GET", "/v1/connect/github/callback", this::callback);
        routes.withBodyLimit(MAX_WEBHOOK)
                .open("POST", "/v1/connect/github/webhook", GithubRoutes::webhook);
    }

    /// No state was ever given out, so every one is invalid.
    private Response callback(Request request) {
        var fields = Fields.query(request);
        fields.text("code");
        fields.text("state");
        fields.check();
        return new Response.Bytes(
                302, "", new byte[0], Map.of("location", home + "?error=invalid_state"));
    }

    private static Response webhook(Request request) {
        String missing =
                WEBHOOK_HEADERS.stream()
                        .filter(name -> !request.headers().containsKey(name))
                        .map(
                                name ->
                                        "headers/"
                                                + name
                                                + " Invalid input: expected string, received"
                                                + " undefined")
                        .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new BadRequest(missing);
        }
        return Response.error(500, "Webhooks not configured");
    }
}
