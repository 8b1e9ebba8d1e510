package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.roosthold.sync.store.FullDisk;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class Section3LifecycleTest {
    @TempDir private Path folder;

    private static StartFailure failure(Rig.Device device) {
        return catchThrowableOfType(StartFailure.class, device::tryStart);
    }

    @Test
    void aSecondDaemonEndsWith75AndDoesNotDisturbTheFirst() {
        try (var rig = new Rig(folder)) {
            Rig.Device first = rig.device("a").start();
            first.client().call("daemon.ping");
            StartFailure failure = failure(rig.device("a"));
            assertThat(failure.status()).isEqualTo(75);
            assertThat(failure.getMessage()).contains(Long.toString(ProcessHandle.current().pid()));
            assertThat(first.client().call("daemon.ping").path("pong").asBoolean()).isTrue();
            assertThat(first.another().call("daemon.ping").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void aStaleSocketIsReplaced() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a");
            Files.createDirectories(device.socket().getParent());
            try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                stale.bind(UnixDomainSocketAddress.of(device.socket()));
            }
            assertThat(device.socket()).exists();
            device.start();
            assertThat(device.client().call("daemon.ping").path("pong").asBoolean()).isTrue();
        }
    }

    @Test
    void whatIsNoSocketIsLeftThere() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a");
            Files.createDirectories(device.socket().getParent());
            Files.writeString(device.socket(), "precious");
            assertThat(failure(device).status()).isEqualTo(77);
            assertThat(device.socket()).hasContent("precious");
        }
    }

    @Test
    void aDirectoryThatOthersMayWriteIsRefused() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a");
            Path directory = Files.createDirectories(device.socket().getParent());
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
            assertThat(failure(device).status()).isEqualTo(77);
        }
    }

    @Test
    void aDatabaseThatCannotBeMadeEndsWith74() throws Exception {
        try (var rig = new Rig(folder)) {
            Path file = Files.createDirectories(folder.resolve("a")).resolve("file");
            Files.writeString(file, "");
            Rig.Device device = rig.device("a").option("--cache", file + "/sync.db");
            assertThat(failure(device).status()).isEqualTo(74);
            assertThat(failure(rig.device("b").option("--cache", "/proc/sync/x.db")).status())
                    .isEqualTo(74);
        }
    }

    @Test
    void aDamagedDatabaseIsPutAside() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a");
            Path database = device.config().database();
            Files.createDirectories(database.getParent());
            Files.writeString(database, "this is no database, but long enough ".repeat(100));
            device.start();
            JsonNode health = device.client().call("daemon.health");
            assertThat(health.path("lastError").path("code").stringValue())
                    .isEqualTo("CACHE_CORRUPT");
            assertThat(health.path("state").stringValue()).isEqualTo("UNINITIALIZED");
            try (var files = Files.list(database.getParent())) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .anyMatch(name -> name.matches("sync\\.db\\.corrupt-\\d+"));
            }
            assertThat(device.logText()).contains("\"level\":\"error\"");
        }
    }

    @Test
    void aKeyThatDisagreesWithTheAccountIsFoundWithoutTheNetwork() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start().initialised(1);
            device.stop();
            Files.write(device.config().authKeyFile(), new byte[32]);
            device.start();
            device.awaitState("OFFLINE");
            JsonNode health = device.client().call("daemon.health");
            assertThat(health.path("lastError").path("code").stringValue())
                    .isEqualTo("INVALID_CREDENTIALS");
            assertThat(health.path("healthy").asBoolean()).isFalse();
        }
    }

    @Test
    void aFullDiskIsToldAndEndsWhenThereIsRoom() {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start().initialised(1);
            FullDisk.limit(device.daemon().manager().store(), 4);
            var entries = new java.util.ArrayList<tools.jackson.databind.node.ObjectNode>();
            for (int i = 0; i < 50; i++) {
                entries.add(Entries.command(Entries.id()).put("encrypted", Entries.blob(8000)));
            }
            JsonNode error =
                    device.client().answer("sync.push", Entries.push(entries)).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32008);
            assertThat(device.client().call("daemon.health").path("healthy").asBoolean()).isFalse();
            assertThat(device.all()).hasSize(1);
            FullDisk.limit(device.daemon().manager().store(), 1_000_000);
            assertThat(
                            device.client()
                                    .call("sync.push", Entries.push(entries))
                                    .path("queued")
                                    .asInt())
                    .isEqualTo(50);
            assertThat(device.client().call("daemon.health").path("healthy").asBoolean()).isTrue();
        }
    }

    @Test
    void sigtermEndsWithZeroAndKeepsTheQueueAndKillLeavesNothingToCleanUp() throws Exception {
        try (var process = new DaemonProcess(folder.resolve("p"), URI.create(Rig.NOWHERE))) {
            try (Client client = process.client()) {
                client.answer(
                        "sync.init",
                        "{\"authKey\":\""
                                + Rig.key(1)
                                + "\",\"deviceName\":\"p\",\"platform\":\"linux\"}");
                client.call("sync.push", Entries.push(Entries.command(Entries.id())));
            }
            process.terminate();
            assertThat(process.awaitExit()).isZero();
            assertThat(process.socket).doesNotExist();
            process.restart();
            try (Client client = process.client()) {
                await().atMost(Rig.SOON).until(() -> client.state().equals("OFFLINE"));
                assertThat(client.call("sync.status").path("pendingUp").asInt()).isEqualTo(1);
            }
            process.kill();
            assertThat(process.socket).exists();
            process.restart();
            try (Client client = process.client()) {
                assertThat(client.call("daemon.ping").path("pong").asBoolean()).isTrue();
                client.call("daemon.shutdown");
            }
            assertThat(process.awaitExit()).isZero();
        }
    }

    @Test
    void exitStatusesOfTheProcess() throws Exception {
        Path home = Files.createDirectories(folder.resolve("q"));
        try (var process = new DaemonProcess(home, URI.create("http://x"))) {
            assertThat(process.awaitExit()).isEqualTo(78);
            List<String> lines = Files.readAllLines(process.stderr());
            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst()).startsWith("option --relay: relay: ");
        }
    }
}
