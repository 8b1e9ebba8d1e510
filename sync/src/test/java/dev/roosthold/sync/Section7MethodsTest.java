package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@NullUnmarked // what is missing fails the test
final class Section7MethodsTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"deviceName\":\"a\",\"platform\":\"linux\"}                       | -32602 |"
                        + " authKey",
                "{\"authKey\":1,\"deviceName\":\"a\",\"platform\":\"linux\"}         | -32602 |"
                        + " authKey",
                "{\"authKey\":\"x\",\"deviceName\":\"\",\"platform\":\"linux\"}      | -32602 |"
                        + " deviceName",
                "{\"authKey\":\"x\",\"deviceName\":\"a\\u0007\",\"platform\":\"linux\"} | -32602 |"
                        + " deviceName",
                "{\"authKey\":\"x\",\"deviceName\":\"a\",\"platform\":\"beos\"}      | -32602 |"
                        + " platform",
                "{\"authKey\":\"x\",\"deviceName\":\"a\",\"platform\":\"linux\"}     | -32002 | ",
                "{\"authKey\":\"AAAA\",\"deviceName\":\"a\",\"platform\":\"linux\"}  | -32002 | ",
            })
    void initWithWrongParametersStoresNothing(String params, int code, String field) {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start();
            JsonNode error = device.client().answer("sync.init", params).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(code);
            if (field != null) {
                assertThat(error.path("data").path("field").stringValue()).isEqualTo(field);
            }
            assertThat(device.client().state()).isEqualTo("UNINITIALIZED");
            assertThat(device.config().authKeyFile()).doesNotExist();
        }
    }

    @Test
    void initWithTheAccountOfAnotherKeyIsRefused() {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start();
            ObjectNode params = device.initParams(1).put("accountId", "co_zSomebodyElse");
            assertThat(
                            device.client()
                                    .answer("sync.init", params)
                                    .path("error")
                                    .path("code")
                                    .asInt())
                    .isEqualTo(-32002);
            assertThat(device.client().state()).isEqualTo("UNINITIALIZED");
        }
    }

    @Test
    void initWithADeadRelayKeepsTheIdentity() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start();
            JsonNode error = device.init(1).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32003);
            JsonNode data = error.path("data");
            assertThat(data.path("state").stringValue()).isEqualTo("OFFLINE");
            assertThat(data.path("identityStored").asBoolean()).isTrue();
            assertThat(data.path("hint").stringValue()).isNotBlank();
            assertThat(data.path("accountId").stringValue()).startsWith("co_z");
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(device.config().authKeyFile())))
                    .isEqualTo("rw-------");
            assertThat(Files.size(device.config().authKeyFile())).isEqualTo(32);
            JsonNode status = device.client().call("sync.status");
            assertThat(status.path("deviceId")).isEqualTo(data.path("deviceId"));
            assertThat(status.path("lastSync").isNull()).isTrue();
            assertThat(status.path("connected").asBoolean()).isFalse();
            assertThat(device.client().call("daemon.health").path("healthy").asBoolean()).isTrue();
            device.stop();
            device.start();
            device.awaitState("OFFLINE");
            assertThat(device.client().call("sync.status").path("deviceId"))
                    .isEqualTo(data.path("deviceId"));
        }
    }

    @Test
    void initAgainIsRefusedWithAHint() {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").relay().start();
            JsonNode result = device.init(1).path("result");
            assertThat(result.path("success").asBoolean()).isTrue();
            assertThat(result.path("state").stringValue()).isEqualTo("ONLINE");
            JsonNode error = device.init(1).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32004);
            assertThat(error.path("data").path("hint").stringValue()).contains("sync.reset");
        }
    }

    @Test
    void healthShowsTheRelayWithoutItsSecrets() {
        try (var rig = new Rig(folder)) {
            Rig.Device device =
                    rig.device("a")
                            .option("--relay", "ws://user:pass@127.0.0.1:1/path?key=secret#x")
                            .start();
            JsonNode health = device.client().call("daemon.health");
            assertThat(health.path("jazz").path("relay").stringValue())
                    .isEqualTo("ws://127.0.0.1:1/path");
            assertThat(health.path("jazz").get("latency").isNull()).isTrue();
            assertThat(health.path("jazz").path("connected").asBoolean()).isFalse();
            assertThat(health.path("cache").path("sizeBytes").asLong()).isPositive();
            assertThat(health.get("lastError").isNull()).isTrue();
        }
    }

    @Test
    void aFaultOfTheFormStopsTheWholePush() {
        try (var rig = new Rig(folder)) {
            Client client = rig.device("a").start().initialised(1).client();
            ObjectNode good = Entries.command(Entries.id());
            ObjectNode bad = Entries.command("NO-UUID");
            JsonNode error = client.answer("sync.push", Entries.push(good, bad)).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32602);
            assertThat(error.path("data").path("index").asInt()).isEqualTo(1);
            assertThat(error.path("data").path("field").stringValue()).isEqualTo("id");
            ObjectNode device = Entries.command(Entries.id()).put("type", "device");
            assertThat(
                            client.answer("sync.push", Entries.push(device))
                                    .path("error")
                                    .path("data")
                                    .path("field")
                                    .stringValue())
                    .isEqualTo("type");
            assertThat(client.code("sync.push", "{\"entries\":[]}")).isEqualTo(-32602);
            assertThat(client.code("sync.push", "{}")).isEqualTo(-32602);
            assertThat(client.call("daemon.health").path("queue").path("pending").asInt()).isZero();
        }
    }

    @Test
    void aFaultOfTheContentStopsItsEntryOnly() {
        try (var rig = new Rig(folder)) {
            Client client = rig.device("a").start().initialised(1).client();
            ObjectNode good = Entries.command(Entries.id());
            ObjectNode blob = Entries.command(Entries.id()).put("encrypted", "AAAA");
            ObjectNode empty = Entries.command(Entries.id()).put("encrypted", "");
            ObjectNode large = Entries.command(Entries.id()).put("encrypted", Entries.blob(10_241));
            ObjectNode largest =
                    Entries.command(Entries.id()).put("encrypted", Entries.blob(10_240));
            ObjectNode future =
                    Entries.command(Entries.id(), System.currentTimeMillis() + 6 * 60_000);
            JsonNode result =
                    client.call(
                            "sync.push", Entries.push(good, blob, empty, large, largest, future));
            assertThat(result.path("synced").asInt()).isZero();
            assertThat(result.path("queued").asInt()).isEqualTo(2);
            assertThat(result.path("failed")).hasSize(4);
            var codes = new java.util.ArrayList<Integer>();
            result.path("errors").forEach(error -> codes.add(error.path("code").asInt()));
            assertThat(codes).containsExactly(-32007, -32007, -32006, -32602);
        }
    }

    @Test
    void pullPagesThroughEverythingOnce() {
        try (var rig = new Rig(folder)) {
            Client client = rig.device("a").start().initialised(1).client();
            var ids = new HashSet<String>();
            for (int i = 0; i < 25; i++) {
                String id = Entries.id();
                ids.add(id);
                client.call("sync.push", Entries.push(Entries.command(id)));
            }
            var found = new HashSet<String>();
            long cursor = 0;
            boolean more = true;
            while (more) {
                JsonNode page = client.call("sync.pull", "{\"since\":" + cursor + ",\"limit\":7}");
                for (JsonNode entry : page.path("entries")) {
                    if (entry.path("type").stringValue().equals("command")) {
                        assertThat(found.add(entry.path("id").stringValue())).isTrue();
                    }
                }
                assertThat(page.path("stale").asBoolean()).isTrue();
                assertThat(page.path("nextCursor").asLong()).isGreaterThan(cursor);
                cursor = page.path("nextCursor").asLong();
                more = page.path("hasMore").asBoolean();
            }
            assertThat(found).isEqualTo(ids);
            JsonNode none = client.call("sync.pull", "{\"since\":" + cursor + "}");
            assertThat(none.path("entries")).isEmpty();
            assertThat(none.path("nextCursor").asLong()).isEqualTo(cursor);
            assertThat(client.call("sync.pull", "{\"since\":null}").path("entries")).hasSize(26);
            for (String limit : List.of("0", "1001", "\"x\"")) {
                assertThat(client.code("sync.pull", "{\"limit\":" + limit + "}")).isEqualTo(-32602);
            }
        }
    }

    @Test
    void aPullStopsAtOneMebibyte() {
        try (var rig = new Rig(folder)) {
            Client client = rig.device("a").start().initialised(1).client();
            for (int batch = 0; batch < 2; batch++) {
                var entries = new java.util.ArrayList<ObjectNode>();
                for (int i = 0; i < 60; i++) {
                    entries.add(
                            Entries.command(Entries.id()).put("encrypted", Entries.blob(10_000)));
                }
                client.call("sync.push", Entries.push(entries));
            }
            JsonNode page = client.call("sync.pull", "{\"limit\":1000}");
            assertThat(page.toString().length()).isLessThan(1_048_576);
            assertThat(page.path("entries").size()).isBetween(60, 90);
            assertThat(page.path("hasMore").asBoolean()).isTrue();
        }
    }

    @Test
    void whatIsPushedInOnePlaceIsPulledInAnother() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            String id = Entries.id();
            JsonNode result = a.client().call("sync.push", Entries.push(Entries.command(id)));
            assertThat(result.path("synced").asInt()).isEqualTo(1);
            await().atMost(Rig.SOON).until(() -> b.all().containsKey("command/" + id));
            JsonNode here = a.all().get("command/" + id);
            assertThat(b.all().get("command/" + id)).isEqualTo(here);
            a.awaitSent();
            JsonNode status = a.client().call("sync.status");
            assertThat(status.path("connected").asBoolean()).isTrue();
            assertThat(status.path("lastSync").asLong()).isPositive();
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                            .call("daemon.health")
                                            .path("jazz")
                                            .path("latency")
                                            .isNumber());
            assertThat(a.client().call("sync.now").path("pendingUp").asInt()).isZero();
        }
    }

    @Test
    void devicesKnowEachOtherAndOneCanBeRemoved() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            await().atMost(Rig.SOON)
                    .until(() -> a.client().call("device.list").path("devices").size() == 2);
            JsonNode devices = a.client().call("device.list").path("devices");
            assertThat(devices.get(0).path("isCurrentDevice").asBoolean()).isTrue();
            assertThat(devices.get(1).path("name").stringValue()).isEqualTo("device b");
            assertThat(devices.get(1).path("isActive").asBoolean()).isTrue();
            String other = devices.get(1).path("deviceId").stringValue();
            String own = devices.get(0).path("deviceId").stringValue();
            assertThat(a.client().code("device.remove", "{\"deviceId\":\"" + own + "\"}"))
                    .isEqualTo(-32602);
            assertThat(a.client().code("device.remove", "{\"deviceId\":\"x\"}")).isEqualTo(-32602);
            a.client().call("device.remove", "{\"deviceId\":\"" + other + "\"}");
            await().atMost(Rig.SOON)
                    .until(
                            () -> {
                                JsonNode seen = b.client().call("device.list").path("devices");
                                return !seen.get(0).path("isActive").asBoolean();
                            });
            JsonNode renamed =
                    b.client().call("device.register", "{\"name\":\"new\",\"platform\":\"macos\"}");
            assertThat(renamed.path("deviceId").stringValue()).isEqualTo(other);
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                            .call("device.list")
                                            .path("devices")
                                            .get(1)
                                            .path("name")
                                            .stringValue()
                                            .equals("new"));
        }
    }

    @Test
    void aResetRemovesEverythingHereAndNothingThere() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            String id = Entries.id();
            a.client().call("sync.push", Entries.push(Entries.command(id)));
            await().atMost(Rig.SOON).until(() -> b.all().containsKey("command/" + id));
            String device = a.client().call("sync.status").path("deviceId").stringValue();
            assertThat(a.client().code("sync.reset", "{}")).isEqualTo(-32602);
            JsonNode result = a.client().call("sync.reset", "{\"confirm\":true}");
            assertThat(result.path("success").asBoolean()).isTrue();
            assertThat(a.client().state()).isEqualTo("UNINITIALIZED");
            assertThat(a.config().authKeyFile()).doesNotExist();
            assertThat(a.config().valuesFile()).doesNotExist();
            assertThat(new String(Files.readAllBytes(a.config().database()), "ISO-8859-1"))
                    .doesNotContain(id);
            a.init(1);
            await().atMost(Rig.SOON).until(() -> a.all().containsKey("command/" + id));
            assertThat(a.client().call("sync.status").path("deviceId").stringValue())
                    .isNotEqualTo(device);
            assertThat(b.all()).containsKey("command/" + id);
        }
    }

    @Test
    void aRemoteResetDeletesForAllDevicesOrNothing() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            String id = Entries.id();
            a.client()
                    .call(
                            "sync.push",
                            Entries.push(
                                    Entries.command(id),
                                    Entries.preference("theme", System.currentTimeMillis())));
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    b.all().containsKey("command/" + id)
                                            && b.all().containsKey("preference/theme"));
            a.client().call("sync.pause");
            assertThat(a.client().code("sync.reset", "{\"confirm\":true,\"remote\":true}"))
                    .isEqualTo(-32003);
            assertThat(a.all()).containsKey("command/" + id);
            a.client().call("sync.now");
            a.client().call("sync.reset", "{\"confirm\":true,\"remote\":true}");
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    b.all().get("command/" + id).path("metadata").has("deletedAt")
                                            && b.all()
                                                    .get("preference/theme")
                                                    .path("metadata")
                                                    .has("deletedAt"));
            assertThat(b.all().get("command/" + id).path("encrypted").stringValue()).isEmpty();
        }
    }

    @Test
    void eventsAreHeardBySubscribers() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            try (Client listener = b.another();
                    Client own = a.another()) {
                JsonNode subscribed =
                        listener.call("daemon.subscribe", "{\"events\":[\"entries\"]}");
                assertThat(subscribed.path("state").stringValue()).isEqualTo("ONLINE");
                assertThat(subscribed.path("events").get(0).stringValue()).isEqualTo("entries");
                own.call("daemon.subscribe", "{\"events\":[\"syncComplete\"]}");
                a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
                JsonNode entries = listener.notification();
                assertThat(entries.path("method").stringValue()).isEqualTo("event.entries");
                assertThat(entries.path("params").path("count").asInt()).isPositive();
                JsonNode complete = own.notification();
                assertThat(complete.path("method").stringValue()).isEqualTo("event.syncComplete");
                assertThat(complete.path("params").path("pushed").asInt()).isEqualTo(1);
                assertThat(listener.code("daemon.subscribe", "{\"events\":[\"x\"]}"))
                        .isEqualTo(-32602);
                assertThat(listener.call("daemon.unsubscribe").path("events")).isEmpty();
            }
        }
    }

    @Test
    void aShutdownIsAnsweredBeforeTheSocketCloses() {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").start();
            JsonNode result =
                    device.client().call("daemon.shutdown", "{\"reason\":\"the test is over\"}");
            assertThat(result.path("acknowledged").asBoolean()).isTrue();
            assertThat(result.path("pendingOperations").asInt()).isZero();
            assertThat(device.client().readLine()).isNull();
            await().atMost(Rig.SOON).until(() -> !Files.exists(device.socket()));
        }
    }
}
