package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A relay that says anything: true messages with one thing changed, or several.
///
/// A signature covers the transactions of a session, not the value they belong to. So a relay can
/// put what a session wrote into one value into another one, where nobody can decrypt it. That is
/// in the format. Half of the rounds do that too, and only have to bear it.
@NullUnmarked // what is missing fails the test
final class SyncFuzzTest {
    @Test
    void noMessageBreaksTheClientOrWhatItHas() {
        run(40, 200);
    }

    @Test
    @Tag("soak")
    void noMessageBreaksTheClientForLong() {
        run(2000, 400);
    }

    private static void run(int rounds, int messages) {
        var world = new World();
        for (int seed = 0; seed < rounds; seed++) {
            var random = new Random(seed);
            Node node = new Node(Identity.ofAccount(world.secret));
            var engine = new SyncEngine(node, Runnable::run, _ -> {}, () -> {});
            engine.opened(0);
            for (CoId id : world.ids) {
                var _ = engine.want(id, true);
            }
            long now = 0;
            for (int i = 0; i < messages; i++) {
                String text = world.messages.get(random.nextInt(world.messages.size()));
                if (random.nextInt(4) != 0) {
                    text = mutate(text, random, world, seed % 2 == 0);
                }
                try {
                    SyncMessage message = SyncCodec.read(text);
                    if (message != null) {
                        engine.handle(List.of(message), now);
                    }
                } catch (FormatException e) {
                    // The connection logs it and goes on.
                }
                now += random.nextInt(2000);
                engine.tick(now);
                for (SyncMessage said : engine.next(now)) {
                    SyncCodec.read(SyncCodec.write(said));
                }
                for (CoId id : world.ids) {
                    look(node, id);
                }
            }
            // Afterwards the truth is taken in, as if nothing had been.
            engine.closed();
            engine.opened(now);
            for (int pass = 0; pass < 2; pass++) {
                for (ValueLog log : world.writer.node().logs()) {
                    KnownState known =
                            node.log(log.id()) == null
                                    ? KnownState.nothing(log.id())
                                    : node.log(log.id()).known();
                    for (Content content : log.since(known)) {
                        engine.handle(List.of(new SyncMessage.Push(content)), now);
                    }
                }
            }
            if (seed % 2 == 0) {
                continue;
            }
            for (ValueLog log : world.writer.node().logs()) {
                assertThat(node.log(log.id())).as("seed %s, %s", seed, log.id()).isNotNull();
                assertThat(node.log(log.id()).known().covers(log.known()))
                        .as("seed %s: %s of %s", seed, node.log(log.id()).known(), log.known())
                        .isTrue();
            }
            assertThat(node.map(world.map).entries())
                    .isEqualTo(world.writer.node().map(world.map).entries());
            assertThat(node.list(world.list).values())
                    .isEqualTo(world.writer.node().list(world.list).values());
            assertThat(node.feed(world.feed).items())
                    .isEqualTo(world.writer.node().feed(world.feed).items());
        }
    }

    private static void look(Node node, CoId id) {
        node.map(id);
        node.list(id);
        node.feed(id);
        node.group(id);
    }

    private static String mutate(String text, Random random, World world, boolean transplant) {
        boolean content = text.contains("\"content\"");
        return switch (random.nextInt(5)) {
            case 0 -> {
                // One character.
                int at = random.nextInt(text.length());
                char c = "\"{}[],:0z-é\u0000\\".charAt(random.nextInt(13));
                yield text.substring(0, at) + c + text.substring(at + random.nextInt(2));
            }
            case 1 -> text.substring(0, random.nextInt(text.length()));
            case 2 -> {
                // One id for another.
                CoId one = world.ids.get(random.nextInt(world.ids.size()));
                CoId other = world.ids.get(random.nextInt(world.ids.size()));
                yield content && !transplant ? text : text.replace(one.text(), other.text());
            }
            case 3 -> JsonText.compact(change(Json.parse(text), random, 3));
            default -> {
                String other = world.messages.get(random.nextInt(world.messages.size()));
                yield JsonText.compact(
                        mix(
                                Json.parse(text),
                                Json.parse(
                                        (content || other.contains("\"content\"")) && !transplant
                                                ? "{\"new\":1}"
                                                : other),
                                random));
            }
        };
    }

