package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class Section15MetricsTest {
    @TempDir private Path folder;

    @Test
    void countersBeginAtZeroAndCount() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start();
            JsonNode before = a.client().call("daemon.metrics", "{\"format\":\"json\"}");
            assertThat(before.path("caro_sync_push_total").asInt(-1)).isZero();
            assertThat(before.path("caro_sync_state").asInt(-1)).isZero();
            a.init(1);
            a.client()
                    .call(
                            "sync.push",
                            Entries.push(
                                    Entries.command(Entries.id()), Entries.command(Entries.id())));
            a.client().call("sync.pull");
            a.awaitSent();
            JsonNode after = a.client().call("daemon.metrics", "{\"format\":\"json\"}");
            assertThat(after.path("caro_sync_push_total").asInt()).isEqualTo(1);
            assertThat(after.path("caro_sync_push_entries_total").asInt()).isEqualTo(2);
            assertThat(after.path("caro_sync_pull_total").asInt()).isEqualTo(1);
            assertThat(after.path("caro_sync_latency_ms").path("count").asInt()).isEqualTo(2);
            assertThat(after.path("caro_sync_state").asInt()).isEqualTo(2);
            assertThat(after.path("caro_sync_reconnects_total").asInt(-1)).isZero();
            assertThat(a.client().code("daemon.metrics", "{\"format\":\"xml\"}")).isEqualTo(-32602);
        }
    }

    @Test
    void theTextIsThatOfPrometheus() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            JsonNode result = a.client().call("daemon.metrics");
            assertThat(result.path("contentType").stringValue())
                    .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            String body = result.path("body").stringValue();
            assertThat(body).endsWith("\n");
            Set<String> typed = new HashSet<>();
            for (String line : body.split("\n", -1)) {
                if (line.startsWith("# TYPE ")) {
                    typed.add(line.split(" ", -1)[2]);
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    assertThat(line).matches("[a-z_]+(\\{[^}]*})? [0-9.E+-]+");
                    String name =
                            line.replaceAll("[{ ].*", "").replaceAll("_(bucket|sum|count)$", "");
                    assertThat(typed).contains(name);
                }
            }
            assertThat(typed)
                    .contains(
                            "caro_sync_push_total",
                            "caro_sync_pull_total",
                            "caro_sync_latency_ms",
                            "caro_sync_queue_size",
                            "caro_sync_push_entries_total",
                            "caro_sync_queue_failed",
                            "caro_sync_superseded_total",
                            "caro_sync_reconnects_total",
                            "caro_sync_state",
                            "caro_sync_ipc_request_duration_ms");
            assertThat(body).contains("caro_sync_latency_ms_bucket{le=\"+Inf\"} 0");
        }
    }

    @Test
    void theyAreServedOnTheLoopbackAddressOnlyWhenAsked() throws Exception {
        try (var rig = new Rig(folder);
                var http = HttpClient.newHttpClient()) {
            Rig.Device a = rig.device("a").option("--metrics-listen", "127.0.0.1:0").start();
            int port = a.daemon().metricsPort().orElseThrow();
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                            .build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("caro_sync_state 0");
            Rig.Device b = rig.device("b").start();
            assertThat(b.daemon().metricsPort()).isEmpty();
        }
    }
}
