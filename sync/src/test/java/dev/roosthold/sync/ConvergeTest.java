package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.peers.JsClient;
import dev.roosthold.jazz.peers.NpmPackages;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.replica.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Section 20: two daemons and the published Jazz library on one account end with the
/// same, whatever was done in which order, with and without the relay.
final class ConvergeTest {
    private static final String[] DEVICES = {
        "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
    };

    @TempDir private Path folder;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void scripts() {
        run(5, 1000);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void aHundredScripts() {
        run(100, 2000);
    }

    private void run(int scripts, long seed) {
        Path npm = NpmPackages.folder(Path.of("../jazz"));
        for (int i = 0; i < scripts; i++) {
            script(seed + i, npm);
        }
    }

    private void script(long seed, Path npm) {
        var random = new Random(seed);
        int key = (int) seed;
        try (var rig = new Rig(folder.resolve("s" + seed));
                var js = new JsClient(npm)) {
            rig.relay();
            List<Rig.Device> devices =
                    List.of(
                            rig.device("a").relay().start().initialised(key),
                            rig.device("b").relay().start().initialised(key));
            devices.forEach(device -> device.awaitState("ONLINE"));
            AccountKey account = AccountKey.ofSeed(Base64.getDecoder().decode(Rig.key(key)));
            Layout layout = Layout.of(account.accountId());
            devices.getFirst().awaitSent();
            var login = new LinkedHashMap<String, Json>();
            login.put("account", account.accountId().json());
            login.put("secret", Json.of(account.identity().secret().reveal()));
            login.put("url", Json.of(rig.relay().toString()));
            js.call("login", login);
            var commands = new ArrayList<ObjectNode>();
            int fromJs = 0;
            for (int step = 0; step < 40; step++) {
                Rig.Device device = devices.get(random.nextInt(2));
                long now = System.currentTimeMillis();
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> {
                        ObjectNode command = Entries.command(Entries.id(), now - random.nextInt(5));
                        commands.add(command);
                        device.client().call("sync.push", Entries.push(command));
                    }
                    case 3 -> {
                        if (!commands.isEmpty()) {
                            ObjectNode known = commands.get(random.nextInt(commands.size()));
                            device.client()
                                    .call(
                                            "sync.push",
                                            Entries.push(
                                                    Entries.deleted(
                                                            known, now - random.nextInt(1000))));
                        }
                    }
                    case 4 -> {
                        if (!commands.isEmpty()) {
                            ObjectNode known =
                                    commands.get(random.nextInt(commands.size())).deepCopy();
                            ((ObjectNode) known.get("metadata"))
                                    .put("success", random.nextBoolean())
                                    .put("executedAt", now)
                                    .put("updatedAt", now + random.nextInt(3));
                            device.client().call("sync.push", Entries.push(known));
                        }
                    }
                    case 5, 6, 7 ->
                            device.client()
                                    .call(
                                            "sync.push",
                                            Entries.push(
                                                    Entries.preference(
                                                            "key" + random.nextInt(3),
                                                            now / 500 * 500
                                                                    - random.nextInt(2) * 500,
                                                            DEVICES[random.nextInt(2)],
                                                            Entries.blob(20 + random.nextInt(3)))));
                    case 8 -> {
                        String method = random.nextBoolean() ? "sync.pause" : "sync.resume";
                        device.client().call(method);
                    }
                    default -> {
                        if (random.nextInt(4) == 0) {
                            rig.stopRelay();
                            rig.relay();
                        } else {
                            fromJs++;
                            append(js, layout, "script " + seed);
                        }
                    }
                }
            }
            for (Rig.Device device : devices) {
                device.client().call("sync.resume");
            }
            for (Rig.Device device : devices) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> device.client().state().equals("ONLINE"));
                await().atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        device.client()
                                                        .call("sync.status")
                                                        .path("pendingUp")
                                                        .asInt()
                                                == 0);
            }
            js.call("sync");
            int expected = commands.size() + fromJs;
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> {
                                var one = shared(devices.get(0));
                                assertThat(one)
                                        .as("script " + seed)
                                        .isEqualTo(shared(devices.get(1)));
                                assertThat(
                                                one.keySet().stream()
                                                        .filter(name -> name.startsWith("command"))
                                                        .count())
                                        .isEqualTo(expected);
                            });
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> compareWith(js, layout, devices.getFirst(), expected));
        }
    }

    /// An entry as another program on the published library would add it: a map of its own.
    private static void append(JsClient js, Layout layout, String text) {
        String id = Entries.id();
        var entry = new LinkedHashMap<String, Json>();
        entry.put("id", Json.of(id));
        entry.put("deviceId", Json.of(Entries.DEVICE));
        entry.put("encryptedPayload", Json.of(Entries.blob(text.length())));
        entry.put("safetyLevel", Json.of("moderate"));
        entry.put("executed", Json.of(false));
        entry.put("createdAt", Json.of((double) System.currentTimeMillis()));
        var make = new LinkedHashMap<String, Json>();
        make.put("type", Json.of("comap"));
        make.put("owner", layout.account().json());
        make.put("value", new Json.Obj(entry));
        make.put("uniqueness", Json.of("caro-sync-entry-v1/" + id));
        CoId made = js.id("make", make);
        var edit = new LinkedHashMap<String, Json>();
        edit.put("id", layout.history().json());
        edit.put("edits", Json.array(Json.array(Json.of("push"), made.json())));
        js.call("edit", edit);
    }

    /// Everything but devices, whose times differ by nature, and the cursor.
    private static Map<String, JsonNode> shared(Rig.Device device) {
        var all = new TreeMap<String, JsonNode>(device.all());
        all.keySet().removeIf(name -> name.startsWith("device/"));
        return all;
    }

    /// What the published library reads of the same values.
    private static void compareWith(JsClient js, Layout layout, Rig.Device device, int expected) {
        assertThat(js.call("root")).isEqualTo(layout.root().json());
        Json.Obj root = (Json.Obj) js.read(layout.root());
        assertThat(root.get("schemaVersion")).isEqualTo(Json.of(Layout.SCHEMA));
        assertThat(root.get("commandHistory")).isEqualTo(layout.history().json());
        Json.Arr feed = (Json.Arr) js.read(layout.history());
        var ids = new java.util.HashSet<String>();
        for (Json item : feed.items()) {
            ids.add(
                    item instanceof Json.Obj inline
                            ? String.valueOf(inline.text("id"))
                            : String.valueOf(
                                    ((Json.Obj) js.read(new CoId(((Json.Str) item).value())))
                                            .text("id")));
        }
        assertThat(ids).hasSize(expected);
        var all = device.all();
        assertThat(ids).allMatch(id -> all.containsKey("command/" + id));
        Json.Obj preferences = (Json.Obj) js.read(layout.preferenceEntries());
        // On exact ties each published client keeps what came last, so only the keys are equal.
        all.forEach(
                (name, entry) -> {
                    if (name.startsWith("preference/")) {
                        assertThat(preferences.members()).containsKey(name.substring(11) + "@");
                    }
                });
    }

    @Test
    void theIdsOfTheValuesAreTheSameForThePublishedLibrary() {
        Path npm = NpmPackages.folder(Path.of("../jazz"));
        byte[] seed = Base64.getDecoder().decode(Rig.key(77));
        Layout layout = Layout.of(JazzSyncService.accountOf(seed));
        try (var rig = new Rig(folder);
                var js = new JsClient(npm)) {
            var create = new LinkedHashMap<String, Json>();
            create.put("seed", Json.of(java.util.HexFormat.of().formatHex(seed)));
            create.put("name", Json.of("js"));
            create.put("url", Json.of(rig.relay().toString()));
            Json.Obj made = (Json.Obj) js.call("create", create);
            assertThat(made.get("account")).isEqualTo(layout.account().json());
            var root = new LinkedHashMap<String, Json>();
            root.put("type", Json.of("comap"));
            root.put("owner", layout.account().json());
            root.put("uniqueness", Json.of("caro-sync-root-v1"));
            assertThat(js.id("make", root)).isEqualTo(layout.root());
            js.call("sync");
            // The daemon finds the account that the other library made.
            Rig.Device a = rig.device("a").relay().start().initialised(77);
            a.awaitState("ONLINE");
            assertThat(
                            Jazz.uniqueId(
                                    dev.roosthold.jazz.value.ValueType.MAP,
                                    layout.account(),
                                    "caro-sync-root-v1"))
                    .isEqualTo(layout.root());
        }
    }
}
