package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.watch.ProbeLog;
import dev.roosthold.relay.watch.RefusalLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// What the log says of those who are not let in.
@Timeout(60)
class RefusalLogTest {
    private final Lines lines = new Lines();
    private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLog.class);
    private final Logger probes = (Logger) LoggerFactory.getLogger(ProbeLog.class);

    /// Message and named values of each line.
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        probes.addAppender(lines);
        probes.setLevel(Level.INFO);
        probes.setAdditive(false);
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
    }

    @AfterEach
    void leave() {
        probes.setAdditive(true);
        probes.setLevel(null);
        probes.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
        logger.detachAppender(lines);
    }

    @Test
    void whoAsksForWhatIsNotTheirsIsInTheLog() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            var machine = EnrolledMachine.of(ada);
            assertThat(machine.api().get("/v1/devices").status()).isEqualTo(403);
            assertThat(rig.api().as("a".repeat(43)).get("/v1/kv/some-key").status()).isEqualTo(401);
            assertThat(rig.api().get("/v1/machines").status()).isEqualTo(401);
            assertThat(rig.connect(Map.of("token", machine.bearer())).outcome())
                    .contains("machine credential");

            logged("request refused", "at=\"/v1/devices\"", "not permitted", "\"127.0.0.1\"");
            logged("request refused", "at=\"/v1/kv/:key\"", "no valid token", "\"127.0.0.1\"");
            logged("request refused", "at=\"/v1/machines\"", "no valid token");
            logged("sign-in refused", "at=\"socket\"", "machine credential");
            assertThat(lines.all)
                    .noneMatch(line -> line.contains(machine.bearer()))
                    .noneMatch(line -> line.contains("a".repeat(43)))
                    .noneMatch(line -> line.contains("some-key"));
        }
    }

    @Test
    void whoExceedsALimitIsInTheLog() {
        try (var rig = front(front -> limits(front, new Rate(5, 1)))) {
            Person ada = rig.signsUp();
            while (ada.api().get("/v1/machines").status() == 200) {}
            logged("request refused", "at=\"/v1/machines\"", "too many requests");
        }
    }

    @Test
    void whoSendsWhatIsNoRequestIsInTheLog() {
        try (var rig = RelayRig.start()) {
            Api ada = rig.signsUp().api();
            assertThat(ada.raw("POST", "/v1/kv", "{\"mutations\":\"hidden\"}").status())
                    .isEqualTo(400);
            assertThat(ada.raw("POST", "/v1/machines", "x", "text/hidden").status()).isEqualTo(415);
            logged("request refused", "at=\"/v1/kv\"", "malformed request", "\"127.0.0.1\"");
            logged("request refused", "at=\"/v1/machines\"", "malformed request");
            assertThat(lines.all).noneMatch(line -> line.contains("hidden"));
        }
    }

    @Test
    void aSocketThatSendsTooFastIsInTheLog() {
        try (var rig =
                RelayRig.start(
                        config ->
                                config.withLimits(
                                        config.limits().withSocketEvents(new Rate(5, 1))))) {
            Client page = rig.signsUp().page().connected();
            for (int i = 0; i < 20; i++) {
                page.ask("artifact-read", Map.of("artifactId", "x"));
            }
            logged("request refused", "at=\"socket\"", "too many events", "\"127.0.0.1\"");
        }
    }

    @Test
    void aSocketThatSendsWhatIsNoEventOfTheProtocolIsInTheLog() {
        try (var rig = RelayRig.start()) {
            Client page = rig.signsUp().page().connected();
            page.ask("artifact-read", Map.of("artifactId", 7, "other", "hidden"));
            logged("request refused", "at=\"artifact-read\"", "malformed event", "\"127.0.0.1\"");
            for (int i = 0; i < 100; i++) {
                page.ask("artifact-read", Map.of("artifactId", List.of("hidden")));
            }
            assertThat(lines.all).noneMatch(line -> line.contains("hidden")).hasSizeLessThan(30);
        }
    }

    @Test
    void aDeviceThatTriesOutIdsIsInTheLogWhetherOrNotSomebodyHasThem() {
        try (var rig = RelayRig.start(config -> config.withMetricsPort(0))) {
            Person ada = rig.signsUp();
            String hers = ada.makesSession("hers");
            for (String id : List.of(hers, "nobodys-session")) {
                lines.all.clear();
                Person eve = rig.signsUp();
                Client page = eve.page().connected();
                for (int i = 0; i < ProbeLog.USUAL_MISSES / 2; i++) {
                    String path = "/v1/sessions/" + id + "/messages";
                    assertThat(eve.api().get(path).status()).isEqualTo(404);
                }
                assertThat(lines.all).noneMatch(line -> line.contains("not there"));
                var message = Map.of("sid", id, "message", "c2VhbGVk");
                for (int i = 0; i < ProbeLog.USUAL_MISSES; i++) {
                    page.ask("message", message);
                }
                String device = eve.api().get("/v1/devices").body().path(0).path("id").asString();
                logged("a device asks for much that is not there", device, "\"127.0.0.1\"");
                assertThat(lines.all)
                        .noneMatch(line -> line.contains(id))
                        .filteredOn(line -> line.contains("not there"))
                        .hasSize(1);
            }
            int port = rig.relay().metricsPort().orElseThrow();
            var metrics =
                    new Api(
                            rig.http(),
                            URI.create("http://127.0.0.1:" + port),
                            Optional.empty(),
                            Map.of());
            assertThat(Scrape.of(metrics).value("roost_probes_total")).isEqualTo(2);
        }
    }

    @Test
    void whoAsksForWhatIsNotTheirsNowAndThenIsNotCalledAProbe() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            for (int minute = 0; minute < 3; minute++) {
                // One less than may be: the last answer of a minute may be counted in the next.
                for (int i = 0; i < ProbeLog.USUAL_MISSES - 2; i++) {
                    ada.api().get("/v1/machines/none");
                }
                rig.clock().pass(java.time.Duration.ofMinutes(1));
            }
            assertThat(lines.all).noneMatch(line -> line.contains("not there"));
        }
    }

    @Test
    void whoIsTurnedAwayBeforeTheRequestIsReadIsInTheLog() throws Exception {
        try (var rig =
                front(
                        front ->
                                front.withAllowedOrigins(List.of("https://app.example"))
                                        .withLimits(front.limits().withConnectionsPerAddress(6)))) {
            assertThat(
                            send(
                                    rig,
                                    String.join(
                                            "\r\n",
                                            "POST /v1/auth HTTP/1.1",
                                            "Host: x",
                                            "Content-Length: 3",
                                            "Transfer-Encoding: chunked",
                                            "",
                                            "0",
                                            "",
                                            "")))
                    .startsWith("HTTP/1.1 400 ");
            logged("request refused", "at=\"(none)\"", "malformed request", "\"127.0.0.1\"");
            String foreign = "GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\n\r\n";
            assertThat(send(rig, foreign)).startsWith("HTTP/1.1 403 ");
            logged("request refused", "at=\"(none)\"", "origin not allowed", "\"127.0.0.1\"");
            assertThat(lines.all).noneMatch(line -> line.contains("evil"));

            var open = new java.util.ArrayList<Socket>();
            for (int i = 0; i < 8; i++) {
                open.add(
                        new Socket(
                                InetAddress.ofLiteral("127.0.0.1"),
                                rig.relay().port(),
                                InetAddress.ofLiteral("127.0.0.2"),
                                0));
            }
            logged("request refused", "at=\"(none)\"", "too many connections");
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void oneKindOfRefusalNeitherFillsTheDiskNorHidesTheOthers() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            var machine = EnrolledMachine.of(ada);
            for (int i = 0; i < 200; i++) {
                rig.api().as("a".repeat(43)).get("/v1/machines");
            }
            await().untilAsserted(
                            () ->
                                    assertThat(lines.all.stream().filter(l -> l.contains("valid")))
                                            .hasSizeBetween(20, 25));
            machine.api().get("/v1/devices");
            logged("request refused", "at=\"/v1/devices\"", "not permitted");
        }
    }

    private void logged(String... parts) {
        await().untilAsserted(
                        () ->
                                assertThat(lines.all)
                                        .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    private static RelayRig front(UnaryOperator<Front> front) {
        return RelayRig.start(config -> config.withFront(front.apply(config.front())));
    }

    private static Front limits(Front front, Rate requests) {
        return front.withLimits(front.limits().withRequestsPerAccount(requests));
    }

    private static String send(RelayRig rig, String request) throws IOException {
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), rig.relay().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] head = socket.getInputStream().readNBytes(13);
            return new String(head, StandardCharsets.ISO_8859_1);
        }
    }
}
