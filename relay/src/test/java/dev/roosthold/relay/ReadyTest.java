package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `GET /ready`: whether work should be sent here.
@Timeout(60)
@Tag("file")
class ReadyTest {
    private RelayRig rig;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aRelayThatTakesWritesIsReadyAndTheProbeLeavesNothingBehind() {
        int before = pragma("page_count") - pragma("freelist_count");

        Answer answer = rig.api().get("/ready");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().toString()).isEqualTo("{\"ready\":true}");
        assertThat(pragma("page_count") - pragma("freelist_count")).isEqualTo(before);
        assertThat(rig.api().get("/health").text("status")).isEqualTo("ok");
        rig.restarts();
        assertThat(rig.api().get("/ready").status()).isEqualTo(200);
    }

    @Test
    void aFullDiskShowsAndHeals() {
        int pages = pragma("page_count");
        pragma("max_page_count = " + pages);

        Answer full = rig.api().get("/ready");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.body().path("ready").asBoolean(true)).isFalse();
        assertThat(full.text("reason")).contains("the disk is full");

        pragma("max_page_count = 1000000");
        await().until(() -> rig.api().get("/ready").status() == 200);
        assertThat(rig.signsUp().token()).isNotEmpty();
    }

    @Test
    void aDatabaseThatAnotherProgramHoldsShowsAndHeals() throws Exception {
        var file = rig.config().dataDirectory().resolve("relay.db");
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            Answer held = rig.api().get("/ready");
            assertThat(held.status()).isEqualTo(503);
            assertThat(held.text("reason")).isEqualTo("the database did not answer in time");
            assertThat(rig.api().get("/health").status()).as("it can be read").isEqualTo(200);
            statement.executeUpdate("COMMIT");
        }
        await().until(() -> rig.api().get("/ready").status() == 200);
    }

    @Test
    void whoeverAsksIsToldBeforeTheRelayAcceptsNothingMore() throws Exception {
        List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
        var asked = new CountDownLatch(3);
        Thread balancer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        while (true) {
                                            answers.add(rig.api().get("/ready"));
                                            asked.countDown();
                                        }
                                    } catch (AssertionError gone) {
                                        // Connections are refused.
                                    }
                                });
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        rig.relay().close();

        assertThat(balancer.join(Duration.ofSeconds(10))).isTrue();
        assertThat(answers.getFirst().status()).isEqualTo(200);
        assertThat(answers.getLast().status()).isEqualTo(503);
        assertThat(answers.getLast().body().toString())
                .isEqualTo("{\"ready\":false,\"reason\":\"stopping\"}");
    }

    @Test
    void askingOftenWritesSeldom() {
        try (var watched = RelayRig.start(config -> config.withMetricsPort(0))) {
            Api metrics =
                    new Api(
                            watched.http(),
                            java.net.URI.create(
                                    "http://127.0.0.1:"
                                            + watched.relay().metricsPort().orElseThrow()),
                            java.util.Optional.empty(),
                            Map.of());
            double before = commits(metrics);
            long begun = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                assertThat(watched.api().get("/ready").status()).isEqualTo(200);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(commits(metrics) - before).isBetween(1.0, seconds + 2);
        }
    }

    private static double commits(Api metrics) {
        return Scrape.of(metrics).value("roost_store_commit_seconds_count");
    }

    private int pragma(String text) {
        return rig.relay()
                .store()
                .writeNow(tx -> tx.first("PRAGMA " + text, row -> row.getInt(1)))
                .orElseThrow();
    }
}
