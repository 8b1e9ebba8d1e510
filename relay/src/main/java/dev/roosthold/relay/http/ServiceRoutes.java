package dev.roosthold.relay.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// `GET /`, `GET /health` and `GET /ready`.
final class ServiceRoutes {
    /// Clients recognise a server of the protocol by this text.
    private static final String BANNER = "Welcome to Happy Server!";

    private static final String SERVICE = "happy-server";

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final WebFiles web;
    private final HealthCheck health;

    ServiceRoutes(WebFiles web, HealthCheck health) {
        this.web = web;
        this.health = health;
    }

    void register(Routes routes) {
        routes.open("GET", "/", this::root);
        routes.open("GET", "/health", _ -> health());
        routes.open("GET", "/ready", _ -> ready());
    }

    private Response root(Request request) {
        Optional<Response> page =
                Accept.prefersHtml(request.headers().getOrDefault("accept", ""))
                        ? web.index(request.headers())
                        : Optional.empty();
        return page.orElseGet(
                () ->
                        new Response.Bytes(
                                200,
                                "text/plain; charset=utf-8",
                                BANNER.getBytes(StandardCharsets.UTF_8),
                                Map.of("vary", "Accept", "cache-control", "no-cache")));
    }

    private Response ready() {
        return health.unready()
                .<Response>map(
                        reason -> {
                            var body = new LinkedHashMap<String, Object>();
                            body.put("ready", false);
                            body.put("reason", reason);
                            return new Response.Json(503, body);
                        })
                .orElseGet(() -> Response.ok(Map.of("ready", true)));
    }

    private Response health() {
        Optional<String> failure = health.failure();
        var body = new LinkedHashMap<String, Object>();
        body.put("status", failure.isEmpty() ? "ok" : "error");
        body.put("timestamp", TIME.format(Instant.now()));
        body.put("service", SERVICE);
        failure.ifPresent(reason -> body.put("error", reason));
        return new Response.Json(failure.isEmpty() ? 200 : 503, body);
    }
}
