package dev.roosthold.jazz.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.ListView;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/// Random edits of many values, in turns: in each round both sides edit without knowing of the
/// other's edits of that round, then they are brought together. At the end both have to show the
/// same.
///
/// The published client gets even milliseconds, ours odd ones, so that no two edits are at the same
/// time: then the published one keeps the order of arrival, which is different on every peer.
public final class EditScripts {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] TYPES = {"comap", "colist", "costream"};
    private static final int ROUNDS = 3;

    private EditScripts() {}

    record Empty() {}

    /// A value under edit.
    private record Script(String type, CoId id, Random random) {}

    /// Runs scripts with seeds from `from` to `from + count - 1`.
    public static void run(Path npm, URI relay, int from, int count) {
        var last = new AtomicLong();
        var options =
                JazzOptions.of(AccountKey.random(new java.security.SecureRandom()))
                        .relay(relay)
                        .clock(
                                () ->
                                        Instant.ofEpochMilli(
                                                last.updateAndGet(
                                                        before ->
                                                                Math.max(
                                                                        before + 2,
                                                                        System.currentTimeMillis()
                                                                                | 1))));
        try (Jazz java = Jazz.open(options);
                JsClient js = new JsClient(npm, "--even")) {
            java.createAccount("Ada", PATIENCE);
            CoId group = java.createGroup().id();
            var scripts = new ArrayList<Script>();
            for (int seed = from; seed < from + count; seed++) {
                String type = TYPES[seed % TYPES.length];
                CoId id =
                        switch (type) {
                            case "comap" ->
                                    java.create(MapSchema.of(Empty.class), group, new Empty()).id();
                            case "colist" -> java.createList(ItemType.JSON, group).id();
                            default -> java.createFeed(ItemType.JSON, group).id();
                        };
                scripts.add(new Script(type, id, new Random(seed)));
            }
            // Everything has a first edit, since an empty value is not sent.
            scripts.forEach(script -> edit(java, script));
            java.awaitSynced(PATIENCE);
            js.call(
                    "login",
                    Map.of(
                            "account", java.account().json(),
                            "secret", Json.of(options.key().identity().secret().reveal()),
                            "url", Json.of(relay.toString())));
            meet(java, js, scripts);
            for (int round = 0; round < ROUNDS; round++) {
                js.call("disconnect");
                var edits = new ArrayList<Json>();
                for (Script script : scripts) {
                    edits.add(Json.array(script.id().json(), new Json.Arr(edits(java, script))));
                }
                // The published client edits at its own time; what it inserted before the time of
                // its neighbour would be invisible to all.
                Awaitility.await().until(() -> System.currentTimeMillis() > last.get());
                if (round % 2 == 0) {
                    js.call("edits", "values", new Json.Arr(edits));
                    scripts.forEach(script -> edit(java, script));
                } else {
                    scripts.forEach(script -> edit(java, script));
                    js.call("edits", "values", new Json.Arr(edits));
                }
                js.call("connect");
                meet(java, js, scripts);
            }
        }
    }

    /// Waits until both show the same.
    private static void meet(Jazz java, JsClient js, List<Script> scripts) {
        java.awaitSynced(PATIENCE);
        js.call("sync");
        var ids = new Json.Arr(scripts.stream().map(script -> script.id().json()).toList());
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> {
                            var theirs = (Json.Arr) js.call("readAll", "ids", ids);
                            for (int i = 0; i < scripts.size(); i++) {
                                Script script = scripts.get(i);
                                assertThat(JsonText.stable(theirs.items().get(i)))
                                        .as("%s of script %s", script.type(), i)
                                        .isEqualTo(JsonText.stable(read(java, script)));
                            }
                        });
    }

    private static Json read(Jazz java, Script script) {
        return java.read(node -> read(node, script));
    }

    private static Json read(Node node, Script script) {
        return switch (script.type()) {
            case "comap" -> new Json.Obj(node.map(script.id()).entries());
            case "colist" -> new Json.Arr(node.list(script.id()).values());
            default ->
                    new Json.Arr(
                            node.feed(script.id()).items().stream()
                                    .map(item -> item.value())
                                    .toList());
        };
    }

    private static Json value(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> Json.of(random.nextInt(1000));
            case 1 -> Json.of(random.nextDouble() * 1e6);
            case 2 -> Json.of(random.nextBoolean());
            case 3 -> Json.NULL;
            case 4 -> Json.array(Json.of("a"), Json.of(random.nextInt(5)));
            case 5 -> Json.object(Map.of("é\n\"\u2028", Json.of("\ud83d\ude00 /<>&")));
            default -> Json.of("text " + random.nextInt(1000));
        };
    }

    /// A transaction of ours, or several.
    private static void edit(Jazz java, Script script) {
        Random random = script.random();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            List<Json> changes =
                    switch (script.type()) {
                        case "comap" ->
                                List.of(
                                        random.nextInt(4) == 0
                                                ? Changes.delete("k" + random.nextInt(4))
                                                : Changes.set(
                                                        "k" + random.nextInt(4), value(random)),
                                        Changes.set("j" + random.nextInt(2), value(random)));
                        case "colist" ->
                                java.read(node -> listChange(node.list(script.id()), random));
                        default -> List.of(value(random), value(random));
                    };
            java.write(script.id(), changes);
        }
    }

    private static List<Json> listChange(ListView list, Random random) {
        int size = list.items().size();
        if (size == 0 || random.nextInt(4) == 0) {
            return Changes.append(list, List.of(value(random), value(random)));
        }
        var item = list.items().get(random.nextInt(size)).id();
        return switch (random.nextInt(4)) {
            case 0 -> List.of(Changes.prepend(list, value(random)));
            case 1 -> List.of(Changes.insertAfter(item, value(random)));
            case 2 -> Changes.replace(item, value(random));
            default -> List.of(Changes.delete(item));
        };
    }

    /// Commands for the other side. Places are those of the list as both see it before the round,
    /// kept inside what cannot have been deleted by the commands before.
    private static List<Json> edits(Jazz java, Script script) {
        Random random = script.random();
        int size =
                script.type().equals("colist")
                        ? java.<Integer>read(node -> node.list(script.id()).items().size())
                        : 0;
        var edits = new ArrayList<Json>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            switch (script.type()) {
                case "comap" ->
                        edits.add(
                                random.nextInt(4) == 0
                                        ? command("del", Json.of("k" + random.nextInt(4)))
                                        : command(
                                                "set",
                                                Json.of("k" + random.nextInt(4)),
                                                value(random)));
                case "costream" -> edits.add(command("push", value(random)));
                default -> {
                    if (size == 0 || random.nextInt(4) == 0) {
                        edits.add(command("append", Json.array(value(random), value(random))));
                        size += 2;
                    } else {
                        Json place = Json.of(random.nextInt(size));
                        switch (random.nextInt(4)) {
                            case 0 -> {
                                edits.add(command("before", place, value(random)));
                                size++;
                            }
                            case 1 -> {
                                edits.add(command("after", place, value(random)));
                                size++;
                            }
                            case 2 -> edits.add(command("replace", place, value(random)));
                            default -> {
                                edits.add(command("remove", place));
                                size--;
                            }
                        }
                    }
                }
            }
        }
        return edits;
    }

    private static Json command(String op, Json... arguments) {
        var all = new ArrayList<Json>();
        all.add(Json.of(op));
        all.addAll(List.of(arguments));
        return new Json.Arr(all);
    }
}
