package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class Section14RedactionTest {
    @TempDir private Path folder;

    @Test
    void aWholeRunAtTraceHoldsNoKeyNoBlobAndNoName() throws Exception {
        try (var rig = new Rig(folder)) {
            var relay = rig.relay();
            ObjectNode command = Entries.command(Entries.id());
            ObjectNode preference = Entries.preference("secretkey", System.currentTimeMillis());
            ObjectNode broken = Entries.command(Entries.id()).put("encrypted", "NOTABLOBATALL===");
            try (var process =
                    new DaemonProcess(folder.resolve("p"), relay, "--log-level", "trace")) {
                try (Client client = process.client()) {
                    client.call(
                            "sync.init",
                            "{\"authKey\":\""
                                    + Rig.key(1)
                                    + "\",\"deviceName\":\"tell-nobody\",\"platform\":\"linux\"}");
                    client.call("sync.push", Entries.push(command, preference, broken));
                    client.answer("sync.push", "{\"entries\":[" + command + ",7]}");
                    client.call("sync.pull");
                    client.call("sync.now");
                    client.call("device.list");
                    client.raw("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"forged\\nline\"}");
                    await().atMost(Rig.SOON)
                            .until(() -> client.call("sync.status").path("pendingUp").asInt() == 0);
                    client.call("sync.pause");
                    client.call("sync.resume");
                    client.call("sync.reset", "{\"confirm\":true}");
                    client.call("daemon.shutdown");
                }
                assertThat(process.awaitExit()).isZero();
                String log = Files.readString(process.stderr());
                assertThat(log.lines().filter(line -> line.startsWith("{")))
                        .isNotEmpty()
                        .allSatisfy(
                                line ->
                                        assertThat(
                                                        Codec.parse(
                                                                        line.getBytes(
                                                                                java.nio.charset
                                                                                        .StandardCharsets
                                                                                        .UTF_8))
                                                                .path("ts")
                                                                .isString())
                                                .isTrue());
                byte[] key = Base64.getDecoder().decode(Rig.key(1));
                assertThat(log)
                        .doesNotContain(Rig.key(1))
                        .doesNotContain(HexFormat.of().formatHex(key))
                        .doesNotContain(command.path("encrypted").stringValue())
                        .doesNotContain(preference.path("encrypted").stringValue())
                        .doesNotContain("NOTABLOB")
                        .doesNotContain("tell-nobody");
            }
        }
    }
}
