package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.roosthold.relay.http.TlsFiles;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A push service that is not who it says it is.
@Timeout(60)
class UntrustedServiceTest {
    @TempDir Path folder;

    /// Another relay stands for the service: it would count a request.
    @Test
    void aServiceWithACertificateOfNobodyGetsNothingAndTheLogSaysSo() throws Exception {
        var forged = TestCertificate.make(folder, "EC", "-validity", "30");
        Path certificate = Files.writeString(folder.resolve("cert.pem"), forged.chain());
        Path key = Files.writeString(folder.resolve("key.pem"), forged.key());
        var lines = new Lines();
        var logger = (Logger) LoggerFactory.getLogger("dev.roosthold.relay.push");
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        try (var service =
                        RelayRig.start(
                                config ->
                                        config.withFront(
                                                config.front()
                                                        .withTls(new TlsFiles(certificate, key))),
                                HttpClient.newHttpClient());
                var rig =
                        RelayRig.start(
                                config ->
                                        config.withPush(
                                                config.push()
                                                        .withExpo(
                                                                URI.create(
                                                                        service.relay().address()
                                                                                + "/push"))))) {
            Person ada = rig.signsUp();
            Rows.session(ada, "s1", null);
            ada.api().post("/v1/push-tokens", Map.of("token", "phone"));

            Answer answer =
                    ada.api()
                            .post(
                                    "/v1/sessions/s1/push-event",
                                    Map.of("kind", "done", "title", "T", "body", "B"));

            assertThat(answer.text("result")).isEqualTo("failed");
            assertThat(answer.text("reason")).isEqualTo("tls-failed");
            await().untilAsserted(
                            () ->
                                    assertThat(List.copyOf(lines.all))
                                            .anyMatch(
                                                    line ->
                                                            line.contains(
                                                                    "reached 0 of 1 receivers:"
                                                                            + " tls-failed")));
        } finally {
            logger.setAdditive(true);
            logger.setLevel(null);
            logger.detachAppender(lines);
        }
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getFormattedMessage());
        }
    }
}
