package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import dev.roosthold.sync.ipc.IpcLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class Section5RpcTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.ping\"}";

    private Rig rig;
    private Rig.Device device;

    @BeforeAll
    void start(@TempDir Path folder) {
        rig = new Rig(folder);
        device = rig.device("a").start();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                       | -32700 | null",
                "{} x                                                    | -32700 | null",
                "nonsense                                                | -32700 | null",
                "7                                                       | -32600 | null",
                "\"text\"                                                | -32600 | null",
                "null                                                    | -32600 | null",
                "{}                                                      | -32600 | null",
                "{\"id\":3,\"method\":\"daemon.ping\"}                   | -32600 | 3",
                "{\"jsonrpc\":\"2\",\"id\":\"x\",\"method\":\"daemon.ping\"} | -32600 | \"x\"",
                "{\"jsonrpc\":2.0,\"id\":4,\"method\":\"daemon.ping\"}   | -32600 | 4",
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":1}             | -32600 | 5",
                "{\"jsonrpc\":\"2.0\",\"id\":5}                          | -32600 | 5",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"daemon.ping\"} | -32600 | null",
                "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"daemon.ping\"} | -32600 | null",
                "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"daemon.ping\"} | -32600 | null",
                "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"rpc.discover\"} | -32601 | 6",
                "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"sync.nothing\"} | -32601 | 6",
                "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"daemon.ping\",\"params\":[]} | -32602 |"
                        + " 6",
                "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"daemon.ping\",\"params\":1} | -32602 |"
                        + " 6",
                "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"daemon.ping\",\"params\":null} | -32602"
                        + " | 6",
                "[]                                                      | -32600 | null",
            })
    void whatIsNoRequestIsRefused(String line, int code, String id) {
        JsonNode answer = device.client().raw(line);
        assertThat(answer.path("jsonrpc").stringValue()).isEqualTo("2.0");
        assertThat(answer.path("error").path("code").asInt()).isEqualTo(code);
        assertThat(answer.path("error").path("message").stringValue()).isNotBlank();
        assertThat(answer.get("id")).isEqualTo(Codec.parse(id.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.has("result")).isFalse();
    }

    @Test
    void aRequestWithIdNullIsAnsweredAndOneWithoutIdIsNot() {
        Client client = device.client();
        client.send("{\"jsonrpc\":\"2.0\",\"method\":\"daemon.ping\"}\n");
        client.send("{\"jsonrpc\":\"2.0\",\"method\":\"sync.nothing\"}\n");
        JsonNode answer =
                client.raw("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"daemon.ping\"}");
        assertThat(answer.get("id").isNull()).isTrue();
        assertThat(answer.path("result").path("pong").asBoolean()).isTrue();
    }

    @Test
    void unknownMembersOfParamsAreIgnored() {
        assertThat(device.client().call("daemon.ping", "{\"x\":1}").path("pong").asBoolean())
                .isTrue();
    }

    @Test
    void aBatchIsAnsweredInOrderWithoutNotifications() {
        JsonNode answers =
                device.client()
                        .raw(
                                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.ping\"},"
                                        + "{\"jsonrpc\":\"2.0\",\"method\":\"daemon.ping\"},"
                                        + "1,{\"id\":\"a\"},"
                                        + "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"x\"}]");
        assertThat(answers).hasSize(4);
        assertThat(answers.get(0).path("id").asInt()).isEqualTo(1);
        assertThat(answers.get(1).path("error").path("code").asInt()).isEqualTo(-32600);
        assertThat(answers.get(1).get("id").isNull()).isTrue();
        assertThat(answers.get(2).path("id").stringValue()).isEqualTo("a");
        assertThat(answers.get(3).path("error").path("code").asInt()).isEqualTo(-32601);
    }

    @Test
    void aBatchOfNotificationsHasNoAnswer() {
        device.client().send("[{\"jsonrpc\":\"2.0\",\"method\":\"daemon.ping\"}]\n");
        assertThat(device.client().raw(PING).path("id").asInt()).isEqualTo(7);
    }

    @Test
    void aBatchOfMoreThan100IsRefusedAsAWhole() {
        String batch = "[" + (PING + ",").repeat(100) + PING + "]";
        JsonNode answer = device.client().raw(batch);
        assertThat(answer.isObject()).isTrue();
        assertThat(answer.path("error").path("code").asInt()).isEqualTo(-32600);
        assertThat(device.client().raw("[" + (PING + ",").repeat(99) + PING + "]")).hasSize(100);
    }

    @Test
    void moreThan2000RequestsAtOnceAreLimitedButPingsAreNot() {
        // One a second, so that a slow computer does not make up for the others meanwhile.
        Rig.Device slow = rig.device("slow").limits(IpcLimits.USUAL.withRequests(1)).start();
        try (Client client = slow.another()) {
            String health =
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.handshake\",\"params\":{}}";
            String batch = "[" + (health + ",").repeat(99) + health + "]\n";
            client.send(batch.repeat(25));
            int limited = 0;
            for (int i = 0; i < 25; i++) {
                for (JsonNode answer : client.read()) {
                    JsonNode error = answer.path("error");
                    if (error.path("code").asInt() == -32005) {
                        limited++;
                        assertThat(error.path("data").path("retryAfterMs").asLong()).isPositive();
                    }
                }
            }
            assertThat(limited).isBetween(400, 500);
            assertThat(client.raw(PING).path("result").path("pong").asBoolean()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.0.0, 1.0.0",
        "1.5.2, 1.0.0",
        "1.0.9, 1.0.0",
    })
    void aHandshakeGivesTheLowerVersion(String asked, String given) {
        JsonNode result =
                device.client()
                        .call(
                                "daemon.handshake",
                                "{\"clientVersion\":\"9\",\"protocolVersion\":\"" + asked + "\"}");
        assertThat(result.path("protocolVersion").stringValue()).isEqualTo(given);
        assertThat(result.path("minSupportedVersion").stringValue()).isEqualTo("1.0.0");
        assertThat(result.path("daemonVersion").stringValue()).isEqualTo("1.2.3");
        assertThat(result.path("maxMessageBytes").asInt()).isEqualTo(1_048_576);
    }

    @ParameterizedTest
    @CsvSource({"0.9.0, -32010", "2.0.0, -32010", "1.0, -32602", "x, -32602"})
    void anotherVersionIsRefusedAndTheConnectionStaysOpen(String asked, int code) {
        JsonNode answer =
                device.client()
                        .answer(
                                "daemon.handshake",
                                "{\"clientVersion\":\"9\",\"protocolVersion\":\"" + asked + "\"}");
        assertThat(answer.path("error").path("code").asInt()).isEqualTo(code);
        if (code == -32010) {
            assertThat(answer.path("error").path("data").path("supported").stringValue())
                    .isEqualTo("1.0.0");
        }
        assertThat(device.client().call("daemon.ping").path("pong").asBoolean()).isTrue();
    }

    @Test
    void aNotificationIsExecuted() {
        Client client = device.client();
        client.send(
                "{\"jsonrpc\":\"2.0\",\"method\":\"daemon.subscribe\",\"params\":{\"events\":[\"error\"]}}\n");
        JsonNode left = client.call("daemon.unsubscribe", "{\"events\":[\"entries\"]}");
        assertThat(left.path("events")).hasSize(1);
        assertThat(left.path("events").get(0).stringValue()).isEqualTo("error");
    }

    /// Section 5.2.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sync.push     | {}              | 60",
                "sync.pull     | {}              | 300",
                "sync.pull     | {\"since\":null} | 300",
                "sync.pull     | {\"since\":5}    | 30",
                "sync.now      | {}              | 30",
                "sync.status   | {}              | 30",
                "device.list   | {}              | 30",
                "queue.retry   | {}              | 30",
            })
    void howLongARequestMayTake(String method, String params, int seconds) {
        var methods =
                new SyncMethods(
                        device.daemon().manager(),
                        device.config(),
                        new dev.roosthold.sync.metrics.SyncMetrics(),
                        dev.roosthold.sync.log.SyncLog.to(
                                device.log, dev.roosthold.sync.config.LogLevel.ERROR, device.clock),
                        device.clock,
                        "1.2.3",
                        () -> {});
        assertThat(methods.limit(method, Codec.parse(params.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(java.time.Duration.ofSeconds(seconds));
    }

    @Test
    void everyRefusalSaysWhatToDoNext() {
        Client client = device.client();
        for (String[] one :
                new String[][] {
                    {"sync.push", "{}"},
                    {"sync.status", "{}"},
                    {
                        "sync.init",
                        "{\"authKey\":\"x\",\"deviceName\":\"a\",\"platform\":\"linux\"}"
                    },
                    {"sync.init", "{}"},
                    {"daemon.handshake", "{\"clientVersion\":\"1\",\"protocolVersion\":\"9.0.0\"}"},
                }) {
            JsonNode error = client.answer(one[0], one[1]).path("error");
            assertThat(error.path("data").path("hint").asString("")).as(one[0]).isNotBlank();
        }
    }
}
