package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Sections 7 and 9: what was answered is never lost and never there twice, wherever the daemon was
/// killed.
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
        whileDraining(2, 1000, 21);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void killed100TimesWhileDraining10000() throws Exception {
        whileDraining(100, 10_000, 22);
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
                await().atMost(Rig.SOON)
                        .until(() -> client.call("sync.status").path("pendingUp").asInt() == 0);
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

    private void whileDraining(int kills, int entries, long seed) throws Exception {
        var random = new Random(seed);
        try (var rig = new Rig(folder)) {
            var relay = rig.relay();
            rig.stopRelay();
            try (var process = new DaemonProcess(folder.resolve("p"), relay)) {
                var ids = IntStream.range(0, entries).mapToObj(_ -> Entries.id()).toList();
                try (Client client = process.client()) {
                    init(client);
                    for (int at = 0; at < entries; at += 500) {
                        client.call(
                                "sync.push",
                                Entries.push(
                                        ids.subList(at, Math.min(entries, at + 500)).stream()
                                                .map(Entries::command)
                                                .toList()));
                    }
                }
                process.kill();
                rig.relay();
                for (int kill = 0; kill < kills; kill++) {
                    process.restart();
                    try (Client client = process.client()) {
                        // Killed at some moment of the draining, not only of the start.
                        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                        while (!client.state().equals("ONLINE") && System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                        Thread.sleep(random.nextInt(60));
                    }
                    process.kill();
                }
                process.restart();
                try (Client client = process.client()) {
                    await().atMost(Rig.SOON).until(() -> client.state().equals("ONLINE"));
                    await().atMost(java.time.Duration.ofMinutes(2))
                            .until(() -> client.call("sync.status").path("pendingUp").asInt() == 0);
                    assertThat(client.call("sync.status").path("failed").asInt()).isZero();
                }
                List<String> found = compare(rig, ids, new HashSet<>(ids));
                assertThat(found).isEqualTo(ids);
            }
        }
    }

    /// What a device reads that has nothing: every entry that was answered, nothing that was not
    /// sent, nothing twice.
    private static List<String> compare(Rig rig, List<String> answered, Set<String> sent) {
        Rig.Device other = rig.device("other").relay().start().initialised(1);
        await().atMost(Rig.SOON).until(() -> other.all().size() >= answered.size() + 2);
        var found = new ArrayList<String>();
        long cursor = 0;
        while (true) {
            var page =
                    other.client().call("sync.pull", "{\"since\":" + cursor + ",\"limit\":1000}");
            page.path("entries")
                    .forEach(
                            entry -> {
                                if (entry.path("type").stringValue().equals("command")) {
                                    found.add(entry.path("id").stringValue());
                                }
                            });
            cursor = page.path("nextCursor").asLong();
            if (!page.path("hasMore").asBoolean()) {
                break;
            }
        }
        assertThat(found).doesNotHaveDuplicates().containsAll(answered);
        assertThat(sent).containsAll(found);
        assertThat(found.stream().filter(new HashSet<>(answered)::contains).toList())
                .isEqualTo(answered);
        return found;
    }
}
