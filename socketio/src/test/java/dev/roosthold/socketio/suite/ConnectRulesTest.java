package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.SocketIoServer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No handler, room or broadcast before a successful CONNECT: the ways around it, all closed.
class ConnectRulesTest {

    private static final String INTRUDER_EVENT = "42[\"note\",\"intruder\"]";

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final Queue<String> listened = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Admission> later = new CompletableFuture<>();
    private TestServer server;
    private RawWebSocket member;

    @BeforeEach
    void startServerWithOneMember() throws Exception {
        server = TestServer.start(c -> c.withConnectTimeout(Duration.ofMillis(700)), this::guarded);
        member = open();
        member.text("40{\"token\":\"ok\"}");
        assertThat(member.nextText()).startsWith("40{\"sid\":");
    }

    @AfterEach
    void stop() {
        member.close();
        server.close();
    }

    @Test
    void openAndSilentWebsocketHearsNothingAndIsClosed() throws Exception {
        try (var silent = open()) {
            assertThat(broadcast()).isEqualTo(1);
            silent.awaitEnd();
            assertThat(silent.arrived()).isEmpty();
        }
        assertOnlyTheMemberWasServed();
    }

    @Test
    void openAndSilentPollingSessionIsClosed() throws Exception {
        var sid = server.endpoint().openPolling();
        assertThat(broadcast()).isEqualTo(1);
        var last = server.endpoint().poll(sid);
        assertThat(last.body()).doesNotContain("secret");
        assertThat(server.endpoint().poll(sid).statusCode()).isEqualTo(400);
        assertOnlyTheMemberWasServed();
    }

    @Test
    void eventsAfterARefusedConnectAreNotHandled() throws Exception {
        try (var refused = open()) {
            refused.text("40{\"token\":\"wrong\"}");
            assertThat(refused.nextText()).isEqualTo("44{\"message\":\"not you\"}");
            refused.texts(INTRUDER_EVENT, "421[\"note\",\"intruder\"]");
            settle(refused);
        }
        assertOnlyTheMemberWasServed();
    }

    @Test
    void eventsWithoutAConnectAreNotHandled() throws Exception {
        try (var rude = open()) {
            rude.texts(INTRUDER_EVENT, "421[\"note\",\"intruder\"]", "431[\"intruder\"]");
            settle(rude);
        }
        var sid = server.endpoint().openPolling();
        server.endpoint().push(sid, INTRUDER_EVENT);
        assertOnlyTheMemberWasServed();
    }

    @Test
    void connectWithoutPayloadIsJudgedByTheGuardToo() throws Exception {
        for (var connect : List.of("40", "40{}", "40/,", "40/")) {
            try (var bare = open()) {
                bare.text(connect);
                var answer = bare.nextText();
                assertThat(answer).as(connect).startsWith("44").contains("not you");
                assertThat(broadcast()).isEqualTo(1);
                bare.text(INTRUDER_EVENT);
                settle(bare);
                assertThat(bare.arrived()).noneMatch(m -> m.toString().contains("secret"));
            }
        }
        assertOnlyTheMemberWasServed();
    }

    @Test
    void refusedClientThatWaitsHearsNoBroadcast() throws Exception {
        try (var refused = open()) {
            refused.text("40{\"token\":\"wrong\"}");
            assertThat(refused.nextText()).isEqualTo("44{\"message\":\"not you\"}");
            assertThat(broadcast()).isEqualTo(1);
            assertThat(server.server().namespace("/").to("everyone").emit("secret")).isEqualTo(1);
            refused.awaitEnd();
            assertThat(refused.arrived()).isEmpty();
        }
        assertOnlyTheMemberWasServed();
    }

    @Test
    void eventsSentWhileTheGuardDecidesAreNotHandled() throws Exception {
        try (var early = open()) {
            early.text("40{\"token\":\"later\"}");
            // In one write: the server may end the connection as soon as it has read the first.
            early.texts(INTRUDER_EVENT, "421[\"note\",\"intruder\"]");
            assertThat(broadcast()).isEqualTo(1);
            // What was sent before the decision has arrived when a later connection is served.
            try (var other = open()) {
                other.text("40{\"token\":\"ok\"}");
                assertThat(other.nextText()).startsWith("40{\"sid\":");
            }
            later.complete(new Admission.Refuse("not you"));
            early.awaitEnd();
            assertThat(early.arrived()).noneMatch(m -> m.toString().contains("secret"));
        }
        assertThat(handled).doesNotContain("intruder");
    }

    @Test
    void guardThatFailsEndsTheConnectionSoThatTheClientTriesAgain() throws Exception {
        try (var unlucky = open()) {
            unlucky.text("40{\"token\":\"later\"}");
            later.completeExceptionally(new IllegalStateException("planned by a test"));
            unlucky.awaitEnd();
            assertThat(unlucky.arrived()).noneMatch(m -> m.toString().contains("44{"));
        }
        try (var unlucky = open()) {
            unlucky.text("40{\"token\":\"throw\"}");
            unlucky.awaitEnd();
            assertThat(unlucky.arrived()).noneMatch(m -> m.toString().contains("44{"));
        }
        assertOnlyTheMemberWasServed();
    }

    @Test
    void clientThatLeftBeforeTheDecisionIsNeverASocket() throws Exception {
        try (var gone = open()) {
            gone.text("40{\"token\":\"later\"}");
            gone.text("1");
            gone.awaitEnd();
        }
        later.complete(new Admission.Accept("", Set.of("everyone")));
        assertThat(broadcast()).isEqualTo(1);
        assertOnlyTheMemberWasServed();
    }

    private void guarded(SocketIoServer server) {
        server.namespace("/")
                .guard(
                        handshake ->
                                switch (handshake.auth().path("token").asString("")) {
                                    case "ok" ->
                                            CompletableFuture.completedFuture(
                                                    new Admission.Accept("", Set.of("everyone")));
                                    case "later" -> later;
                                    case "throw" -> throw new IllegalStateException("planned");
                                    default ->
                                            CompletableFuture.completedFuture(
                                                    new Admission.Refuse("not you"));
                                })
                .onConnect(socket -> listened.add("connect"))
                .onDisconnect((socket, reason) -> listened.add("disconnect"))
                .onUnknown((socket, args, ack) -> handled.add("unknown"))
                .on(
                        "note",
                        (socket, args, ack) -> {
                            handled.add(args.getFirst().asString());
                            ack.send();
                        });
    }

    private int broadcast() {
        return server.server().namespace("/").toAll().emit("secret");
    }

    private RawWebSocket open() throws Exception {
        var socket = server.endpoint().websocket();
        assertThat(socket.nextText()).startsWith("0{");
        return socket;
    }

    /// Waits until everything sent so far was looked at: the server has ended the connection.
    private static void settle(RawWebSocket intruder) throws Exception {
        intruder.awaitEnd();
    }

    private void assertOnlyTheMemberWasServed() throws Exception {
        member.text("429[\"note\",\"member\"]");
        await().untilAsserted(() -> assertThat(member.nextText()).isEqualTo("439[]"));
        assertThat(handled).containsExactly("member");
        assertThat(listened).containsExactly("connect");
        assertThat(server.server().namespace("/").sockets()).hasSize(1);
        assertThat(server.server().namespace("/").socketsIn("everyone")).hasSize(1);
    }
}
