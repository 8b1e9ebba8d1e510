package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the metrics promise to somebody who keeps a relay running.
@Timeout(60)
class WatchedRelayTest {
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
    }

    @Test
    void theDocumentNamesExactlyWhatIsServed() throws IOException {
        ada.page().connected().settled();
        await().until(() -> scrape().series().stream().anyMatch(s -> s.startsWith("http_")));

        // A relay that is alone has nothing to say of others; ClusterTest has the whole.
        Map<String, String> documented = MetricsDocument.families();
        assertThat(documented.keySet().removeIf(name -> name.startsWith("roost_cluster_")))
                .isTrue();
        if (TestDatabase.isPostgres()) {
            assertThat(documented.remove("roost_disk_free_bytes")).isNotNull();
        }
        assertThat(documented).isEqualTo(scrape().families());
    }

    @Test
    void thePresentStateIsServed() {
        String machine = rig.machineId();
        ada.makesMachine(machine);
        Client daemon = ada.daemon(machine).connected();
        daemon.send("machine-alive", Map.of("machineId", machine, "time", rig.now()));
        daemon.settled();

        Scrape now = scrape();
        assertThat(now.value("roost_ready")).isEqualTo(1);
        assertThat(now.value("roost_machines_active")).isEqualTo(1);
        assertThat(now.value("roost_sessions_active")).isZero();
        assertThat(now.value("roost_store_last_write_stored")).isEqualTo(1);
        assertThat(now.value("roost_store_failed_writes_total")).isZero();
        assertThat(now.value("roost_store_write_seconds_count")).isPositive();
        assertThat(now.value("roost_store_bytes{file=\"database\"}")).isPositive();
        if (!TestDatabase.isPostgres()) {
            assertThat(now.value("roost_disk_free_bytes")).isPositive();
        }
        assertThat(now.value("jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
        assertThat(now.value("process_start_time_seconds"))
                .isBetween(1.7e9, System.currentTimeMillis() / 1e3);
        assertThat(now.value("database_records_total{table=\"devices\"}")).isEqualTo(1);
        assertThat(now.text()).contains("roost_build_info{java=\"25");
    }

    @Test
    @Tag("file")
    void theAgeOfTheLatestBackupIsServedWithoutARestart() throws IOException {
        assertThat(scrape().value("roost_last_backup_timestamp_seconds")).isZero();

        Path place = Files.createTempDirectory("watched-backup");
        new Operator(rig.config()).backup(place.resolve("b.tar.gz"), false);
        assertThat(scrape().value("roost_last_backup_timestamp_seconds"))
                .isEqualTo(rig.now() / 1_000);

        rig.clock().pass(Duration.ofDays(1));
        new Operator(rig.config()).backup(place.resolve("c.tar.gz"), false);
        assertThat(scrape().value("roost_last_backup_timestamp_seconds"))
                .isEqualTo(rig.now() / 1_000);
        Files.delete(place.resolve("b.tar.gz"));
        Files.delete(place.resolve("c.tar.gz"));
        Files.delete(place);
    }

    @Test
    @Tag("file")
    void refusedSocketsAndWritesThatFailAreCounted() {
        assertThat(rig.connect(Map.of("token", "wrong")).outcome()).contains("Invalid");
        assertThat(rig.connect(Map.of("clientType", "x")).outcome()).contains("Missing");
        Client page = ada.page().connected();
        page.breaks();
        await().until(
                        () ->
                                scrape().value(
                                                        "roost_socket_disconnects_total{reason=\"transport-close\"}")
                                        == 1);
        assertThat(scrape().value("roost_socket_refusals_total{reason=\"invalid-token\"}"))
                .isEqualTo(1);
        assertThat(scrape().value("roost_socket_refusals_total{reason=\"no-token\"}")).isEqualTo(1);

        pragma("max_page_count = " + pragma("page_count"));
        assertThat(saves(0, "x".repeat(60_000))).isEqualTo(500);
        assertThat(scrape().value("roost_store_failed_writes_total")).isEqualTo(1);
        assertThat(scrape().value("roost_store_last_write_stored")).isZero();
        pragma("max_page_count = 1000000");
        assertThat(saves(0, "x")).isEqualTo(200);
        assertThat(scrape().value("roost_store_last_write_stored")).isEqualTo(1);
    }

    /// Everything that a client chooses is different in the second round.
    @Test
    void hostileClientsAddNoSeries() {
        hostileRound(1);
        await().until(() -> counted("other", "(none)") == 40);
        Set<String> before = scrape().series();

        hostileRound(2);
        await().until(() -> counted("other", "(none)") == 80);

        assertThat(scrape().series()).isEqualTo(before);
        assertThat(before).hasSizeLessThan(1_000);
    }

    private void hostileRound(int seed) {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            String made = "m" + Long.toHexString(random.nextLong());
            Api api = ada.api().with("X-Happy-Client", made + "/" + made);
            api.get("/" + made);
            api.get("/v1/machines/" + made);
            api.get("/v1/machines?" + made + "=" + made);
            api.delete("/v1/push-tokens/" + made);
            api.post("/v1/connect/" + made + "/register", Map.of("token", made));
            api.raw("POST", "/v1/kv", "{\"" + made);
            api.raw("POST", "/v1/sessions", "{}", "text/" + made);
            api.as(made).get("/v1/sessions");
            api.call(made.toUpperCase(java.util.Locale.ROOT), "/v1/sessions", null);
        }
        for (int i = 0; i < 4; i++) {
            String made = "m" + Long.toHexString(random.nextLong());
            assertThat(rig.connect(Map.of("token", made, "clientType", made)).outcome())
                    .contains("Invalid");
            var auth = new HashMap<String, Object>();
            auth.put("token", ada.token());
            auth.put("clientType", made);
            auth.put("happyClient", made);
            auth.put("appState", made);
            Client socket = rig.connect(auth).connected();
            socket.send(made, Map.of(made, made));
            socket.send("rpc-register", Map.of("method", made + ":" + made));
            socket.ask("rpc-call", Map.of("method", "absent-" + made, "params", made));
            socket.send("update-metadata", Map.of("sid", made));
            socket.settled();
            socket.leaves();
        }
        await().until(() -> scrape().value("roost_sockets{scope=\"user-scoped\"}") == 0);
    }

    private int saves(int version, String settings) {
        var body = Map.of("settings", settings, "expectedVersion", version);
        return ada.api().post("/v1/account/settings", body).status();
    }

    private double counted(String method, String route) {
        return scrape().value(
                        "http_requests_total{client=\"other\",client_type=\"other\",method=\"%s\",route=\"%s\",status=\"404\"}"
                                .formatted(method, route));
    }

    /// Only the file can be made too small for what is written.
    private int pragma(String text) {
        return rig.relay()
                .store()
                .writeNow(tx -> tx.first("PRAGMA " + text, row -> row.getInt(1)))
                .orElseThrow();
    }

    private Scrape scrape() {
        var base = URI.create("http://127.0.0.1:" + rig.relay().metricsPort().orElseThrow());
        return Scrape.of(new Api(rig.http(), base, Optional.empty(), Map.of()));
    }
}
