package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.roosthold.relay.doctor.Finding;
import dev.roosthold.relay.http.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class TlsTest {
    @TempDir static Path shared;
    private static TestCertificate first;
    private static TestCertificate second;

    @TempDir Path folder;
    private Path certificate;
    private Path key;

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = TestCertificate.make(shared, "EC", "-validity", "30");
        second = TestCertificate.make(shared, "RSA", "-validity", "30");
    }

    @BeforeEach
    void place() throws Exception {
        certificate = folder.resolve("cert.pem");
        key = folder.resolve("key.pem");
        place(first);
    }

    private void place(TestCertificate one) throws Exception {
        Files.writeString(certificate, one.chain());
        Files.writeString(key, one.key());
    }

    @Test
    void everythingWorksOverTls() throws Exception {
        try (var rig = start()) {
            assertThat(rig.relay().address().getScheme()).isEqualTo("https");
            Person ada = rig.signsUp();
            var listeners = new ArrayList<RawClient>();
            for (int i = 0; i < 5; i++) {
                listeners.add(RawClient.connects(rig, Map.of("token", ada.token())).connected());
            }
            String polling = openPolling(rig, ada);
            for (int i = 0; i < 30; i++) {
                assertThat(ada.makesMachine("machine-" + i).status()).isEqualTo(200);
            }
            for (RawClient listener : listeners) {
                await().untilAsserted(
                                () ->
                                        assertThat(
                                                        listener.updates().stream()
                                                                .map(
                                                                        u ->
                                                                                u.body()
                                                                                        .path(
                                                                                                "machineId"))
                                                                .map(id -> id.asString(""))
                                                                .filter(id -> !id.isEmpty())
                                                                .distinct())
                                                .hasSize(30));
                await().until(() -> listener.packets().size() >= 92);
                // Behind the two that introduce the socket, all get the same.
                List<String> packets = listener.packets();
                assertThat(packets.subList(2, packets.size()))
                        .hasSizeGreaterThanOrEqualTo(90)
                        .isEqualTo(listeners.getFirst().packets().subList(2, packets.size()));
            }
            var heard = new StringBuilder();
            await().until(
                            () -> {
                                heard.append(poll(rig, polling));
                                return heard.toString().contains("machine-29");
                            });
            byte[] large = RelayRig.randomBytes(3_000_000);
            assertThat(roundTrip(rig, ada, large)).isEqualTo(large);
            listeners.forEach(RawClient::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersionsAreSpokenAndTheChainIsSent(String version) throws Exception {
        try (var rig = start();
                var socket = connect(rig, first.client())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getPeerCertificates()).hasSize(2);
            assertThat(get(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void olderVersionsAreNotSpoken() throws Exception {
        try (var rig = start();
                var socket = connect(rig, first.client())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aPlainRequestIsToldWhatIsWrong() throws Exception {
        try (var rig = start();
                var socket = new Socket(InetAddress.getLoopbackAddress(), rig.relay().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(
                            new String(
                                    socket.getInputStream().readAllBytes(),
                                    StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("https");
        }
    }

    @Test
    void aRefusalWhileTheBodyIsComingIsReadAndTheConnectionEnds() throws Exception {
        try (var rig = start();
                var socket = connect(rig, first.client())) {
            socket.getOutputStream()
                    .write(
                            ("POST /v1/machines HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n"
                                            + "Content-Type: application/json\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 401 ").endsWith("}");
        }
    }

    @Test
    void aChangedCertificateIsUsedForNewConnectionsAndOldOnesGoOn() throws Exception {
        SSLContext both = TestCertificate.client(first, second);
        try (var rig = start();
                var before = connect(rig, both)) {
            Person ada = rig.signsUp();
            var socket = RawClient.connects(rig, Map.of("token", ada.token())).connected();
            assertThat(shown(before)).isEqualTo(first.certificate());

            // Half-way through: the certificate is new, the key is not.
            Files.writeString(certificate, second.chain());
            rig.relay().refreshCertificates();
            try (var between = connect(rig, both)) {
                assertThat(shown(between)).isEqualTo(first.certificate());
            }
            place(second);
            rig.relay().refreshCertificates();
            try (var after = connect(rig, both)) {
                assertThat(shown(after)).isEqualTo(second.certificate());
                assertThat(get(after)).startsWith("HTTP/1.1 200 ");
            }
            Files.delete(key);
            rig.relay().refreshCertificates();
            try (var still = connect(rig, both)) {
                assertThat(shown(still)).isEqualTo(second.certificate());
            }
            assertThat(get(before)).startsWith("HTTP/1.1 200 ");
            ada.makesMachine("later");
            await().until(
                            () ->
                                    socket.updates().stream()
                                            .anyMatch(
                                                    u ->
                                                            u.body()
                                                                    .path("machineId")
                                                                    .asString("")
                                                                    .equals("later")));
            socket.close();
        }
    }

    @Test
    void anExpiredCertificateIsAWarningOnly() throws Exception {
        var expired =
                TestCertificate.make(shared, "Ed25519", "-startdate", "-10d", "-validity", "3");
        place(expired);
        var logger = (Logger) LoggerFactory.getLogger("dev.roosthold.relay.http.Certificates");
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        logger.addAppender(log);
        try (var rig = start()) {
            assertThat(rig.relay().port()).isPositive();
            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .anyMatch(line -> line.contains("expired on"));
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void filesThatCannotBeUsedStopTheStartWithTheReason() throws Exception {
        Files.delete(key);
        refused("the TLS key " + key + " does not exist");
        Files.writeString(key, second.key());
        refused("does not belong to the first certificate in " + certificate);
        Files.writeString(key, TestCertificate.pem("EC PRIVATE KEY", new byte[40]));
        refused("openssl pkcs8 -topk8");
        Files.writeString(key, TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[40]));
        refused("has a password");
        Files.writeString(key, TestCertificate.pem("PRIVATE KEY", new byte[40]));
        refused("is damaged or of a kind other than");
        Files.writeString(key, "nothing");
        refused("holds no private key");
        place(first);
        Files.writeString(certificate, first.key());
        refused("holds no certificate");
        Files.writeString(certificate, TestCertificate.pem("CERTIFICATE", new byte[40]));
        refused("holds a damaged certificate");
        Files.delete(certificate);
        Files.createDirectory(certificate);
        refused("the TLS certificate " + certificate + " cannot be read");
    }

    private void refused(String reason) {
        assertThatThrownBy(this::start)
                .hasRootCauseInstanceOf(IOException.class)
                .hasStackTraceContaining(reason)
                .satisfies(
                        failure -> {
                            // The words go to the screen: no part of a key may be in them.
                            String text = String.valueOf(failure.getMessage());
                            assertThat(text).doesNotContain("AAAA");
                        });
    }

    @Test
    void theDoctorKnowsTheRelaysOwnCertificate() throws Exception {
        try (var rig = start()) {
            RelayConfig config = rig.config().withClock(InstantSource.system());
            assertThat(found(config, "relay")).isEqualTo(Finding.Level.OK);
            assertThat(found(config, "ready")).isEqualTo(Finding.Level.OK);
            assertThat(found(config, "certificate")).isEqualTo(Finding.Level.OK);
            assertThat(found(inDays(config, 20), "certificate")).isEqualTo(Finding.Level.WARNING);
            assertThat(found(inDays(config, 31), "certificate")).isEqualTo(Finding.Level.WRONG);
            // Somebody else answers at the address of the relay.
            place(second);
            assertThat(found(config, "relay")).isEqualTo(Finding.Level.WRONG);
            Files.delete(certificate);
            assertThat(found(config, "certificate")).isEqualTo(Finding.Level.WRONG);
        }
    }

    private static RelayConfig inDays(RelayConfig config, int days) {
        return config.withClock(
                InstantSource.offset(InstantSource.system(), Duration.ofDays(days)));
    }

    private static Finding.Level found(RelayConfig config, String check) {
        return new Operator(config)
                .doctor().stream()
                        .filter(one -> one.check().equals(check))
                        .findFirst()
                        .orElseThrow()
                        .level();
    }

    private RelayRig start() throws Exception {
        return RelayRig.start(
                config -> config.withFront(config.front().withTls(new TlsFiles(certificate, key))),
                HttpClient.newBuilder().sslContext(TestCertificate.client(first, second)).build());
    }

    private static SSLSocket connect(RelayRig rig, SSLContext context) throws IOException {
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), rig.relay().port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static Certificate shown(SSLSocket socket) throws IOException {
        return socket.getSession().getPeerCertificates()[0];
    }

    private static String get(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write(
                        "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[20_000];
        int length = socket.getInputStream().read(answer);
        return new String(answer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    private static String openPolling(RelayRig rig, Person person) throws Exception {
        String address = rig.relay().address() + "/v1/updates/?EIO=4&transport=polling";
        String open = fetch(rig, HttpRequest.newBuilder(URI.create(address)).build());
        String sid = open.replaceFirst("(?s).*\"sid\":\"([^\"]+)\".*", "$1");
        String session = address + "&sid=" + sid;
        String connect = "40{\"token\":\"" + person.token() + "\"}";
        var post =
                HttpRequest.newBuilder(URI.create(session)).POST(BodyPublishers.ofString(connect));
        assertThat(fetch(rig, post.build())).isEqualTo("ok");
        assertThat(poll(rig, session)).startsWith("40");
        return session;
    }

    private static String poll(RelayRig rig, String session) throws Exception {
        return fetch(rig, HttpRequest.newBuilder(URI.create(session)).build());
    }

    private static String fetch(RelayRig rig, HttpRequest request) throws Exception {
        return rig.http().send(request, BodyHandlers.ofString()).body();
    }

    private static byte[] roundTrip(RelayRig rig, Person person, byte[] bytes) throws Exception {
        String session = person.makesSession("large");
        String at = "/v1/sessions/" + session + "/attachments/";
        Answer up =
                person.api()
                        .post(at + "request-upload", Map.of("filename", "a", "size", bytes.length));
        assertThat(up.text("uploadUrl")).startsWith("https://");
        var put =
                HttpRequest.newBuilder(URI.create(up.text("uploadUrl")))
                        .PUT(BodyPublishers.ofByteArray(bytes))
                        .header("Content-Type", "application/octet-stream")
                        .build();
        assertThat(rig.http().send(put, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        Answer down = person.api().post(at + "request-download", Map.of("ref", up.text("ref")));
        var get = HttpRequest.newBuilder(URI.create(down.text("downloadUrl"))).build();
        return rig.http().send(get, BodyHandlers.ofByteArray()).body();
    }
}
