package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.peers.JsClient;
import dev.roosthold.jazz.peers.NpmPackages;
import dev.roosthold.sync.replica.JazzSyncService;
import dev.roosthold.sync.replica.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Section 20: two daemons and the published Jazz library on one account end with the
/// same, whatever was done in which order, with and without the relay.
@NullUnmarked // what is missing fails the test
final class ConvergeTest {
    private static final String[] DEVICES = {
        "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
    };

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void scripts() {
        run(5, 1000);
    }

    /// On the other two devices and on one that comes last it is what section 8 says.
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

    /// What the rules of section 8 make of everything that was written, in whatever order.
    private static final class Expected {
        final Map<String, ObjectNode> commands = new LinkedHashMap<>();
        final Map<String, Long> deleted = new HashMap<>();
        final Map<String, ObjectNode> preferences = new HashMap<>();

        void deleted(String id, long at) {
            deleted.merge(id, at, Math::min);
        }

        void preference(ObjectNode write) {
            preferences.merge(
                    write.path("id").stringValue(),
                    write,
                    (one, other) -> BY_TUPLE.compare(one, other) >= 0 ? one : other);
        }

        void isWhat(Map<String, JsonNode> shared, String script) {
            commands.forEach(
                    (id, command) -> {
                        JsonNode found = shared.get("command/" + id);
                        assertThat(found).as(script + " " + id).isNotNull();
                        Long at = deleted.get(id);
                        if (at == null) {
                            assertThat(found.path("encrypted"))
                                    .as(script)
                                    .isEqualTo(command.path("encrypted"));
                            assertThat(found.path("metadata").has("deletedAt")).isFalse();
                        } else {
                            assertThat(found.path("encrypted").stringValue()).isEmpty();
                            assertThat(found.path("metadata").path("deletedAt").asLong())
                                    .as(script)
                                    .isEqualTo(at);
                        }
                    });
            preferences.forEach(
                    (key, write) -> {
                        JsonNode found = shared.get("preference/" + key);
                        assertThat(found).as(script + " " + key).isNotNull();
                        assertThat(found.path("encrypted"))
                                .as(script + " " + key)
                                .isEqualTo(write.path("encrypted"));
                        assertThat(found.path("metadata").path("updatedAt").asLong())
                                .as(script + " " + key)
                                .isEqualTo(write.path("metadata").path("updatedAt").asLong());
                    });
        }
    }

    private static final Comparator<JsonNode> BY_TUPLE =
            Comparator.comparingLong((JsonNode one) -> one.at("/metadata/updatedAt").asLong())
                    .thenComparing(one -> one.at("/metadata/deviceId").stringValue())
                    .thenComparing(one -> one.path("encrypted").stringValue());

