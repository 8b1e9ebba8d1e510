package dev.roosthold.relay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsNamesTest {
    private final Metrics metrics = new Metrics();

    @Test
    void everyNameOfTheHappyServerIsThere() {
        assertThat(print())
                .contains(
                        "session_alive_events_total 0.0",
                        "machine_alive_events_total 0.0",
                        "session_cache_operations_total 0.0",
                        "database_updates_skipped_total 0.0",
                        "rpc_calls_total{",
                        "rpc_call_duration_seconds_count{",
                        "rpc_lookup_retries 0.0",
                        "rpc_fetchsockets_timeouts_total 0.0",
                        "redis_stream_lag_ms 0.0");
    }

    @Test
    void callsAreCountedByTheirResult() {
        metrics.rpc().answered(RpcMetrics.Result.SUCCESS, Duration.ofMillis(2));
        metrics.rpc().answered(RpcMetrics.Result.SUCCESS, Duration.ofSeconds(2));
        metrics.rpc().answered(RpcMetrics.Result.TARGET_DISCONNECTED, Duration.ZERO);
        assertThat(print())
                .contains(
                        "rpc_calls_total{result=\"success\"} 2.0",
                        "rpc_calls_total{result=\"target_disconnected\"} 1.0",
                        "rpc_calls_total{result=\"timeout\"} 0.0",
                        "rpc_call_duration_seconds_sum{result=\"success\"} 2.002",
                        "rpc_call_duration_seconds_bucket{result=\"success\",le=\"0.005\"} 1");
    }

    @ParameterizedTest
    @CsvSource({
        "cli-daemon/1.2.5,cli-daemon,cli",
        "CLI/1,cli,cli",
        "ios/1.7.0,ios,mobile",
        "web,web,web",
        "roost-daemon/0.1,roost-daemon,roost",
        "'',none,none",
        "/,other,other",
        "web\u0000/1,other,other",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/1,other,other"
    })
    void aClientIsOneOfTheKnownKinds(String header, String client, String type) {
        assertThat(ClientKind.of(header)).isEqualTo(new ClientKind(client, type));
    }

    private String print() {
        return new String(metrics.print(), StandardCharsets.UTF_8);
    }
}
