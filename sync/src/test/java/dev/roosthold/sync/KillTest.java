package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.sync.replica.Layout;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Sections 7 and 9: what was answered is never lost and never there twice, wherever the daemon was
/// killed.
@NullUnmarked // what is missing fails the test
final class KillTest {
    @TempDir private Path folder;

    @Test
    void killedWhilePushing() throws Exception {
        whilePushing(3, 11);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void killed100TimesWhilePushing() throws Exception {
        whilePushing(100, 12);
    }

    @Test
    void killedWhileDraining() throws Exception {
        whileDraining(2, 1000, 50, 21);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void killed100TimesWhileDraining10000() throws Exception {
        whileDraining(100, 10_000, 500, 22);
    }

    private static void init(Client client) {
        client.answer(
                "sync.init",
                "{\"authKey\":\"" + Rig.key(1) + "\",\"deviceName\":\"p\",\"platform\":\"linux\"}");
    }

    private void whilePushing(int kills, long seed) throws Exception {
        var random = new Random(seed);
        try (var rig = new Rig(folder);
                var process = new DaemonProcess(folder.resolve("p"), rig.relay())) {
            try (Client client = process.client()) {
                init(client);
            }
            var answered = new ArrayList<String>();
            Set<String> sent = new HashSet<>();
            for (int kill = 0; kill < kills; kill++) {
                Client client = process.client();
                var stop = new AtomicBoolean();
                Thread pusher = Thread.ofPlatform().start(() -> push(client, stop, answered, sent));
                Thread.sleep(5 + random.nextInt(400));
                process.kill();
                stop.set(true);
                pusher.join();
                client.close();
                process.restart();
            }
            try (Client client = process.client()) {
                await().atMost(Rig.SOON).until(() -> client.state().equals("ONLINE"));
                await().atMost(Rig.SOON).until(() -> number(client, "pending") == 0);
            }
            assertThat(answered).isNotEmpty();
            compare(rig, answered, sent);
        }
    }

    private static void push(
            Client client, AtomicBoolean stop, List<String> answered, Set<String> sent) {
        try {
            while (!stop.get()) {
                var entries = new ArrayList<ObjectNode>();
                var ids = new ArrayList<String>();
                for (int i = 0; i < 5; i++) {
                    ids.add(Entries.id());
                    entries.add(Entries.command(ids.getLast()));
                }
                sent.addAll(ids);
                var answer = client.answer("sync.push", Entries.push(entries));
                if (answer.has("result")) {
                    answered.addAll(ids);
                }
            }
        } catch (UncheckedIOException | IllegalStateException e) {
            // Killed.
        }
    }

    private static void settings(Path home, String json) throws Exception {
        Path file = home.resolve(".config/cmdai/sync-daemon.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, json);
    }

    private static void push(Client client, List<String> ids) {
        for (int at = 0; at < ids.size(); at += 500) {
            client.call(
                    "sync.push",
                    Entries.push(
                            ids.subList(at, Math.min(ids.size(), at + 500)).stream()
                                    .map(Entries::command)
                                    .toList()));
        }
    }

    /// `pending` or `failed`, whatever the state.
    private static long number(Client client, String name) {
        return client.call("daemon.health").path("queue").path(name).asLong();
    }

    /// Kills it each time a few more have been confirmed, so that there is always something left.
    ///
    /// @param expired entries whose lifetime has ended before there is a relay
    private void whileDraining(int kills, int entries, int expired, long seed) throws Exception {
        var random = new Random(seed);
        Path home = folder.resolve("p");
        settings(home, "{\"offlineQueueTtlMs\":100}");
        try (var rig = new Rig(folder)) {
            var relay = rig.relay();
            rig.stopRelay();
            try (var process = new DaemonProcess(home, relay)) {
                var late = IntStream.range(0, expired).mapToObj(_ -> Entries.id()).toList();
                var ids = IntStream.range(0, entries).mapToObj(_ -> Entries.id()).toList();
                try (Client client = process.client()) {
                    init(client);
                    push(client, late);
                    await().atMost(Rig.SOON).until(() -> number(client, "failed") == expired);
                }
                process.kill();
                settings(home, "{}");
                process.restart();
                try (Client client = process.client()) {
                    await().atMost(Rig.SOON).until(() -> client.state().equals("OFFLINE"));
                    push(client, ids);
                }
                process.kill();
                rig.relay();
                int whileSomethingWaited = 0;
                for (int kill = 0; kill < kills; kill++) {
                    process.restart();
                    try (Client client = process.client()) {
                        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                        long from = number(client, "pending");
                        long until = from - random.nextInt(entries / kills);
                        long now = from;
                        while (now > 0 && now >= until && System.nanoTime() < end) {
                            now = number(client, "pending");
                        }
                        whileSomethingWaited += now > 0 ? 1 : 0;
                    }
                    process.kill();
                }
                assertThat(whileSomethingWaited).isGreaterThanOrEqualTo(kills * 9 / 10);
                process.restart();
                try (Client client = process.client()) {
                    await().atMost(Rig.SOON).until(() -> client.state().equals("ONLINE"));
                    await().atMost(java.time.Duration.ofMinutes(2))
                            .until(() -> number(client, "pending") == 0);
                    // What has expired waits for somebody to decide, through all of that.
                    assertThat(number(client, "failed")).isEqualTo(expired);
                    List<String> found = compare(rig, ids, new HashSet<>(ids));
                    assertThat(found).isEqualTo(ids);
                    assertThat(client.call("queue.retry").path("retried").asInt())
                            .isEqualTo(expired);
                    await().atMost(Rig.SOON).until(() -> number(client, "pending") == 0);
                    assertThat(number(client, "failed")).isZero();
                }
                var all = new ArrayList<>(ids);
                all.addAll(late);
                assertThat(feed(rig, all.size())).containsExactlyInAnyOrderElementsOf(all);
            }
        }
    }

    /// The ids in the shared log itself, where nobody has merged what is there twice.
    private static List<String> feed(Rig rig, int atLeast) {
        AccountKey key = AccountKey.ofSeed(Base64.getDecoder().decode(Rig.key(1)));
        Layout layout = Layout.of(key.accountId());
        // By transaction: a view may give all of them again.
        var found = new HashMap<Object, List<String>>();
        try (Jazz jazz = Jazz.open(JazzOptions.of(key).relay(rig.relay()))) {
            jazz.login(java.time.Duration.ofSeconds(10));
            await().atMost(java.time.Duration.ofMinutes(1))
                    .until(
                            () -> {
                                boolean _ =
                                        jazz.refresh(layout.history()).get(30, TimeUnit.SECONDS);
                                take(jazz, layout, found);
                                return ids(found).size() >= atLeast;
                            });
            boolean _ = jazz.refresh(layout.history()).join();
            take(jazz, layout, found);
        }
        return ids(found);
    }

    private static List<String> ids(Map<Object, List<String>> found) {
        return found.values().stream().flatMap(List::stream).toList();
    }

    private static void take(Jazz jazz, Layout layout, Map<Object, List<String>> found) {
        jazz.read(
                node -> {
                    var view = node.writes(layout.history());
                    if (view != null) {
                        for (var write : view.take()) {
                            found.put(
                                    write.id(),
                                    write.changes().stream()
                                            .map(
                                                    item ->
                                                            String.valueOf(
                                                                    ((Json.Obj) item).text("id")))
                                            .toList());
                        }
                    }
                    return found;
                });
    }

    /// What a device reads that has nothing: every entry that was answered, in the order of the
    /// answers, nothing that was not sent; and in the shared log nothing twice.
    private static List<String> compare(Rig rig, List<String> answered, Set<String> sent) {
        Rig.Device other = rig.device("other").relay().start().initialised(1);
        await().atMost(Rig.SOON)
                .until(
                        () ->
                                other.all().keySet().stream()
                                                .filter(name -> name.startsWith("command/"))
                                                .count()
                                        >= answered.size());
        List<String> found =
                other.all().keySet().stream()
                        .filter(name -> name.startsWith("command/"))
                        .map(name -> name.substring(8))
                        .toList();
        assertThat(found).containsAll(answered);
        assertThat(sent).containsAll(found);
        assertThat(found.stream().filter(new HashSet<>(answered)::contains).toList())
                .isEqualTo(answered);
        assertThat(feed(rig, found.size())).containsExactlyInAnyOrderElementsOf(found);
        return found;
    }
}
