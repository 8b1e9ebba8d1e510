package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.sync.replica.RelayFailure;
import dev.roosthold.sync.replica.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class Section11RetryTest {
    @TempDir private Path folder;

    private static List<Long> waits(RelayFailure failure) {
        var waits = new ArrayList<Long>();
        for (int attempt = 1; attempt < 20; attempt++) {
            Optional<Duration> wait = RetryPolicy.retry(failure, attempt);
            if (wait.isEmpty()) {
                break;
            }
            waits.add(wait.get().toSeconds());
        }
        return waits;
    }

    @Test
    void everyRowOfTheTable() {
        assertThat(waits(new RelayFailure.Network(""))).containsExactly(1L, 2L, 4L, 8L);
        assertThat(waits(new RelayFailure.RateLimited(Duration.ofSeconds(7))))
                .containsExactly(7L, 7L);
        assertThat(waits(new RelayFailure.Authentication(401))).isEmpty();
        assertThat(waits(new RelayFailure.Invalid(400))).isEmpty();
        assertThat(waits(new RelayFailure.Server(503))).containsExactly(1L, 2L);
    }

    @Test
    void reconnectingWaitsLongerUpToAMinuteForEver() {
        int[] seconds = {1, 2, 4, 8, 16, 32, 60, 60, 60};
        for (int i = 0; i < seconds.length; i++) {
            for (int seed = 0; seed < 50; seed++) {
                assertThat(RetryPolicy.reconnect(i, new Random(seed)).toMillis())
                        .isBetween(seconds[i] * 800L, seconds[i] * 1200L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void anAuthenticationRefusalIsNotTriedAgain(int status) throws Exception {
        try (var rig = new Rig(folder);
                var relay = new FakeRelay(status)) {
            Rig.Device a = rig.device("a").relay(relay.address()).start();
            JsonNode error = a.init(1).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32002);
            assertThat(error.path("data").path("state").stringValue()).isEqualTo("OFFLINE");
            assertThat(error.path("data").path("identityStored").asBoolean()).isTrue();
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            assertThat(relay.asked).hasSize(1);
            JsonNode health = a.client().call("daemon.health");
            assertThat(health.path("healthy").asBoolean()).isFalse();
            assertThat(health.path("queue").path("pending").asInt()).isEqualTo(1);
            assertThat(a.client().code("sync.now", "{}")).isEqualTo(-32003);
            assertThat(relay.asked).hasSize(2);
            a.client().call("sync.resume");
            await().atMost(Rig.SOON).until(() -> relay.asked.size() == 3);
        }
    }

    @Test
    void aServerErrorIsTriedThreeTimesAndThenTheRowFails() {
        try (var rig = new Rig(folder);
                var relay = new FakeRelay(503)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            a.stop();
            a.relay(relay.address()).start();
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                                    .call("daemon.health")
                                                    .path("queue")
                                                    .path("failed")
                                                    .asInt()
                                            == 1);
            assertThat(relay.asked.size()).isEqualTo(3);
            assertThat(relay.asked.get(1) - relay.asked.get(0)).isBetween(950L, 2500L);
            assertThat(relay.asked.get(2) - relay.asked.get(1)).isBetween(1950L, 4000L);
            JsonNode row = a.client().call("queue.list").path("items").get(0);
            assertThat(row.path("errorCode").stringValue()).isEqualTo("SERVER_ERROR");
        }
    }

    @Test
    void aRateLimitIsObeyedAndTriedThreeTimes() {
        try (var rig = new Rig(folder);
                var relay = new FakeRelay(429)) {
            relay.retryAfter = "2";
            Rig.Device a = rig.device("a").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            a.stop();
            a.relay(relay.address()).start();
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                                    .call("daemon.health")
                                                    .path("queue")
                                                    .path("failed")
                                                    .asInt()
                                            == 1);
            assertThat(relay.asked.size()).isEqualTo(3);
            assertThat(relay.asked.get(1) - relay.asked.get(0)).isBetween(1900L, 4000L);
            JsonNode row = a.client().call("queue.list").path("items").get(0);
            assertThat(row.path("errorCode").stringValue()).isEqualTo("RATE_LIMITED");
        }
    }

    @Test
    void invalidDataFailsAtOnce() {
        try (var rig = new Rig(folder);
                var relay = new FakeRelay(400)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            a.stop();
            a.relay(relay.address()).start();
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                            .call("queue.list", "{\"status\":\"failed\"}")
                                            .path("items")
                                            .path(0)
                                            .path("errorCode")
                                            .asString("")
                                            .equals("INVALID_DATA"));
            assertThat(relay.asked.size()).isEqualTo(1);
        }
    }
}
