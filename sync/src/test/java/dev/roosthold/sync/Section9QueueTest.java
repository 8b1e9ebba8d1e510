package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@NullUnmarked // what is missing fails the test
final class Section9QueueTest {
    @TempDir private Path folder;

    private static JsonNode queue(Rig.Device device) {
        return device.client().call("daemon.health").path("queue");
    }

    @Test
    void theDatabaseIsAsTheContractSays() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            try (var db = DriverManager.getConnection("jdbc:sqlite:" + a.config().database());
                    var statement = db.createStatement()) {
                try (var mode = statement.executeQuery("PRAGMA journal_mode")) {
                    assertThat(mode.getString(1)).isEqualTo("wal");
                }
                try (var version = statement.executeQuery("PRAGMA user_version")) {
                    assertThat(version.getInt(1)).isEqualTo(1);
                }
                try (var row =
                        statement.executeQuery(
                                "SELECT operation, entity_type, status, attempts,"
                                        + " expires_at - created_at FROM sync_queue")) {
                    assertThat(row.getString(1)).isEqualTo("create");
                    assertThat(row.getString(2)).isEqualTo("command");
                    assertThat(row.getString(3)).isEqualTo("pending");
                    assertThat(row.getLong(5)).isEqualTo(86_400_000);
                }
            }
            assertThat(
                            java.nio.file.attribute.PosixFilePermissions.toString(
                                    java.nio.file.Files.getPosixFilePermissions(
                                            a.config().database())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aSecondPushOfOneEntryKeepsItsPlace() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            ObjectNode first = Entries.command(Entries.id());
            a.client().call("sync.push", Entries.push(first, Entries.command(Entries.id())));
            JsonNode before = a.client().call("queue.list").path("items").get(0);
            a.clock.move(Duration.ofMinutes(1));
            a.client().call("sync.push", Entries.push(Entries.deleted(first, a.clock.millis())));
            JsonNode after = a.client().call("queue.list");
            assertThat(after.path("total").asInt()).isEqualTo(2);
            JsonNode row = after.path("items").get(0);
            assertThat(row.path("queueId")).isEqualTo(before.path("queueId"));
            assertThat(row.path("createdAt")).isEqualTo(before.path("createdAt"));
            assertThat(row.path("operation").stringValue()).isEqualTo("delete");
        }
    }

    @Test
    void anExpiryIsSeenAtOnceAndDestroysNothing() {
        try (var rig = new Rig(folder)) {
            Rig.Device a =
                    rig.device("a")
                            .settings("{\"offlineQueueTtlMs\":60000,\"syncIntervalMs\":3600000}")
                            .relay()
                            .start();
            rig.stopRelay();
            a.init(1);
            String id = Entries.id();
            a.client().call("sync.push", Entries.push(Entries.command(id)));
            a.clock.move(Duration.ofSeconds(59));
            assertThat(queue(a).path("pending").asInt()).isEqualTo(1);
            a.clock.move(Duration.ofSeconds(2));
            assertThat(queue(a).path("pending").asInt()).isZero();
            assertThat(queue(a).path("failed").asInt()).isEqualTo(1);
            assertThat(a.client().call("sync.status").path("failed").asInt()).isEqualTo(1);
            JsonNode row =
                    a.client().call("queue.list", "{\"status\":\"failed\"}").path("items").get(0);
            assertThat(row.path("errorCode").stringValue()).isEqualTo("EXPIRED");
            assertThat(row.path("status").stringValue()).isEqualTo("failed");
            assertThat(
                            a.client()
                                    .call("queue.list", "{\"status\":\"pending\"}")
                                    .path("total")
                                    .asInt())
                    .isZero();
            String metrics = a.client().call("daemon.metrics").path("body").stringValue();
            assertThat(metrics)
                    .contains("caro_sync_queue_size 0")
                    .contains("caro_sync_queue_failed 1");
            assertThat(a.all()).containsKey("command/" + id);
            a.stop();
            a.start();
            a.awaitState("OFFLINE");
            rig.relay();
            a.client().call("sync.now");
            assertThat(queue(a).path("failed").asInt()).isEqualTo(1);
            assertThat(a.client().call("queue.retry").path("retried").asInt()).isEqualTo(1);
            a.awaitSent();
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            await().atMost(Rig.SOON).until(() -> b.all().containsKey("command/" + id));
        }
    }

    @Test
    void aLifetimeOfZeroIsForEver() {
        try (var rig = new Rig(folder)) {
            Rig.Device a =
                    rig.device("a").settings("{\"offlineQueueTtlMs\":0}").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            a.clock.move(Duration.ofDays(400));
            assertThat(queue(a).path("pending").asInt()).isEqualTo(1);
        }
    }