    private void script(long seed, Path npm) {
        var random = new Random(seed);
        int key = (int) seed;
        try (var rig = new Rig(folder.resolve("s" + seed)).withKilledRelay();
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
            // What it has seen once it has also while it is away.
            for (CoId value :
                    List.of(layout.history(), layout.states(), layout.preferenceEntries())) {
                js.read(value);
            }
            var expected = new Expected();
            for (int step = 0; step < 50; step++) {
                long now = System.currentTimeMillis();
                int device = random.nextInt(3);
                if (device == 2) {
                    published(js, layout, random, now, expected);
                } else {
                    daemon(devices.get(device), random, now, expected);
                }
                if (random.nextInt(40) == 0) {
                    rig.stopRelay();
                    rig.relay();
                }
            }
            js.call("connect");
            devices.forEach(device -> device.client().answer("sync.now", "{}"));
            for (Rig.Device device : devices) {
                await().atMost(PATIENCE).until(() -> device.client().state().equals("ONLINE"));
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        device.client()
                                                        .call("sync.status")
                                                        .path("pendingUp")
                                                        .asInt()
                                                == 0);
            }
            js.call("sync");
            String script = "script " + seed;
            // Those two, and one that has nothing and reads the whole log.
            var all = new ArrayList<>(devices);
            all.add(rig.device("c").relay().start().initialised(key));
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                var first = shared(all.getFirst());
                                for (Rig.Device device : all) {
                                    assertThat(shared(device)).as(script).isEqualTo(first);
                                }
                                assertThat(
                                                first.keySet().stream()
                                                        .filter(name -> name.startsWith("command"))
                                                        .count())
                                        .isEqualTo(expected.commands.size());
                                expected.isWhat(first, script);
                            });
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    compareWith(
                                            js,
                                            layout,
                                            devices.getFirst(),
                                            expected.commands.size()));
        }
    }

    private static ObjectNode preference(Random random, long now) {
        return Entries.preference(
                "key" + random.nextInt(3),
                now / 500 * 500 - random.nextInt(2) * 500L,
                DEVICES[random.nextInt(2)],
                Entries.blob(20 + random.nextInt(3)));
    }

    private static String any(Random random, Expected expected) {
        var ids = List.copyOf(expected.commands.keySet());
        return ids.get(random.nextInt(ids.size()));
    }

    private static void daemon(Rig.Device device, Random random, long now, Expected expected) {
        int what = random.nextInt(10);
        if (what < 3 || expected.commands.isEmpty()) {
            ObjectNode command = Entries.command(Entries.id(), now - random.nextInt(5));
            expected.commands.put(command.path("id").stringValue(), command);
            device.client().call("sync.push", Entries.push(command));
        } else if (what == 3) {
            String id = any(random, expected);
            long at = now - random.nextInt(1000);
            expected.deleted(id, at);
            device.client()
                    .call(
                            "sync.push",
                            Entries.push(Entries.deleted(expected.commands.get(id), at)));
        } else if (what == 4) {
            ObjectNode known = expected.commands.get(any(random, expected)).deepCopy();
            ((ObjectNode) known.get("metadata"))
                    .put("success", random.nextBoolean())
                    .put("executedAt", now)
                    .put("updatedAt", now + random.nextInt(3));
            device.client().call("sync.push", Entries.push(known));
        } else if (what < 8) {
            ObjectNode write = preference(random, now);
            if (random.nextInt(5) == 0) {
                write = Entries.deleted(write, write.at("/metadata/updatedAt").asLong());
            }
            expected.preference(write);
            device.client().call("sync.push", Entries.push(write));
        } else {
            device.client().call(random.nextBoolean() ? "sync.pause" : "sync.resume");
        }
    }

    /// The third device: a program on the published library, which writes the same forms.
    private static void published(
            JsClient js, Layout layout, Random random, long now, Expected expected) {
        int what = random.nextInt(10);
        if (what < 3 || expected.commands.isEmpty()) {
            ObjectNode command = Entries.command(Entries.id(), now);
            expected.commands.put(command.path("id").stringValue(), command);
            append(js, layout, command, random.nextBoolean());
        } else if (what < 5) {
            String id = any(random, expected);
            long at = now - random.nextInt(1000);
            expected.deleted(id, at);
            var state = new LinkedHashMap<String, Json>();
            state.put("executed", Json.of(true));
            state.put("deletedAt", Json.of((double) at));
            state.put("updatedAt", Json.of((double) at));
            state.put("stateBy", Json.of(Entries.DEVICE));
            edit(js, layout.states(), Json.array(Json.of("set"), Json.of(id), new Json.Obj(state)));
        } else if (what < 8) {
            ObjectNode write = preference(random, now);
            expected.preference(write);
            String name = write.path("id").stringValue();
            var stamp = new LinkedHashMap<String, Json>();
            stamp.put("updatedAt", Json.of((double) write.at("/metadata/updatedAt").asLong()));
            stamp.put("deviceId", Json.of(write.at("/metadata/deviceId").stringValue()));
            var members = new LinkedHashMap<String, Json>();
            members.put(name, Json.of(write.path("encrypted").stringValue()));
            members.put(name + "@", Json.of(JsonText.compact(new Json.Obj(stamp))));
            edit(
                    js,
                    layout.preferenceEntries(),
                    Json.array(Json.of("assign"), new Json.Obj(members)));
        } else {
            js.call(random.nextBoolean() ? "disconnect" : "connect");
        }
    }

    private static void edit(JsClient js, CoId value, Json edit) {
        var arguments = new LinkedHashMap<String, Json>();
        arguments.put("id", value.json());
        arguments.put("edits", Json.array(edit));
        js.call("edit", arguments);
    }

    /// An entry as another program on the published library would add it: a map of its own, or an
    /// object in the feed.
    private static void append(JsClient js, Layout layout, ObjectNode command, boolean inline) {
        String id = command.path("id").stringValue();
        var entry = new LinkedHashMap<String, Json>();
        entry.put("id", Json.of(id));
        entry.put("deviceId", Json.of(Entries.DEVICE));
        entry.put("encryptedPayload", Json.of(command.path("encrypted").stringValue()));
        entry.put("safetyLevel", Json.of("moderate"));
        entry.put("executed", Json.of(false));
        entry.put("createdAt", Json.of((double) command.at("/metadata/createdAt").asLong()));
        Json item = new Json.Obj(entry);
        if (!inline) {
            var make = new LinkedHashMap<String, Json>();
            make.put("type", Json.of("comap"));
            make.put("owner", layout.account().json());
            make.put("value", item);
            make.put("uniqueness", Json.of("caro-sync-entry-v1/" + id));
            item = js.id("make", make).json();
        }
        edit(js, layout.history(), Json.array(Json.of("push"), item));
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
