package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Real Jazz clients from npm and our relay, which is killed in between.
@Tag("peers")
@Timeout(300)
final class JazzPeersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path home;

    @Test
    void twoClientsConvergeThroughTheRelayAndReadOnAfterItWasKilled() throws Exception {
        Path packages = JazzPackages.installed();
        RoostProcess relay = relay(0);
        int port = relay.jazzPort();
        String address = "ws://127.0.0.1:" + port + "/?key=ignored";
        try (var ada = JazzPeer.start(packages, address);
                var bob = JazzPeer.start(packages, address)) {
            JsonNode account = ada.does("create", Map.of("name", "Ada"));
            JsonNode bobs = bob.does("create", Map.of("name", "Bob"));
            JsonNode values = ada.does("values");
            String map = values.path("map").asString();
            String list = values.path("list").asString();
            String feed = values.path("feed").asString();
            var inGroup =
                    Map.of(
                            "group",
                            values.path("group").asString(),
                            "account",
                            bobs.path("account").asString());
            ada.does(
                    "invite",
                    Map.of(
                            "group",
                            inGroup.get("group"),
                            "account",
                            inGroup.get("account"),
                            "role",
                            "writer"));
            writes(ada, map, "greeting", List.of("hello"));
            writes(ada, list, "", numbers(0, 50));
            writes(ada, feed, "", numbers(0, 50));
            ada.does("synced");

            // Both directions, live.
            assertThat(bob.reads(map)).isEqualTo("{\"greeting\":\"hello\"}");
            writes(bob, map, "answer", List.of("good day"));
            writes(bob, list, "", numbers(50, 60));
            bob.does("synced");
            await().atMost(PATIENCE).until(() -> ada.reads(map).contains("good day"));
            await().atMost(PATIENCE).until(() -> ada.reads(list).equals(bob.reads(list)));
            assertThat(ada.reads(list)).endsWith("58,59]");

            relay.kill();
            // Written while nobody listens.
            writes(ada, map, "meanwhile", List.of("offline"));
            relay = relay(port);
            ada.does("synced");
            await().atMost(PATIENCE).until(() -> bob.reads(map).contains("offline"));
            writes(bob, feed, "", numbers(50, 55));
            bob.does("synced");
            await().atMost(PATIENCE).until(() -> ada.reads(feed).equals(bob.reads(feed)));

            relay.kill();
            relay = relay(port);
            try (var second = JazzPeer.start(packages, address)) {
                second.does(
                        "login",
                        Map.of(
                                "account",
                                account.path("account").asString(),
                                "secret",
                                account.path("secret").asString()));
                for (String id : List.of(map, list, feed)) {
                    assertThat(second.value(id)).isEqualTo(ada.value(id));
                }
                // Removed: what follows is written with a key that Bob does not have.
                ada.does("remove", inGroup);
                writes(ada, map, "greeting", List.of("goodbye"));
                ada.does("synced");
                await().atMost(PATIENCE).until(() -> second.reads(map).contains("goodbye"));
                assertThat(bob.reads(map)).doesNotContain("goodbye");
            }
        } finally {
            relay.close();
        }
    }

    @Test
    void aWorkerOfJazzToolsReadsWhatAnotherWrote() throws Exception {
        Path packages = JazzPackages.installed();
        RoostProcess relay = relay(0);
        try {
            int port = relay.jazzPort();
            String address = "ws://127.0.0.1:" + port + "/jazz?key=ignored";
            JsonNode account;
            try (var ada = JazzPeer.start(packages, address)) {
                account = ada.does("create", Map.of("name", "Ada"));
                ada.does("synced");
            }
            String made = tools(packages, address, account, "");
            assertThat(made).contains("co_z");
            String id = made.substring(made.indexOf("co_z"), made.lastIndexOf('"'));
            relay.kill();
            relay = relay(port);
            assertThat(tools(packages, address, account, id))
                    .contains("{\"title\":\"groceries\",\"lines\":[\"milk\",\"bread\"]}");
        } finally {
            relay.close();
        }
    }

    private RoostProcess relay(int port) {
        RoostProcess relay =
                RoostProcess.start(
                        home,
                        "jazz-relay",
                        "--data",
                        home.resolve("jazz").toString(),
                        "--port",
                        Integer.toString(port));
        relay.awaitLine("Jazz clients connect to");
        return relay;
    }

    private static String tools(Path packages, String address, JsonNode account, String id)
            throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "node",
                                "tools.mjs",
                                address,
                                account.path("account").asString(),
                                account.path("secret").asString()));
        if (!id.isEmpty()) {
            command.add(id);
        }
        Process process =
                new ProcessBuilder(command)
                        .directory(packages.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static void writes(JazzPeer peer, String id, String key, List<?> items) {
        peer.does("write", Map.of("id", id, "key", key, "items", items));
    }

    private static List<Integer> numbers(int from, int to) {
        var numbers = new ArrayList<Integer>();
        for (int n = from; n < to; n++) {
            numbers.add(n);
        }
        return numbers;
    }
}
