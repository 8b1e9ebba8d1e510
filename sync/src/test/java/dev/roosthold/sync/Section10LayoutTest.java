package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.replica.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Section10LayoutTest {
    @TempDir private Path folder;

    @Test
    void accountAndRootFollowFromTheKey() {
        byte[] key =
                HexFormat.of()
                        .parseHex(
                                "cca92326fd74634d1782ededaa9c5f4c005da914a3d728f97bddf3a3f887de18");
        CoId account = JazzSyncService.accountOf(key);
        assertThat(account.text()).isEqualTo("co_zUyxyzqm7a4F6vD67Bh1nzEqstd");
        assertThat(Layout.of(account).root().text()).isEqualTo("co_z3f3hFDUdpVPmw1km3BK239P5tX");
    }

    @Test
    void twoDevicesThatWereSetUpOfflineJoin() {
        try (var rig = new Rig(folder)) {
            rig.relay();
            rig.stopRelay();
            Rig.Device a = rig.device("a").relay();
            Rig.Device b = rig.device("b").relay();
            rig.stopRelay();
            String one = Entries.id();
            String two = Entries.id();
            a.start();
            b.start();
            assertThat(a.init(1).path("error").path("code").asInt()).isEqualTo(-32003);
            assertThat(b.init(1).path("error").path("code").asInt()).isEqualTo(-32003);
            assertThat(a.client().call("sync.status").path("syncRootId"))
                    .isEqualTo(b.client().call("sync.status").path("syncRootId"));
            a.client().call("sync.push", Entries.push(Entries.command(one)));
            b.client().call("sync.push", Entries.push(Entries.command(two)));
            rig.relay();
            a.client().call("sync.now");
            b.client().call("sync.now");
            for (Rig.Device device : List.of(a, b)) {
                await().atMost(Rig.SOON)
                        .until(
                                () ->
                                        device.all().containsKey("command/" + one)
                                                && device.all().containsKey("command/" + two)
                                                && device.client()
                                                                .call("device.list")
                                                                .path("devices")
                                                                .size()
                                                        == 2);
            }
        }
    }

    @Test
    void aNewerSchemaIsReadOnly() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            a.awaitSent();
            AccountKey key = AccountKey.ofSeed(Base64.getDecoder().decode(Rig.key(1)));
            Layout layout = Layout.of(key.accountId());
            try (Jazz jazz = Jazz.open(JazzOptions.of(key).relay(rig.relay()))) {
                jazz.login(Duration.ofSeconds(10));
                jazz.load(layout.root(), Duration.ofSeconds(10));
                jazz.write(layout.root(), List.of(Changes.set("schemaVersion", Json.of(99))));
                jazz.awaitSynced(Duration.ofSeconds(10));
            }
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                            .call("sync.status")
                                            .path("lastError")
                                            .path("code")
                                            .asString("")
                                            .equals("SCHEMA_TOO_NEW"));
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            assertThat(a.client().call("sync.status").path("pendingUp").asInt()).isEqualTo(1);
        }
    }

    @Test
    void entriesOfTheFirstSchemaAreRead() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            AccountKey key = AccountKey.ofSeed(Base64.getDecoder().decode(Rig.key(1)));
            Layout layout = Layout.of(key.accountId());
            String id = Entries.id();
            try (Jazz jazz = Jazz.open(JazzOptions.of(key).relay(rig.relay()))) {
                jazz.login(Duration.ofSeconds(10));
                jazz.load(layout.history(), Duration.ofSeconds(10));
                CoId entry =
                        jazz.createUnique(
                                dev.roosthold.jazz.value.ValueType.MAP,
                                layout.account(),
                                "caro-sync-entry-v1/" + id);
                var members = new java.util.LinkedHashMap<String, Json>();
                members.put("id", Json.of(id));
                members.put("deviceId", Json.of(Entries.DEVICE));
                members.put("encryptedPayload", Json.of(Entries.blob(50)));
                members.put("safetyLevel", Json.of("safe"));
                members.put("executed", Json.of(true));
                members.put("createdAt", Json.of(1000));
                jazz.write(entry, Changes.set(members));
                jazz.write(layout.history(), List.of(entry.json()));
                jazz.awaitSynced(Duration.ofSeconds(10));
            }
            await().atMost(Rig.SOON).until(() -> a.all().containsKey("command/" + id));
            assertThat(a.client().call("sync.status").path("pendingDown").asInt()).isZero();
        }
    }

    @Test
    void whatIsMalformedIsPassedOverAndCounted() {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            AccountKey key = AccountKey.ofSeed(Base64.getDecoder().decode(Rig.key(1)));
            Layout layout = Layout.of(key.accountId());
            String id = Entries.id();
            try (Jazz jazz = Jazz.open(JazzOptions.of(key).relay(rig.relay()))) {
                jazz.login(Duration.ofSeconds(10));
                jazz.load(layout.history(), Duration.ofSeconds(10));
                jazz.write(
                        layout.history(),
                        List.of(Json.of(7), Json.array(), Json.NULL, Json.of("co_"), Json.of("x")));
                jazz.awaitSynced(Duration.ofSeconds(10));
            }
            await().atMost(Rig.SOON)
                    .until(
                            () ->
                                    a.client()
                                                    .call("daemon.metrics", "{\"format\":\"json\"}")
                                                    .path("caro_sync_malformed_total")
                                                    .asInt()
                                            >= 4);
            a.client().call("sync.push", Entries.push(Entries.command(id)));
            a.awaitSent();
        }
    }
}
