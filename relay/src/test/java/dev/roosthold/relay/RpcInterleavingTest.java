package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.rpc.Rpc;
import dev.roosthold.relay.rpc.RpcLimits;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Whatever clients do to each other, every call is answered exactly once, with an answer that can
/// be right, and nothing is left afterwards.
class RpcInterleavingTest {
    private static final int ROUNDS = 3;
    private static final int STEPS = 2_500;
    private static final int CLIENTS = 6;
    private static final int NAMES = 5;

    private static final Set<String> ERRORS =
            Set.of(
                    "RPC method not available",
                    "RPC target disconnected",
                    "operation has timed out",
                    "Cannot call RPC on the same socket",
                    "Too many requests");

    /// One connection: it calls, and it serves in the manner the parameters of a call ask for.
    private static final class Peer {
        private final Map<Integer, List<String>> answers = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<String> late = new ConcurrentLinkedQueue<>();
        private final AtomicInteger calls = new AtomicInteger();
        private final List<String> strange = new ArrayList<>();
        private final RawSocket socket;

        Peer(HttpClient http, RelayRig rig, Map<String, ?> auth) {
            socket = new RawSocket(http, rig.relay().address(), auth, this::packet);
        }

        private synchronized void packet(RawSocket from, String packet) {
            int bracket = packet.indexOf('[');
            String head = packet.substring(0, bracket);
            String id = head.substring(1);
            String json = packet.substring(bracket);
            if (head.startsWith("3")) {
                answers.computeIfAbsent(Integer.valueOf(id), _ -> new ArrayList<>()).add(json);
            } else if (json.startsWith("[\"rpc-request\"")) {
                JsonNode params = parse(json).path(1).path("params");
                String answer = "3" + id + "[" + params.path("nonce") + "]";
                switch (params.path("how").asString()) {
                    case "now" -> from.send(answer);
                    case "twice" -> {
                        from.send(answer);
                        from.send(answer);
                    }
                    case "late" -> late.add(answer);
                    case "never" -> {}
                    default -> strange.add(json);
                }
            } else if (json.startsWith("[\"rpc-error\"")) {
                strange.add(json);
            }
        }

        void call(String method, String how) {
            int id = calls.getAndIncrement();
            socket.send(
                    "2"
                            + id
                            + "[\"rpc-call\",{\"method\":\""
                            + method
                            + "\",\"params\":{\"how\":\""
                            + how
                            + "\",\"nonce\":"
                            + id
                            + "}}]");
        }

        void say(String event, String method) {
            socket.send("2[\"" + event + "\",{\"method\":\"" + method + "\"}]");
        }

        boolean allAnswered() {
            return answers.size() == calls.get();
        }

        /// @param survived whether the connection lasted, so that every answer must have come
        void check(boolean survived) {
            assertThat(strange).isEmpty();
            if (survived) {
                assertThat(answers).hasSize(calls.get());
            }
            answers.forEach(
                    (id, all) -> {
                        assertThat(all).as("answers to call %s", id).hasSize(1);
                        JsonNode answer = parse(all.getFirst()).path(0);
                        if (answer.path("ok").asBoolean()) {
                            assertThat(answer.path("result").asInt()).isEqualTo(id);
                        } else {
                            assertThat(answer.path("error").asString()).isIn(ERRORS);
                        }
                    });
        }

        private static JsonNode parse(String json) {
            return Codec.parse(json.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyCallIsAnsweredExactlyOnceWhateverHappens() throws Exception {
        long seed = Long.getLong("rpc.seed", System.nanoTime());
        System.getLogger("test").log(System.Logger.Level.INFO, "rpc.seed={0}", seed + "");
        var usual = RpcLimits.USUAL;
        var limits =
                new RpcLimits(
                        Duration.ofMillis(120), usual.grace(), usual.recently(), 1_000, 40, 150);
        try (var rig =
                        RelayRig.start(
                                config ->
                                        config.withLimits(
                                                config.limits()
                                                        .withRpc(limits)
                                                        .withSocketEvents(
                                                                new Rate(100_000, 100_000))));
                var http = HttpClient.newHttpClient()) {
            for (int round = 0; round < ROUNDS; round++) {
                play(rig, http, new Random(seed + round), "seed " + seed + ", round " + round);
            }
        }
    }

    private static void play(RelayRig rig, HttpClient http, Random random, String label) {
        Person ada = rig.signsUp();
        var account = new AccountId(ada.account());
        var gone = new ArrayList<Peer>();
        var peers = new ArrayList<Peer>();
        for (int i = 0; i < CLIENTS; i++) {
            peers.add(peer(rig, http, ada, i));
        }
        for (int step = 0; step < STEPS; step++) {
            int index = random.nextInt(CLIENTS);
            Peer peer = peers.get(index);
            String method = "m" + random.nextInt(CLIENTS) + ":" + random.nextInt(NAMES);
            switch (random.nextInt(40)) {
                case 0 -> {
                    peer.socket.breaks();
                    gone.add(peer);
                    peers.set(index, peer(rig, http, ada, index));
                }
                case 1, 2, 3, 4, 5, 6 -> peer.say("rpc-register", own(index, random));
                case 7, 8, 9 -> peer.say("rpc-unregister", own(index, random));
                case 10, 11, 12 -> lateAnswer(peer);
                case 13 -> rig.clock().pass(Duration.ofSeconds(random.nextInt(8)));
                case 14, 15 -> rig.relay().rpc().sweep();
                case 16 -> Thread.onSpinWait();
                default -> peer.call(method, how(random));
            }
        }
        peers.forEach(peer -> peer.late.forEach(peer.socket::send));
        await(label)
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            rig.clock().pass(Duration.ofSeconds(1));
                            return peers.stream().allMatch(Peer::allAnswered);
                        });
        // What comes twice has a moment to come: one more exchange on every connection.
        peers.forEach(peer -> peer.call("", "now"));
        peers.forEach(
                peer -> await(label).until(() -> peer.answers.containsKey(peer.calls.get() - 1)));
        for (Peer peer : peers) {
            peer.answers.remove(peer.calls.decrementAndGet());
            assertSoftly(label, () -> peer.check(true));
        }
        gone.forEach(peer -> assertSoftly(label, () -> peer.check(false)));

        peers.forEach(peer -> peer.socket.breaks());
        await(label)
                .untilAsserted(
                        () ->
                                assertThat(rig.relay().rpc().counts(account))
                                        .isEqualTo(new Rpc.Counts(0, 0, 0)));
    }

    private static void assertSoftly(String label, Runnable check) {
        try {
            check.run();
        } catch (AssertionError e) {
            throw new AssertionError(label, e);
        }
    }

    private static void lateAnswer(Peer peer) {
        @Nullable String answer = peer.late.poll();
        if (answer != null) {
            peer.socket.send(answer);
        }
    }

    private static String own(int index, Random random) {
        return "m" + index / 2 * 2 + ":" + random.nextInt(NAMES);
    }

    private static String how(Random random) {
        return List.of("now", "now", "now", "now", "twice", "late", "never").get(random.nextInt(7));
    }

    /// Machines, sessions and pages; two of them share their names.
    private static Peer peer(RelayRig rig, HttpClient http, Person ada, int index) {
        return new Peer(
                http,
                rig,
                index % 3 == 2
                        ? Map.of("token", ada.token())
                        : ada.daemonAuth("m" + index / 2 * 2));
    }
}
