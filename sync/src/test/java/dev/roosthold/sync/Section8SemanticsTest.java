package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@NullUnmarked // what is missing fails the test
final class Section8SemanticsTest {
    private static final String D1 = "00000000-0000-4000-8000-00000000000a";
    private static final String D2 = "00000000-0000-4000-8000-00000000000b";

    @TempDir private Path folder;

    @Test
    void aLateArrivalIsPulledThoughItIsOld() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            b.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            long cursor =
                    b.client().call("sync.pull", "{\"limit\":1000}").path("nextCursor").asLong();
            String old = Entries.id();
            long weekAgo = System.currentTimeMillis() - 7 * 86_400_000L;
            a.client().call("sync.push", Entries.push(Entries.command(old, weekAgo)));
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    b.client()
                                            .call("sync.pull", "{\"since\":" + cursor + "}")
                                            .toString()
                                            .contains(old));
        }
    }

    @Test
    void cursorsGrowWhenTheClockJumpsBack() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            long cursor = a.client().call("sync.pull").path("nextCursor").asLong();
            a.clock.move(Duration.ofHours(-5));
            String id = Entries.id();
            a.client().call("sync.push", Entries.push(Entries.command(id, a.clock.millis())));
            JsonNode page = a.client().call("sync.pull", "{\"since\":" + cursor + "}");
            assertThat(page.path("entries")).hasSize(1);
            assertThat(page.path("nextCursor").asLong()).isGreaterThan(cursor);
        }
    }

    @Test
    void theImmutableStaysAndTheStateChanges() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            String id = Entries.id();
            ObjectNode first = Entries.command(id);
            meta(first).put("executed", false);
            a.client().call("sync.push", Entries.push(first));
            ObjectNode again = first.deepCopy().put("encrypted", Entries.blob(99));
            meta(again)
                    .put("executed", true)
                    .put("success", false)
                    .put("safetyLevel", "critical")
                    .put("executedAt", 5)
                    .put("updatedAt", meta(first).path("createdAt").asLong() + 10);
            long cursor = a.client().call("sync.pull").path("nextCursor").asLong();
            JsonNode result = a.client().call("sync.push", Entries.push(again));
            assertThat(result.path("synced").asInt()).isEqualTo(1);
            JsonNode page = a.client().call("sync.pull", "{\"since\":" + cursor + "}");
            JsonNode entry = a.all().get("command/" + id);
            assertThat(page.path("entries")).contains(entry);
            assertThat(entry.path("encrypted")).isEqualTo(first.path("encrypted"));
            assertThat(entry.path("metadata").path("safetyLevel").stringValue()).isEqualTo("safe");
            assertThat(entry.path("metadata").path("executed").asBoolean()).isTrue();
            assertThat(entry.path("metadata").path("success").asBoolean()).isFalse();
            await().atMost(Rig.SOON).until(() -> entry.equals(b.all().get("command/" + id)));
            a.client().call("sync.push", Entries.push(again));
            JsonNode after =
                    a.client().call("sync.pull", "{\"since\":" + page.path("nextCursor") + "}");
            // The other device may have been seen meanwhile.
            for (JsonNode other : after.path("entries")) {
                assertThat(other.path("type").stringValue()).isEqualTo("device");
            }
        }
    }

    @Test
    void aTombstoneWinsOverEverythingAndTheSmallerTimeStays() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            String id = Entries.id();
            ObjectNode command = Entries.command(id);
            a.client().call("sync.push", Entries.push(command));
            await().atMost(Rig.SOON).until(() -> b.all().containsKey("command/" + id));
            a.client().call("sync.pause");
            b.client().call("sync.pause");
            long now = System.currentTimeMillis();
            a.client().call("sync.push", Entries.push(Entries.deleted(command, now - 100)));
            b.client().call("sync.push", Entries.push(Entries.deleted(command, now - 200)));
            a.client().call("sync.push", Entries.push(command));
            a.client().call("sync.now");
            b.client().call("sync.now");
            for (Rig.Device device : new Rig.Device[] {a, b}) {
                await().atMost(Rig.SOON)
                        .untilAsserted(
                                () -> {
                                    JsonNode entry = device.all().get("command/" + id);
                                    assertThat(entry.path("encrypted").stringValue()).isEmpty();
                                    assertThat(entry.path("metadata").path("deletedAt").asLong())
                                            .isEqualTo(now - 200);
                                });
            }
        }
    }

    @Test
    void preferencesWithEqualTimesAreDecidedByDeviceThenByCiphertext() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            long at = System.currentTimeMillis();
            String low = "A".repeat(4) + Entries.blob(40);
            String[] blobs = {Entries.blob(40), Entries.blob(40)};
            java.util.Arrays.sort(blobs);
            assertThat(low).isNotEqualTo(blobs[0]);
            for (int round = 0; round < 4; round++) {
                String key = "tie" + round;
                String tie = "same" + round;
                Rig.Device first = round % 2 == 0 ? a : b;
                Rig.Device second = round % 2 == 0 ? b : a;
                first.client()
                        .call(
                                "sync.push",
                                Entries.push(
                                        Entries.preference(key, at, D1, blobs[1]),
                                        Entries.preference(tie, at, D1, blobs[0])));
                second.client()
                        .call(
                                "sync.push",
                                Entries.push(
                                        Entries.preference(key, at, D2, blobs[0]),
                                        Entries.preference(tie, at, D1, blobs[1])));
            }
            for (Rig.Device device : new Rig.Device[] {a, b}) {
                await().atMost(Rig.SOON)
                        .untilAsserted(
                                () -> {
                                    var all = device.all();
                                    for (int round = 0; round < 4; round++) {
                                        assertThat(
                                                        all.get("preference/tie" + round)
                                                                .path("encrypted")
                                                                .stringValue())
                                                .isEqualTo(blobs[0]);
                                        assertThat(
                                                        all.get("preference/same" + round)
                                                                .path("encrypted")
                                                                .stringValue())
                                                .isEqualTo(blobs[1]);
                                    }
                                });
            }
        }
    }

    @Test
    void anOldOfflineEditLosesAgainstANewerOneAndIsCountedAsSuperseded() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            long at = System.currentTimeMillis();
            a.client().call("sync.pause");
            JsonNode queued =
                    a.client().call("sync.push", Entries.push(Entries.preference("k", at - 50)));
            assertThat(queued.path("queued").asInt()).isEqualTo(1);
            ObjectNode newer = Entries.preference("k", at);
            b.client().call("sync.push", Entries.push(newer));
            b.awaitSent();
            a.client().call("sync.now");
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    newer.path("encrypted")
                                            .equals(a.all().get("preference/k").path("encrypted")));
            a.awaitSent();
            assertThat(
                            a.client()
                                    .call("daemon.metrics", "{\"format\":\"json\"}")
                                    .path("caro_sync_superseded_total")
                                    .asInt())
                    .isEqualTo(1);
            JsonNode losing =
                    a.client().call("sync.push", Entries.push(Entries.preference("k", at - 10)));
            assertThat(losing.path("synced").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aLaterWriteRevivesADeletedPreference() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            Rig.Device b = rig.device("b").relay().start().initialised(1);
            long at = System.currentTimeMillis();
            ObjectNode one = Entries.preference("k", at - 30);
            a.client().call("sync.push", Entries.push(one));
            a.client().call("sync.push", Entries.push(Entries.deleted(one, at - 20)));
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    b.all().containsKey("preference/k")
                                            && b.all()
                                                    .get("preference/k")
                                                    .path("metadata")
                                                    .has("deletedAt"));
            ObjectNode again = Entries.preference("k", at - 10);
            b.client().call("sync.push", Entries.push(again));
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    again.path("encrypted")
                                            .equals(a.all().get("preference/k").path("encrypted")));
            assertThat(a.all().get("preference/k").path("metadata").has("deletedAt")).isFalse();
        }
    }

    private static ObjectNode meta(ObjectNode entry) {
        return (ObjectNode) entry.get("metadata");
    }
}