    private static Json change(Json json, Random random, int depth) {
        return switch (json) {
            case Json.Obj(var members) when !members.isEmpty() && random.nextInt(6) != 0 -> {
                var changed = new LinkedHashMap<>(members);
                var names = new ArrayList<>(changed.keySet());
                String name = names.get(random.nextInt(names.size()));
                if (random.nextInt(5) == 0) {
                    changed.remove(name);
                } else {
                    changed.put(name, change(changed.get(name), random, depth - 1));
                }
                yield new Json.Obj(changed);
            }
            case Json.Arr(var items) when !items.isEmpty() && random.nextInt(6) != 0 -> {
                var changed = new ArrayList<>(items);
                int at = random.nextInt(items.size());
                switch (random.nextInt(3)) {
                    case 0 -> changed.remove(at);
                    case 1 -> changed.add(at, changed.get(at));
                    default -> changed.set(at, change(changed.get(at), random, depth - 1));
                }
                yield new Json.Arr(changed);
            }
            case Json.Num(double number) ->
                    Json.of(
                            switch (random.nextInt(6)) {
                                case 0 -> -1;
                                case 1 -> number + 1;
                                case 2 -> Integer.MAX_VALUE;
                                case 3 -> 9e15;
                                case 4 -> 0.5;
                                default -> 0;
                            });
            case Json.Str(String value) ->
                    switch (random.nextInt(4)) {
                        case 0 -> Json.of("");
                        case 1 -> Json.of(value + value);
                        case 2 -> Json.of(new StringBuilder(value).reverse().toString());
                        default -> Json.NULL;
                    };
            default ->
                    random.nextBoolean()
                            ? Json.of("co_zX")
                            : Json.object(Map.of("a", Json.array(Json.of(true))));
        };
    }

    /// Members of one message in another.
    private static Json mix(Json one, Json other, Random random) {
        if (one instanceof Json.Obj(var left) && other instanceof Json.Obj(var right)) {
            var mixed = new LinkedHashMap<>(left);
            right.forEach(
                    (name, value) -> {
                        if (random.nextInt(3) == 0) {
                            mixed.put(name, value);
                        }
                    });
            return new Json.Obj(mixed);
        }
        return one;
    }

    /// What is true.
    private static final class World {
        final AgentSecret secret = secret();
        final LocalNode writer =
                LocalNode.createAccount(secret, "Ada", InstantSource.system(), new SecureRandom());
        final CoId map;
        final CoId list;
        final CoId feed;
        final List<CoId> ids = new ArrayList<>();
        final List<String> messages = new ArrayList<>();

        World() {
            CoId group = writer.createGroup();
            writer.editGroup(group).addEveryone(Role.READER);
            map = writer.create(ValueType.MAP, group);
            list = writer.create(ValueType.LIST, group);
            feed = writer.create(ValueType.FEED, writer.account());
            for (int i = 0; i < 5; i++) {
                say();
                writer.write(map, List.of(Changes.set("k" + i % 2, Json.of(i))));
                writer.write(
                        list,
                        Changes.append(writer.node().list(list), List.of(Json.of(i), Json.NULL)));
                writer.write(feed, List.of(Json.of("item " + i)));
                if (i == 3) {
                    writer.editGroup(group).rotate(null);
                }
            }
            say();
            for (ValueLog log : writer.node().logs()) {
                ids.add(log.id());
                messages.add(SyncCodec.write(new SyncMessage.Known(log.known(), false)));
                messages.add(SyncCodec.write(new SyncMessage.Known(log.known(), true)));
                messages.add(SyncCodec.write(new SyncMessage.Load(KnownState.nothing(log.id()))));
                messages.add(
                        SyncCodec.write(
                                new SyncMessage.Known(KnownState.nothing(log.id()), false)));
            }
            messages.add(
                    SyncCodec.write(new SyncMessage.Reconcile("b", Map.of(map, "shortHash_zX"))));
        }

        private void say() {
            for (ValueLog log : writer.node().logs()) {
                for (Content content : log.since(KnownState.nothing(log.id()))) {
                    messages.add(SyncCodec.write(new SyncMessage.Push(content)));
                }
            }
        }

        private static AgentSecret secret() {
            byte[] seed = new byte[32];
            new Random(7).nextBytes(seed);
            return AgentSecret.ofSeed(seed);
        }
    }
}