    @Test
    void theLogIsReplayedInOrderAndNothingTwice() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start();
            rig.stopRelay();
            a.init(1);
            var ids = new ArrayList<String>();
            for (int batch = 0; batch < 3; batch++) {
                var entries = new ArrayList<ObjectNode>();
                for (int i = 0; i < 150; i++) {
                    ids.add(Entries.id());
                    entries.add(Entries.command(ids.getLast()));
                }
                JsonNode result = a.client().call("sync.push", Entries.push(entries));
                assertThat(result.path("queued").asInt()).isEqualTo(150);
                a.client().call("sync.push", Entries.push(entries));
            }
            assertThat(queue(a).path("pending").asInt()).isEqualTo(450);
            rig.relay();
            a.client().call("sync.now");
            a.awaitSent();
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            await().atMost(Rig.SOON).until(() -> b.all().size() == 452);
            List<String> found =
                    b.all().keySet().stream()
                            .filter(key -> key.startsWith("command/"))
                            .map(key -> key.substring(8))
                            .toList();
            assertThat(found).isEqualTo(ids);
        }
    }

    @Test
    void afterTenThousandNothingIsTakenAndDiscardingMakesRoom() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            for (int batch = 0; batch < 20; batch++) {
                var entries = new ArrayList<ObjectNode>();
                for (int i = 0; i < 500; i++) {
                    entries.add(Entries.command(Entries.id()));
                }
                a.client().call("sync.push", Entries.push(entries));
            }
            String id = Entries.id();
            JsonNode full =
                    a.client().answer("sync.push", Entries.push(Entries.command(id))).path("error");
            assertThat(full.path("code").asInt()).isEqualTo(-32008);
            assertThat(a.all()).doesNotContainKey("command/" + id);
            assertThat(a.client().call("daemon.health").path("healthy").asBoolean()).isFalse();
            JsonNode row = a.client().call("queue.list", "{\"limit\":1}").path("items").get(0);
            String ids = "{\"queueIds\":[" + row.path("queueId") + "]";
            assertThat(a.client().code("queue.discard", ids + "}")).isEqualTo(-32602);
            assertThat(a.client().code("queue.discard", "{\"queueIds\":[],\"confirm\":true}"))
                    .isEqualTo(-32602);
            assertThat(
                            a.client()
                                    .call("queue.discard", ids + ",\"confirm\":true}")
                                    .path("discarded")
                                    .asInt())
                    .isEqualTo(1);
            assertThat(
                            a.client()
                                    .call("sync.push", Entries.push(Entries.command(id)))
                                    .path("queued")
                                    .asInt())
                    .isEqualTo(1);
            assertThat(a.all()).containsKey("command/" + row.path("id").stringValue());
        }
    }

    @Test
    void aFullCacheLetsTheOldestAcknowledgedCommandsGo() {
        try (var rig = new Rig(folder)) {
            Rig.Device a =
                    rig.device("a")
                            .settings("{\"cacheMaxSize\":1048576,\"syncIntervalMs\":100}")
                            .relay()
                            .start()
                            .initialised(1);
            String first = Entries.id();
            a.client().call("sync.push", Entries.push(Entries.command(first, 1)));
            a.client().call("sync.push", Entries.push(Entries.preference("kept", 1)));
            for (int batch = 0; batch < 3; batch++) {
                var entries = new ArrayList<ObjectNode>();
                for (int i = 0; i < 60; i++) {
                    entries.add(Entries.command(Entries.id()).put("encrypted", Entries.blob(9000)));
                }
                a.client().call("sync.push", Entries.push(entries));
            }
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    !a.all().containsKey("command/" + first)
                                            && a.all().containsKey("preference/kept"));
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            await().atMost(Rig.SOON).until(() -> b.all().size() == 184);
            assertThat(b.all().get("command/" + first).path("metadata").has("deletedAt")).isFalse();
        }
    }

    @Test
    void aTombstoneLeavesTheCacheAfterNinetyDaysButNotBeforeItWasSent() {
        try (var rig = new Rig(folder)) {
            Rig.Device a =
                    rig.device("a")
                            .settings("{\"syncIntervalMs\":100,\"offlineQueueTtlMs\":0}")
                            .relay()
                            .start();
            rig.stopRelay();
            a.init(1);
            ObjectNode command = Entries.command(Entries.id());
            String name = "command/" + command.path("id").stringValue();
            a.client().call("sync.push", Entries.push(command));
            a.client()
                    .call(
                            "sync.push",
                            Entries.push(Entries.deleted(command, System.currentTimeMillis())));
            a.clock.move(Duration.ofDays(91));
            a.client().call("sync.push", Entries.push(Entries.preference("k", 1)));
            assertThat(a.all()).containsKey(name);
            rig.relay();
            a.client().call("sync.now");
            await().atMost(Rig.SOON).until(() -> !a.all().containsKey(name));
            assertThat(a.all()).containsKey("preference/k");
        }
    }
}
