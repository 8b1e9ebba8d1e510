package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start(config -> config.withMetricsPort(0));
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
        http.close();
    }

    @Test
    void metricsHaveAPortOfTheirOwnAndNothingElseIsThere() {
        var metrics = get(metricsPort(), "/metrics");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("content-type").orElse(""))
                .startsWith("text/plain; version=0.0.4");
        for (String path : List.of("/", "/health", "/v1/machines", "/metrics/")) {
            assertThat(get(metricsPort(), path).statusCode()).as(path).isEqualTo(404);
        }
        var api = get(rig.relay().port(), "/metrics");
        assertThat(api.statusCode()).isEqualTo(404);
        assertThat(api.body())
                .contains("\"error\":\"Not found\"")
                .contains("\"path\":\"/metrics\"")
                .contains("\"method\":\"GET\"");
    }

    @Test
    void metricsAreOffUnlessAskedFor() {
        try (var other = RelayRig.start()) {
            assertThat(other.relay().metricsPort()).isEmpty();
        }
    }

    @Test
    void aTakenPortIsWarnedAboutAndTheRelayServes() {
        int taken = metricsPort();
        try (var other = RelayRig.start(config -> config.withMetricsPort(taken))) {
            assertThat(other.relay().metricsPort()).isEmpty();
            assertThat(other.signsUp().token()).isNotEmpty();
        }
        assertThat(value("database_records_total{table=\"accounts\"}")).isEqualTo(1);
    }

    @Test
    void requestsAreCountedByRouteAndNoTextOfAClientGetsIn() {
        ada.api().get("/v1/machines/my-secret-machine");
        ada.api().get("/v1/made-up-path");
        ada.api().with("X-Happy-Client", "made-up-client/1").get("/v1/machines");
        ada.api().with("X-Happy-Client", "cli-daemon/1.2.5").get("/v1/machines");
        ada.api().call("MADEUP", "/v1/machines", null);
        rig.api().get("/v1/machines");

        counts(request("GET", "/v1/machines/:id", 404, "none", "none"), 1);
        counts(request("GET", "(none)", 404, "none", "none"), 1);
        counts(request("GET", "/v1/machines", 200, "other", "other"), 1);
        counts(request("GET", "/v1/machines", 200, "cli-daemon", "cli"), 1);
        counts(request("other", "(none)", 404, "none", "none"), 1);
        counts(request("GET", "/v1/machines", 401, "none", "none"), 1);
        counts(
                request("GET", "/v1/machines", 401, "none", "none")
                        .replace("http_requests_total", "http_request_duration_seconds_count"),
                1);
        assertThat(scrape())
                .doesNotContain("secret-machine", "made-up", "MADEUP", ada.token(), ada.account());
    }

    @Test
    void theNumberOfSeriesDoesNotGrowWithWhatClientsSay() {
        ada.api().with("X-Happy-Client", "kind0/0").get("/v1/nope0");
        counts(request("GET", "(none)", 404, "other", "other"), 1);
        long before = scrape().lines().count();
        for (int i = 1; i < 50; i++) {
            ada.api().with("X-Happy-Client", "kind" + i + "/" + i).get("/v1/nope" + i);
        }
        counts(request("GET", "(none)", 404, "other", "other"), 50);
        assertThat(scrape().lines().count()).isEqualTo(before);
    }

    @Test
    void socketsAreCountedByScopeAndEventsByTheirRegisteredName() {
        String machine = rig.machineId();
        ada.makesMachine(machine);
        var auth = new HashMap<>(ada.daemonAuth(machine));
        auth.put("happyClient", "cli-daemon/1.2.5");
        Client daemon = rig.connect(auth).connected();
        Client page = ada.page().connected();
        counts("roost_sockets{scope=\"user-scoped\"}", 1);
        counts("roost_sockets{scope=\"machine-scoped\"}", 1);
        counts("roost_sockets{scope=\"session-scoped\"}", 0);
        counts(
                "websocket_connections_total{client=\"cli-daemon\",client_type=\"cli\",type=\"machine-scoped\"}",
                1);

        daemon.send("machine-alive", Map.of("machineId", machine, "time", rig.now()));
        daemon.send("made-up-event", Map.of());
        daemon.settled();
        counts(
                "websocket_events_total{client=\"cli-daemon\",client_type=\"cli\",event_type=\"machine-alive\"}",
                1);
        counts(
                "websocket_events_total{client=\"cli-daemon\",client_type=\"cli\",event_type=\"ping\"}",
                1);
        counts("machine_alive_events_total", 1);
        counts("session_alive_events_total", 0);
        assertThat(scrape()).doesNotContain("made-up", machine);

        page.leaves();
        counts("roost_sockets{scope=\"user-scoped\"}", 0);
    }

    @Test
    void commitsUpdatesAndRecordsAreCounted() {
        double commits = value("roost_store_commit_seconds_count");
        ada.api().post("/v1/account/settings", Map.of("settings", "x", "expectedVersion", 0));
        ada.api().post("/v1/account/settings", Map.of("settings", "y", "expectedVersion", 0));
        ada.makesMachine(rig.machineId());

        assertThat(value("roost_store_commit_seconds_count")).isGreaterThan(commits);
        assertThat(value("roost_store_group_size_count"))
                .isEqualTo(value("roost_store_commit_seconds_count"));
        assertThat(value("roost_updates_appended_total")).isGreaterThanOrEqualTo(2);
        assertThat(value("roost_store_waiting_writes")).isZero();
        // Read above already, and counted anew after half a minute.
        rig.clock().pass(Duration.ofSeconds(30));
        assertThat(value("database_records_total{table=\"machines\"}")).isEqualTo(1);
        assertThat(value("database_records_total{table=\"accounts\"}")).isEqualTo(1);
        assertThat(value("database_records_total{table=\"messages\"}")).isZero();
    }

    @Test
    void aStoppedRelayLeavesItsMetricsPort() {
        int port = metricsPort();
        rig.relay().close();
        try (var other = RelayRig.start(config -> config.withMetricsPort(port))) {
            assertThat(other.relay().metricsPort()).hasValue(port);
        }
    }

    private static String request(
            String method, String route, int status, String client, String type) {
        return "http_requests_total{client=\"%s\",client_type=\"%s\",method=\"%s\",route=\"%s\",status=\"%d\"}"
                .formatted(client, type, method, route, status);
    }

    /// What is counted when an answer leaves may show a moment after it has arrived.
    private void counts(String series, double expected) {
        await().alias(series).until(() -> value(series) == expected);
    }

    /// NaN for a series that is not there.
    private double value(String series) {
        return scrape().lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private String scrape() {
        return get(metricsPort(), "/metrics").body();
    }

    private int metricsPort() {
        return rig.relay().metricsPort().orElseThrow();
    }

    private HttpResponse<String> get(int port, String path) {
        var uri = URI.create("http://127.0.0.1:" + port + path);
        try {
            return http.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                    BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("not answered", e);
        }
    }
}
