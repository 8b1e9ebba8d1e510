package dev.roosthold.jazz.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.CoFeed;
import dev.roosthold.jazz.client.CoGroup;
import dev.roosthold.jazz.client.CoList;
import dev.roosthold.jazz.client.CoMap;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// People with published clients and people with ours, on one relay.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InteropSuite {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final MapSchema<CommandHistory.Root> ROOT =
            MapSchema.of(CommandHistory.Root.class);
    private static final MapSchema<CommandHistory.Entry> ENTRY =
            MapSchema.of(CommandHistory.Entry.class);
    private static final MapSchema<CommandHistory.Preferences> PREFERENCES =
            MapSchema.of(CommandHistory.Preferences.class);
    private static final MapSchema<CommandHistory.Device> DEVICE =
            MapSchema.of(CommandHistory.Device.class);

    private final SecureRandom random = new SecureRandom();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path npm;
    private RelayUnderTest relay;

    /// Starts the relay.
    ///
    /// @param npm the folder of the published packages
    /// @param folder for its data
    protected abstract RelayUnderTest start(Path npm, Path folder);

    /// The folder of the module `jazz`.
    protected Path module() {
        return Path.of(".");
    }

    @BeforeAll
    void startRelay(@TempDir Path folder) {
        npm = NpmPackages.folder(module());
        relay = start(npm, folder);
    }

    @AfterAll
    void stopRelay() {
        relay.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        open.clear();
    }

    @Test
    void aSecondDeviceOnTheOtherSideReadsAllAndBothHearEachOtherLive() {
        byte[] seed = seed();
        JsClient js = js();
        Json made =
                js.call(
                        "create",
                        Map.of(
                                "seed", Json.of(HexFormat.of().formatHex(seed)),
                                "name", Json.of("Ada"),
                                "url", Json.of(relay.address().toString())));
        AccountKey key = AccountKey.ofSeed(seed);
        assertThat(((Json.Obj) made).text("account")).isEqualTo(key.accountId().text());
        CoId group = js.id("group", Map.of());
        CoId map =
                make(js, "comap", group, Json.object(Map.of("a", Json.of(1), "b", Json.of("é✓"))));
        CoId list = make(js, "colist", group, Json.array(Json.of("x"), Json.of("y")));
        CoId feed = make(js, "costream", group, Json.array(Json.of("first")));
        js.call("setRoot", "id", map.json());
        js.call("sync");

        Jazz java = java(key);
        java.login(SOON);
        assertThat(java.load(map, SOON)).isTrue();
        assertThat(java.load(list, SOON)).isTrue();
        assertThat(java.load(feed, SOON)).isTrue();
        assertThat(java.root()).contains(map);
        assertThat(java.<Map<String, Json>>read(node -> node.map(map).entries()))
                .isEqualTo(Map.of("a", Json.of(1), "b", Json.of("é✓")));
        CoList<String> items = java.list(ItemType.TEXT, list);
        CoFeed<String> timeline = java.feed(ItemType.TEXT, feed);
        assertThat(items.items()).containsExactly("x", "y");
        var heard = new CopyOnWriteArrayList<List<String>>();
        items.subscribe(heard::add);

        java.write(map, List.of(Changes.set("a", Json.of(2)), Changes.delete("b")));
        items.add("z", "zz");
        items.add(0, "w");
        items.set(1, "X");
        timeline.add("second");
        until(() -> js.read(map), Json.object(Map.of("a", Json.of(2))));
        until(() -> js.read(list), texts("w", "X", "y", "z", "zz"));
        until(() -> js.read(feed), texts("first", "second"));

        edit(js, map, edit("set", Json.of("c"), Json.of(true)));
        edit(js, list, edit("append", texts("end")), edit("remove", Json.of(0)));
        edit(js, feed, edit("push", Json.of("third")));
        until(items::items, List.of("X", "y", "z", "zz", "end"));
        until(
                () -> timeline.items().stream().map(CoFeed.Item::value).toList(),
                List.of("first", "second", "third"));
        until(
                () -> java.<Optional<Json>>read(node -> node.map(map).get("c")),
                Optional.of(Json.of(true)));
        until(heard::getLast, List.of("X", "y", "z", "zz", "end"));
        java.awaitSynced(SOON);
    }

    @Test
    void anAccountMadeInJavaServesApplicationsInBothLanguages() {
        AccountKey key = AccountKey.ofSeed(seed());
        Jazz java = java(key);
        java.createAccount("Ada of Java", SOON);
        CoId me = java.account();
        CoFeed<CoId> history =
                java.createUniqueFeed(ItemType.REFERENCE, me, "caro-sync-history-v1");
        var texts =
                java.create(
                        MapSchema.of(CommandHistory.Texts.class), me, new CommandHistory.Texts());
        java.write(texts.id(), List.of(Changes.set("editor", Json.of("dmlt"))));
        var preferences =
                java.create(PREFERENCES, me, new CommandHistory.Preferences(texts.id(), 1));
        CoList<CoId> devices = java.createList(ItemType.REFERENCE, me);
        devices.add(
                java.create(
                                DEVICE,
                                me,
                                new CommandHistory.Device("d1", "laptop", "linux", 1, 1, 2, true))
                        .id());
        var root =
                java.createUnique(
                        ROOT,
                        me,
                        "caro-sync-root-v1",
                        new CommandHistory.Root(
                                1, history.id(), preferences.id(), devices.id(), 1, 1));
        java.setRoot(root.id());
        for (int i = 0; i < 20; i++) {
            history.add(java.create(ENTRY, me, CommandHistory.Entry.of("java-" + i)).id());
        }
        java.awaitSynced(SOON);

        JsClient js = js();
        Json opened = js.call("work", credentials(key));
        assertThat(((Json.Obj) opened).text("name")).isEqualTo("Ada of Java");
        var read = (Json.Obj) js.call("readRoot");
        assertThat(ids(read.get("entries"))).hasSize(20).contains("java-0", "java-19");
        assertThat(((Json.Obj) read.get("preferences")).text("editor")).isEqualTo("dmlt");
        var device = (Json.Obj) ((Json.Arr) read.get("devices")).items().getFirst();
        assertThat(device.text("name")).isEqualTo("laptop");
        assertThat(device.get("lastSeen")).isEqualTo(Json.of(2));

        js.call("appendEntry", "entry", Json.object(entry("js-0")));
        until(() -> entryIds(java, history), union(20, "java-", "js-0"));

        relay.killAndRestart();
        history.add(java.create(ENTRY, me, CommandHistory.Entry.of("java-20")).id());
        js.call("appendEntry", "entry", Json.object(entry("js-1")));
        var all = union(21, "java-", "js-0", "js-1");
        until(() -> entryIds(java, history), all);
        until(() -> ids(((Json.Obj) js.call("readRoot")).get("entries")), all);

        // A third device, fresh, sees all of it.
        Jazz third = java(key);
        third.login(SOON);
        assertThat(third.root()).contains(root.id());
        assertThat(third.load(root.id(), SOON)).isTrue();
        CoId feed = third.map(ROOT, root.id()).get().orElseThrow().commandHistory();
        assertThat(third.load(feed, SOON)).isTrue();
        until(() -> entryIds(third, third.feed(ItemType.REFERENCE, feed)), all);
    }

    @Test
    void valuesThatTheSdkNestsInGroupsOfTheirOwnAreRead() {
        AccountKey key = AccountKey.ofSeed(seed());
        Jazz java = java(key);
        java.createAccount("Ada", SOON);
        JsClient js = js();
        js.call("work", credentials(key));
        CoId rootId =
                js.id(
                        "writeInline",
                        Map.of(
                                "entries",
                                Json.array(
                                        Json.object(entry("inline-1")),
                                        Json.object(entry("inline-2"))),
                                "devices",
                                Json.array(
                                        Json.object(
                                                Map.of(
                                                        "deviceId", Json.of("d"),
                                                        "name", Json.of("n"),
                                                        "platform", Json.of("linux"),
                                                        "schemaVersion", Json.of(1),
                                                        "firstSeen", Json.of(1),
                                                        "lastSeen", Json.of(2),
                                                        "isActive", Json.of(true)))),
                                "preferences",
                                Json.object(Map.of("editor", Json.of("dmlt")))));
        until(java::root, Optional.of(rootId));
        assertThat(java.load(rootId, SOON)).isTrue();
        CoMap<CommandHistory.Root> root = java.map(ROOT, rootId);
        CommandHistory.Root values = root.get().orElseThrow();
        assertThat(java.load(values.commandHistory(), SOON)).isTrue();
        assertThat(java.load(values.preferences(), SOON)).isTrue();
        assertThat(java.load(values.devices(), SOON)).isTrue();
        assertThat(entryIds(java, java.feed(ItemType.REFERENCE, values.commandHistory())))
                .containsExactlyInAnyOrder("inline-1", "inline-2");
        CoId texts = java.map(PREFERENCES, values.preferences()).get().orElseThrow().entries();
        assertThat(java.load(texts, SOON)).isTrue();
        assertThat(java.<Optional<String>>read(node -> node.map(texts).text("editor")))
                .contains("dmlt");
        CoId device = java.list(ItemType.REFERENCE, values.devices()).items().getFirst();
        assertThat(java.load(device, SOON)).isTrue();
        assertThat(java.map(DEVICE, device).get().orElseThrow().name()).isEqualTo("n");

        // And written into, by their own group's key.
        java.map(DEVICE, device)
                .update(
                        old ->
                                new CommandHistory.Device(
                                        old.deviceId(), "renamed", old.platform(), 1, 1, 3, false));
        until(
                () -> {
                    var read = (Json.Obj) js.call("readRoot");
                    var one = (Json.Obj) ((Json.Arr) read.get("devices")).items().getFirst();
                    return one.text("name");
                },
                "renamed");

        relay.killAndRestart();
        var inline = Set.of("inline-1", "inline-2", "java-0", "js-0");
        CoFeed<CoId> history = java.feed(ItemType.REFERENCE, values.commandHistory());
        CoId group = java.read(node -> owner(node.log(history.id())));
        history.add(java.create(ENTRY, group, CommandHistory.Entry.of("java-0")).id());
        js.call("appendEntry", "entry", Json.object(entry("js-0")));
        until(() -> entryIds(java, history), inline);
        until(() -> ids(((Json.Obj) js.call("readRoot")).get("entries")), inline);
        Jazz fresh = java(key);
        fresh.login(SOON);
        assertThat(fresh.load(history.id(), SOON)).isTrue();
        until(() -> entryIds(fresh, fresh.feed(ItemType.REFERENCE, history.id())), inline);
    }

    @Test
    void aMemberIsAddedAndRemovedByEitherSideAndTheKeyChanges() {
        Jazz ada = java(AccountKey.ofSeed(seed()));
        ada.createAccount("Ada", SOON);
        JsClient bob = js();
        CoId bobId = account(bob, "Bob");
        bob.call("sync");

        CoGroup group = ada.createGroup();
        CoMap<CommandHistory.Texts> map =
                ada.create(
                        MapSchema.of(CommandHistory.Texts.class),
                        group.id(),
                        new CommandHistory.Texts());
        ada.write(map.id(), List.of(Changes.set("k", Json.of("before"))));
        group.add(bobId, Role.WRITER, SOON);
        ada.awaitSynced(SOON);
        until(() -> bob.read(map.id()), Json.object(Map.of("k", Json.of("before"))));
        edit(bob, map.id(), edit("set", Json.of("bob"), Json.of("was here")));
        until(() -> text(ada, map.id(), "bob"), Optional.of("was here"));
        group.remove(bobId);
        ada.write(map.id(), List.of(Changes.set("k", Json.of("after"))));
        ada.awaitSynced(SOON);
        until(
                () -> bob.call("role", Map.of("group", group.id().json(), "member", bobId.json())),
                Json.NULL);
        assertThat(((Json.Obj) bob.read(map.id())).text("k")).isEqualTo("before");
        assertThat(text(ada, map.id(), "bob")).contains("was here");

        // The other way round.
        CoId theirs = bob.id("group", Map.of());
        CoId shared = make(bob, "comap", theirs, Json.object(Map.of("k", Json.of("before"))));
        bob.call(
                "addMember",
                Map.of(
                        "group",
                        theirs.json(),
                        "member",
                        ada.account().json(),
                        "role",
                        Json.of("writer")));
        bob.call("sync");
        assertThat(ada.load(shared, SOON)).isTrue();
        assertThat(text(ada, shared, "k")).contains("before");
        ada.write(shared, List.of(Changes.set("ada", Json.of("was here"))));
        until(() -> ((Json.Obj) bob.read(shared)).text("ada"), "was here");
        bob.call("removeMember", Map.of("group", theirs.json(), "member", ada.account().json()));
        edit(bob, shared, edit("set", Json.of("k"), Json.of("after")));
        bob.call("sync");
        until(() -> ada.group(theirs).role(), Optional.empty());
        until(() -> ada.<Integer>read(node -> node.map(shared).unreadable()), 1);
        assertThat(text(ada, shared, "k")).contains("before");
    }

    @Test
    void invitesAndParentGroupsWorkAcrossBoth() {
        Jazz ada = java(AccountKey.ofSeed(seed()));
        ada.createAccount("Ada", SOON);
        JsClient bob = js();
        CoId bobId = account(bob, "Bob");
        CoGroup group = ada.createGroup();
        var map =
                ada.create(
                        MapSchema.of(CommandHistory.Texts.class),
                        group.id(),
                        new CommandHistory.Texts());
        ada.write(map.id(), List.of(Changes.set("k", Json.of("v"))));
        String invite = group.invite(Role.WRITER);
        ada.awaitSynced(SOON);
        bob.call("accept", Map.of("group", group.id().json(), "invite", Json.of(invite)));
        until(() -> bob.read(map.id()), Json.object(Map.of("k", Json.of("v"))));
        until(() -> group.roleOf(bobId), Optional.of(Role.WRITER));

        CoId theirs = bob.id("group", Map.of());
        CoId child = bob.id("group", Map.of());
        bob.call("extend", Map.of("child", child.json(), "parent", theirs.json()));
        CoId inChild = make(bob, "comap", child, Json.object(Map.of("k", Json.of("child"))));
        Json theirInvite =
                bob.call("invite", Map.of("group", theirs.json(), "role", Json.of("writer")));
        bob.call("sync");
        ada.group(theirs).accept(JsClient.text(theirInvite), true, SOON);
        assertThat(ada.group(theirs).role()).contains(Role.WRITER);
        assertThat(ada.load(inChild, SOON)).isTrue();
        until(() -> text(ada, inChild, "k"), Optional.of("child"));
        ada.write(inChild, List.of(Changes.set("k", Json.of("ada"))));
        until(() -> ((Json.Obj) bob.read(inChild)).text("k"), "ada");
    }

    @Test
    void largeValuesArriveInPiecesBothWays() {
        byte[] seed = seed();
        AccountKey key = AccountKey.ofSeed(seed);
        Jazz java = java(key);
        java.createAccount("Ada", SOON);
        CoFeed<String> feed = java.createFeed(ItemType.TEXT, java.account());
        String text = "0123456789".repeat(4000);
        for (int i = 0; i < 10; i++) {
            feed.add(i + text);
        }
        java.awaitSynced(SOON);
        JsClient js = js();
        js.call("login", credentials(key));
        until(() -> ((Json.Arr) js.read(feed.id())).items().size(), 10);

        CoId theirs = make(js, "costream", js.id("group", Map.of()), Json.array());
        for (int i = 0; i < 10; i++) {
            edit(js, theirs, edit("push", Json.of(i + text)));
        }
        js.call("sync");
        Jazz fresh = java(key);
        fresh.login(SOON);
        assertThat(fresh.load(theirs, SOON)).isTrue();
        assertThat(fresh.feed(ItemType.TEXT, theirs).items()).hasSize(10);
        assertThat(fresh.load(feed.id(), SOON)).isTrue();
        assertThat(fresh.feed(ItemType.TEXT, feed.id()).items()).hasSize(10);
    }

    @Test
    void aKilledRelayLosesNothingThatEitherSideWrites(@TempDir Path folder) {
        AccountKey key = AccountKey.ofSeed(seed());
        Jazz java =
                keep(
                        Jazz.open(
                                JazzOptions.of(key)
                                        .relay(relay.address())
                                        .file(folder.resolve("a.db"))));
        java.createAccount("Ada", SOON);
        CoFeed<String> feed = java.createFeed(ItemType.TEXT, java.account());
        feed.add("java before");
        java.awaitSynced(SOON);
        JsClient js = js();
        js.call("login", credentials(key));
        edit(js, feed.id(), edit("push", Json.of("js before")));
        js.call("sync");

        relay.kill();
        feed.add("java while away");
        edit(js, feed.id(), edit("push", Json.of("js while away")));
        CoList<String> list = java.createList(ItemType.TEXT, java.account());
        list.add("made while away");
        assertThat(java.unsynced()).isPositive();
        relay.restart();
        java.awaitSynced(SOON);
        until(() -> js.read(list.id()), texts("made while away"));
        String[] all = {"java before", "js before", "java while away", "js while away"};
        until(() -> values(feed), List.of(all));
        until(() -> js.read(feed.id()), texts(all));

        for (int i = 0; i < 3; i++) {
            feed.add("java " + i);
            relay.killAndRestart();
            edit(js, feed.id(), edit("push", Json.of("js " + i)));
        }
        java.awaitSynced(SOON);
        js.call("sync");
        until(() -> values(feed).size(), 10);
        until(() -> ((Json.Arr) js.read(feed.id())).items().size(), 10);

        // Somebody who comes later sees the same.
        Jazz fresh = java(key);
        fresh.login(SOON);
        assertThat(fresh.load(feed.id(), SOON)).isTrue();
        assertThat(values(fresh.feed(ItemType.TEXT, feed.id()))).hasSize(10);
    }

    @Test
    void aValueThatNobodyHasIsNotThere() {
        Jazz java = java(AccountKey.ofSeed(seed()));
        CoId nowhere = Jazz.uniqueId(ValueType.MAP, java.account(), "nowhere");
        assertThat(java.load(nowhere, SOON)).isFalse();
    }

    private static List<String> values(CoFeed<String> feed) {
        return feed.items().stream().map(CoFeed.Item::value).toList();
    }

    private static Optional<String> text(Jazz jazz, CoId map, String key) {
        return jazz.read(
                node -> node.map(map) == null ? Optional.<String>empty() : node.map(map).text(key));
    }

    private static Set<String> entryIds(Jazz jazz, CoFeed<CoId> feed) {
        var ids = new TreeSet<String>();
        for (var item : feed.items()) {
            assertThat(jazz.load(item.value(), SOON)).isTrue();
            jazz.map(ENTRY, item.value()).get().ifPresent(entry -> ids.add(entry.id()));
        }
        return ids;
    }

    private static CoId owner(ValueLog log) {
        return ((Ruleset.OwnedBy) log.header().ruleset()).group();
    }

    private static Set<String> union(int count, String prefix, String... more) {
        var ids = new TreeSet<String>();
        for (int i = 0; i < count; i++) {
            ids.add(prefix + i);
        }
        ids.addAll(List.of(more));
        return ids;
    }

    private static Set<String> ids(Json entries) {
        var ids = new TreeSet<String>();
        ((Json.Arr) entries).items().forEach(entry -> ids.add(((Json.Obj) entry).text("id")));
        return ids;
    }

    private static Map<String, Json> entry(String id) {
        return Map.of(
                "id", Json.of(id),
                "deviceId", Json.of("d2"),
                "encryptedPayload", Json.of("cGF5bG9hZA=="),
                "safetyLevel", Json.of("safe"),
                "executed", Json.of(false),
                "createdAt", Json.of(1_735_689_600_001.0));
    }

    private Map<String, Json> credentials(AccountKey key) {
        return Map.of(
                "account", key.accountId().json(),
                "secret", Json.of(key.identity().secret().reveal()),
                "url", Json.of(relay.address().toString()));
    }

    private CoId account(JsClient js, String name) {
        var made =
                (Json.Obj)
                        js.call(
                                "create",
                                Map.of(
                                        "name", Json.of(name),
                                        "url", Json.of(relay.address().toString())));
        return new CoId(made.text("account"));
    }

    private static CoId make(JsClient js, String type, CoId owner, Json value) {
        return js.id("make", Map.of("type", Json.of(type), "owner", owner.json(), "value", value));
    }

    private static Json edit(String op, Json... arguments) {
        var all = new ArrayList<Json>();
        all.add(Json.of(op));
        all.addAll(List.of(arguments));
        return new Json.Arr(all);
    }

    private static void edit(JsClient js, CoId id, Json... edits) {
        var arguments = new LinkedHashMap<String, Json>();
        arguments.put("id", id.json());
        arguments.put("edits", Json.array(edits));
        awaitNextMillisecond();
        js.call("edit", arguments);
        awaitNextMillisecond();
    }

    /// Edits of the same millisecond have no order that both sides must agree with the test on.
    private static void awaitNextMillisecond() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
            Thread.onSpinWait();
        }
    }

    private static Json texts(String... texts) {
        return new Json.Arr(List.of(texts).stream().map(Json::of).toList());
    }

    private static <T> void until(Callable<? extends T> actual, T expected) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat((Object) actual.call()).isEqualTo(expected));
    }

    private byte[] seed() {
        byte[] seed = new byte[32];
        random.nextBytes(seed);
        return seed;
    }

    private Jazz java(AccountKey key) {
        return keep(Jazz.open(JazzOptions.of(key).relay(relay.address())));
    }

    private JsClient js() {
        return keep(new JsClient(npm));
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }
}
