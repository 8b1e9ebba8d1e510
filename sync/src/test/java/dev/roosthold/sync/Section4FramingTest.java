package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.sync.ipc.IpcLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class Section4FramingTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.ping\"}";

    private Rig rig;
    private Rig.Device device;

    @BeforeAll
    void start(@TempDir Path folder) {
        rig = new Rig(folder);
        device = rig.device("a").limits(IpcLimits.USUAL.withLine(Duration.ofMillis(600))).start();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @Test
    void onlyTheOwnerMayUseTheSocket() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(device.socket())))
                .isEqualTo("rw-------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(device.socket().getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void emptyLinesAndCarriageReturnsAreIgnored() {
        try (Client client = device.another()) {
            client.send("\n\r\n\n" + PING + "\r\n");
            String answer = client.readLine();
            assertThat(answer).contains("\"pong\":true").doesNotContain("\r");
        }
    }

    @Test
    void theLongestLineIsServed() {
        try (Client client = device.another()) {
            String padded = PING + " ".repeat(1_048_576 - PING.length());
            client.send(padded + "\r\n");
            assertThat(client.read().path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void aLongerLineIsAnsweredOnceAndTheConnectionStaysUsable() {
        try (Client client = device.another()) {
            client.send(" ".repeat(1_048_577));
            client.send(" ".repeat(5_000_000));
            client.send("\n" + PING + "\n");
            JsonNode answer = client.read();
            assertThat(answer.path("error").path("code").asInt()).isEqualTo(-32006);
            assertThat(answer.get("id").isNull()).isTrue();
            assertThat(answer.path("error").path("data").path("limitBytes").asInt())
                    .isEqualTo(1_048_576);
            assertThat(client.read().path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void whatNeverEndsIsClosed() {
        // With the usual time for a line, so that it is the length that counts.
        Rig.Device patient = rig.device("patient").start();
        try (Client client = patient.another()) {
            byte[] much = new byte[1 << 20];
            java.util.Arrays.fill(much, (byte) ' ');
            int sent = 0;
            try {
                for (; sent < 80; sent++) {
                    client.send(much);
                }
            } catch (java.io.UncheckedIOException e) {
                // Closed while it was sent.
            }
            assertThat(sent).isBetween(63, 80);
            assertThat(client.readLine()).contains("-32006");
            assertThat(client.readLine()).isNull();
        }
    }

    @Test
    void whatIsNoUtf8IsAParseErrorAndTheConnectionStaysOpen() {
        try (Client client = device.another()) {
            client.send(new byte[] {'"', (byte) 0xc3, '"', '\n'});
            assertThat(client.read().path("error").path("code").asInt()).isEqualTo(-32700);
            client.send(new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '\n'});
            assertThat(client.read().path("error").path("code").asInt()).isEqualTo(-32700);
            assertThat(client.raw(PING).path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void nestingIsLimitedAndSurvived() {
        try (Client client = device.another()) {
            String deep = "[".repeat(500_000) + "]".repeat(500_000);
            assertThat(client.raw(deep).path("error").path("code").asInt()).isEqualTo(-32700);
            String at65 = "{\"a\":".repeat(64) + "[]" + "}".repeat(64);
            assertThat(client.raw(at65).path("error").path("code").asInt()).isEqualTo(-32700);
            String at64 = "{\"a\":".repeat(63) + "[]" + "}".repeat(63);
            assertThat(client.raw(at64).path("error").path("code").asInt()).isEqualTo(-32600);
        }
    }

    @Test
    void ofRepeatedKeysTheLastCounts() {
        try (Client client = device.another()) {
            JsonNode answer =
                    client.raw(
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"x\","
                                    + "\"method\":\"daemon.ping\"}");
            assertThat(answer.path("id").asInt()).isEqualTo(2);
            assertThat(answer.path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void aLineThatIsNotCompletedIsClosedWithoutAReply() {
        try (Client client = device.another()) {
            client.send("{\"jsonrpc\"");
            assertThat(client.readLine()).isNull();
        }
    }

    @Test
    void anIdleConnectionIsKept() {
        try (Client client = device.another();
                Client other = device.another()) {
            other.send("{");
            // The other one, which has begun a line later than we were idle, is closed.
            assertThat(other.readLine()).isNull();
            assertThat(client.raw(PING).path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void afterAHalfCloseEverythingIsAnsweredAndAnUnfinishedLineDropped() {
        try (Client client = device.another()) {
            client.send(PING + "\n" + PING + "\n" + "{\"jsonrpc\"");
            client.shutdownOutput();
            assertThat(client.readLine()).contains("pong");
            assertThat(client.readLine()).contains("pong");
            assertThat(client.readLine()).isNull();
        }
    }

    @Test
    void atLeast256ConnectionsAreServedAndMoreAreToldSo() {
        var clients = new ArrayList<Client>();
        try {
            for (int i = 0; i < 256; i++) {
                clients.add(device.another());
            }
            int refused = 0;
            try (Client over = device.another()) {
                String line = over.readLine();
                if (line != null && line.contains("-32005") && line.contains("\"id\":null")) {
                    refused++;
                    assertThat(over.readLine()).isNull();
                }
            }
            assertThat(refused).isEqualTo(1);
            int served = 0;
            for (Client client : clients) {
                try {
                    served += client.raw(PING).path("result").path("pong").asBoolean() ? 1 : 0;
                } catch (RuntimeException e) {
                    // Others tests' connections may have taken a place.
                }
            }
            assertThat(served).isGreaterThanOrEqualTo(250);
        } finally {
            clients.forEach(Client::close);
        }
        await().atMost(Rig.SOON)
                .until(
                        () -> {
                            try (Client client = device.another()) {
                                return client.raw(PING).has("result");
                            } catch (RuntimeException e) {
                                return false;
                            }
                        });
    }

    @Test
    void aSlowReaderIsClosedAndBlocksNobody() {
        try (Client slow = device.another();
                Client other = device.another()) {
            String metrics = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.metrics\"}\n";
            try {
                // Most are answered with a short refusal: too many in a second.
                for (int i = 0; i < 200_000; i++) {
                    slow.send(metrics);
                }
            } catch (java.io.UncheckedIOException e) {
                // Closed while it was sent.
            }
            long start = System.nanoTime();
            assertThat(other.raw(PING).path("result").path("pong").asBoolean()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(2));
            await().atMost(Rig.SOON).until(() -> device.logText().contains("reads too slowly"));
        }
    }

    @Test
    void answersComeInTheOrderOfTheRequests() {
        try (Client client = device.another()) {
            var all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                all.append("{\"jsonrpc\":\"2.0\",\"id\":")
                        .append(i)
                        .append(",\"method\":\"")
                        .append(i % 3 == 0 ? "daemon.health" : "daemon.ping")
                        .append("\"}\n");
            }
            client.send(all.toString().getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 200; i++) {
                assertThat(client.read().path("id").asInt()).isEqualTo(i);
            }
        }
    }
}
