package dev.roosthold.relay.doctor;

import dev.roosthold.relay.http.ServerCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The relay as others see it: it answers, at its address, its public one and the one of metrics;
/// or the ports are free when it does not run.
record NetworkCheck(Situation situation) implements Check {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration SKEW = Duration.ofMinutes(2);
    private static final String PAGE = "text/html";

    /// An answer, or why there is none.
    private record Seen(int status, String type, @Nullable String date, String failure) {
        boolean is(int wanted) {
            return status == wanted;
        }

        String told() {
            return status == 0 ? failure : "it answered " + status;
        }
    }

    @Override
    public List<Finding> run() {
        var found = new ArrayList<Finding>();
        try (HttpClient http = client().build()) {
            if (situation.held()) {
                try (HttpClient beside = beside()) {
                    relay(beside, found);
                    beside.shutdownNow();
                }
            } else {
                found.add(
                        Finding.skipped(
                                "relay", "none is running in " + situation.dataDirectory()));
                found.add(port("port", situation.host(), situation.port()));
                situation
                        .metricsPort()
                        .ifPresent(port -> found.add(port("metrics port", "127.0.0.1", port)));
            }
            publicUrl(http).ifPresent(found::add);
            http.shutdownNow();
        }
        return found;
    }

    private static HttpClient.Builder client() {
        return HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER);
    }

    /// For the relay on this computer, whose certificate is made out for its public name.
    private HttpClient beside() {
        HttpClient.Builder builder = client();
        if (situation.certificate().isPresent()) {
            try {
                builder.sslContext(ServerCertificate.read(situation.certificate().get()).trusted());
            } catch (IOException e) {
                // The check of the certificate tells.
            }
        }
        return builder.build();
    }

    private void relay(HttpClient http, List<Finding> found) {
        if (situation.running().isEmpty()) {
            found.add(
                    Finding.warning(
                            "relay",
                            "one is running and does not say where",
                            "It is just starting, or of an older version: restart it."));
            return;
        }
        RunningRelay relay = situation.running().get();
        URI address = URI.create(relay.address());
        Seen health = get(http, address.resolve("/health"), "*/*");
        found.add(
                health.is(200)
                        ? Finding.ok(
                                "relay",
                                "running at "
                                        + address
                                        + ", process "
                                        + relay.pid()
                                        + ", version "
                                        + relay.version())
                        : Finding.wrong(
                                "relay",
                                "process "
                                        + relay.pid()
                                        + " should be at "
                                        + address
                                        + ", "
                                        + health.told(),
                                health.status() == 0
                                        ? "See its log; if it hangs, stop it and start it again."
                                        : "See its log: "
                                                + address
                                                + "/health says what is wrong."));
        if (health.status() == 0) {
            return;
        }
        Seen ready = get(http, address.resolve("/ready"), "*/*");
        if (!ready.is(404)) {
            found.add(
                    ready.is(200)
                            ? Finding.ok("ready", "it takes requests")
                            : Finding.wrong(
                                    "ready",
                                    "it is not ready, " + ready.told(),
                                    "See " + address + "/ready and its log."));
        }
        Seen page = get(http, address.resolve("/"), PAGE);
        found.add(
                page.is(200) && page.type().startsWith(PAGE)
                        ? Finding.ok("page", "served")
                        : Finding.warning(
                                "page",
                                "the browser page is not served",
                                "The build has none; clients other than browsers work."));
        if (relay.metricsPort() >= 0) {
            Seen metrics =
                    get(
                            http,
                            URI.create("http://127.0.0.1:" + relay.metricsPort() + "/metrics"),
                            "*/*");
            found.add(
                    metrics.is(200)
                            ? Finding.ok("metrics", "served on port " + relay.metricsPort())
                            : Finding.wrong(
                                    "metrics",
                                    "port " + relay.metricsPort() + ": " + metrics.told(),
                                    "Choose another port with --metrics-port, or switch them off."));
        } else if (relay.metricsPort() == RunningRelay.TAKEN) {
            found.add(
                    Finding.warning(
                            "metrics",
                            "they are not served",
                            "Their port was taken when it started; --metrics-port chooses another."));
        }
    }

    private static Finding port(String name, String host, int port) {
        if (port == 0) {
            return Finding.skipped(name, "a free one is taken at the start");
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return Finding.ok(name, host + ":" + port + " is free");
        } catch (IOException e) {
            return Finding.wrong(
                    name,
                    host + ":" + port + " cannot be used: " + e.getMessage(),
                    "Another program has it, or this computer has no such address. Choose another"
                            + (name.equals("port") ? " with --port or --host." : "."));
        }
    }

    private Optional<Finding> publicUrl(HttpClient http) {
        Optional<URI> url =
                situation.running().isPresent()
                        ? Optional.ofNullable(situation.running().get().publicUrl())
                                .map(URI::create)
                        : situation.publicUrl();
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (!situation.held()) {
            return Optional.of(
                    Finding.skipped("public address", "looked at only while the relay runs"));
        }
        String base = url.get().toString();
        Seen seen = get(http, URI.create(base.replaceFirst("/+$", "") + "/health"), "*/*");
        if (!seen.is(200)) {
            return Optional.of(
                    Finding.wrong(
                            "public address",
                            base + " does not lead here from this computer: " + seen.told(),
                            "See the proxy, its certificate and the name in the DNS; some routers"
                                    + " let nobody inside use the outer address."));
        }
        return Optional.of(
                skewed(seen.date())
                        .map(
                                theirs ->
                                        Finding.warning(
                                                "public address",
                                                base + " answers, and its clock says " + theirs,
                                                "One of the two clocks is wrong."))
                        .orElseGet(() -> Finding.ok("public address", base + " leads here")));
    }

    private Optional<Instant> skewed(@Nullable String date) {
        if (date == null) {
            return Optional.empty();
        }
        try {
            Instant theirs =
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration skew = Duration.between(situation.clock().instant(), theirs).abs();
            return skew.compareTo(SKEW) > 0 ? Optional.of(theirs) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Seen get(HttpClient http, URI address, String accept) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(address)
                            .timeout(PATIENCE)
                            .header("Accept", accept)
                            .GET()
                            .build();
            HttpResponse<String> answer =
                    http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Seen(
                    answer.statusCode(),
                    answer.headers().firstValue("content-type").orElse(""),
                    answer.headers().firstValue("date").orElse(null),
                    "");
        } catch (IOException | IllegalArgumentException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Seen(0, "", null, "no answer (" + why + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Seen(0, "", null, "interrupted");
        }
    }
}
