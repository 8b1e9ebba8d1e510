package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.limits.Rate;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// More writes come than may wait for the disk.
@Tag("file")
@Timeout(60)
class OverloadTest {
    /// The store takes 10,000.
    private static final int SOCKETS = 45;

    private static final int MESSAGES = 250;

    private final RelayRig rig =
            RelayRig.start(
                    config ->
                            config.withMetricsPort(0)
                                    .withLimits(
                                            config.limits()
                                                    .withSocketEvents(new Rate(100_000, 100_000))));

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void whoWantsNoAnswerWaitsAndLosesNothingAndKeepsItsOrder() throws Exception {
        Person ada = rig.signsUp();
        List<String> sessions = new ArrayList<>();
        List<RawSocket> sockets = new ArrayList<>();
        for (int i = 0; i < SOCKETS; i++) {
            String session = ada.makesSession("s" + i);
            sessions.add(session);
            sockets.add(
                    new RawSocket(
                            rig.http(),
                            rig.relay().address(),
                            Map.of(
                                    "token",
                                    ada.token(),
                                    "clientType",
                                    "session-scoped",
                                    "sessionId",
                                    session),
                            (_, _) -> {}));
        }
        try (Connection other = holdsTheDisk()) {
            for (int n = 0; n < MESSAGES; n++) {
                for (int i = 0; i < SOCKETS; i++) {
                    sockets.get(i)
                            .send(
                                    "2[\"message\",{\"sid\":\"%s\",\"message\":\"m%d\"}]"
                                            .formatted(sessions.get(i), n));
                }
            }
            await().atMost(Duration.ofSeconds(4)).until(() -> waiting() >= 10_000);
            other.close();
        }
        for (String session : sessions) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () ->
                                    assertThat(contents(ada, session))
                                            .containsExactlyElementsOf(expected()));
        }
        sockets.forEach(RawSocket::breaks);
    }

    private static List<String> expected() {
        List<String> expected = new ArrayList<>();
        for (int n = 0; n < MESSAGES; n++) {
            expected.add("m" + n);
        }
        return expected;
    }

    private static List<String> contents(Person person, String session) {
        return person.api()
                .get("/v3/sessions/" + session + "/messages?after_seq=0&limit=500")
                .body()
                .path("messages")
                .valueStream()
                .map(message -> message.path("content").path("c").asString())
                .toList();
    }

    private double waiting() {
        var address = URI.create("http://127.0.0.1:" + rig.relay().metricsPort().orElseThrow());
        return Scrape.of(new Api(rig.http(), address, Optional.empty(), Map.of()))
                .value("roost_store_waiting_writes");
    }

    /// Another process that writes to the same file: every commit of the relay waits.
    private Connection holdsTheDisk() throws SQLException {
        Connection other =
                DriverManager.getConnection(
                        "jdbc:sqlite:" + rig.config().dataDirectory().resolve("relay.db"));
        try (Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
        }
        return other;
    }
}
