package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.socketio.AckTimeoutException;
import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketClosedException;
import dev.roosthold.socketio.SocketIoServer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The published npm client against our server: what applications rely on and the protocol suites
/// do not look at.
class RealClientTest {

    private static final String WEBSOCKET = "{\"transports\":[\"websocket\"]}";

    private static NpmClients node;

    @BeforeAll
    static void startNode() throws Exception {
        node = NpmClients.start();
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void socketInSeveralRoomsGetsOneCopyOfABroadcast(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var main = server.server().namespace("/");
            var one = connect(server, transport);
            var both = connect(server, transport);
            var none = connect(server, transport);
            one.ask("join", "[\"red\"]");
            both.ask("join", "[\"red\"]");
            both.ask("join", "[\"blue\"]");

            assertThat(main.to("red", "blue", "nobody").emit("news", 1)).isEqualTo(2);
            assertThat(main.toAll().emit("end")).isEqualTo(3);

            for (var member : new NpmClient[] {one, both}) {
                assertThat(member.event("news").toString()).isEqualTo("[1]");
                member.event("end");
            }
            none.event("end");
            assertThat(main.socketsIn("red")).hasSize(2);
            assertThat(main.socketsIn("nobody")).isEmpty();
            assertThat(main.sockets()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void exclusionLeavesOutARoomOrASocketAndNobodyElse(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var main = server.server().namespace("/");
            var red = connect(server, transport);
            var blue = connect(server, transport);
            var sender = connect(server, transport);
            red.ask("join", "[\"red\"]");
            blue.ask("join", "[\"blue\"]");

            assertThat(main.toAll().except("red").emit("not-red")).isEqualTo(2);
            sender.event("not-red");
            sender.emit("tell-others", "[\"hello\"]");
            assertThat(red.event("told").toString()).isEqualTo("[\"hello\"]");
            blue.event("not-red");
            blue.event("told");
            main.toAll().emit("end");
            sender.event("end");
            red.event("end");
        }
    }

    @Test
    void socketThatLeftARoomHearsNothingOfIt() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var main = server.server().namespace("/");
            var client = connect(server, "websocket");
            client.ask("join", "[\"red\"]");
            client.ask("leave", "[\"red\"]");

            assertThat(main.to("red").emit("news")).isZero();
            main.toAll().emit("end");

            client.event("end");
        }
    }

    @Test
    void namespacesOfOneConnectionAreApart() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var shared = "{\"transports\":[\"websocket\"],\"forceNew\":false}";
            var main = node.client(server.port(), "/", shared);
            main.connected();
            var other = node.client(server.port(), "/other", shared);
            other.connected();
            main.ask("join", "[\"red\"]");

            assertThat(server.server().namespace("/other").to("red").emit("wrong")).isZero();
            assertThat(server.server().namespace("/other").toAll().emit("right")).isEqualTo(1);
            other.event("right");
            other.disconnect();
            assertThat(other.expect("disconnect").get("reason").asString())
                    .isEqualTo("io client disconnect");
            assertThat(main.ask("echo", "[1]").toString()).isEqualTo("[1]");
        }
    }

    @Test
    void refusedClientSeesMessageAndData() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var refused = node.client(server.port(), "/guarded", WEBSOCKET);

            var error = refused.expect("connect_error");
            assertThat(error.get("message").asString()).isEqualTo("not you");
            assertThat(error.get("data").toString()).isEqualTo("{\"code\":7}");

            var options = "{\"transports\":[\"websocket\"],\"auth\":{\"token\":\"ok\"}}";
            node.client(server.port(), "/guarded", options).connected();
        }
    }

    @Test
    void unknownNamespaceIsRefused() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var refused = node.client(server.port(), "/nowhere", WEBSOCKET);
            assertThat(refused.expect("connect_error").get("message").asString())
                    .isEqualTo("Invalid namespace");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void binaryTravelsBothWaysInEventsAndAcknowledgements(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var client = connect(server, transport);
            var arguments =
                    "[{\"a\":{\"$binary\":\"AQID\"},\"b\":[1,{\"$binary\":\"\"},{\"$binary\":\"BAU=\"}]},\"x\"]";

            assertThat(client.ask("echo", arguments).toString()).isEqualTo(arguments);
            main(server).toAll().emit("blob", new byte[] {9, 8}, Map.of("k", new byte[] {7}));

            assertThat(client.event("blob").toString())
                    .isEqualTo("[{\"$binary\":\"CQg=\"},{\"k\":{\"$binary\":\"Bw==\"}}]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void payloadsOfMegabytesTravelBothWays(String transport) {
        try (var server =
                TestServer.start(c -> c.withMaxPayload(16 << 20), RealClientTest::behaviour)) {
            var client = connect(server, transport);
            var text = "\u00fc\u20ac\ud83d\ude00x".repeat(300_000);

            assertThat(client.ask("echo", "[\"" + text + "\"]").get(0).asString()).isEqualTo(text);
        }
    }

    @Test
    void clientIsToldWhenNoAcknowledgementComes() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var client = connect(server, "websocket");
            client.ask(1, "no-such-event", "[]", 150);
            assertThat(client.expect("ack").get("error").asString())
                    .isEqualTo("operation has timed out");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void serverGetsAcknowledgementsAndTheirTimeouts(String transport) throws Exception {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var client = connect(server, transport);
            var socket = main(server).sockets().iterator().next();

            var answer = socket.emitWithAck(Duration.ofSeconds(10), "question", 1, new byte[] {2});
            assertThat(answer.get(10, TimeUnit.SECONDS).getFirst().asInt()).isEqualTo(1);
            assertThat(answer.get().get(1).binaryValue()).containsExactly(2);

            assertThatThrownBy(
                            () ->
                                    socket.emitWithAck(Duration.ofMillis(100), "never-answered")
                                            .get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(AckTimeoutException.class);

            var waiting = socket.emitWithAck(Duration.ofMinutes(5), "never-answered");
            client.disconnect();
            assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SocketClosedException.class);
            assertThatThrownBy(
                            () ->
                                    socket.emitWithAck(Duration.ofMinutes(5), "late")
                                            .get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SocketClosedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void clientComesBackByItselfAfterAClosedTransportOnly(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var sent = connect(server, transport);
            main(server).sockets().forEach(Socket::disconnect);
            assertThat(sent.expect("disconnect").get("reason").asString())
                    .isEqualTo("io server disconnect");

            var client = connect(server, transport);
            for (int i = 0; i < 3; i++) {
                main(server).sockets().forEach(Socket::closeTransport);
                assertThat(client.expect("disconnect").get("reason").asString())
                        .isEqualTo("transport close");
                client.expect("connect");
            }

            // The client hears of a close before the server has finished with it.
            await().untilAsserted(
                            () ->
                                    assertThat(main(server).sockets())
                                            .as("who was sent away stays away")
                                            .hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void whatWasQueuedArrivesBeforeTheTransportCloses(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var client = connect(server, transport);
            var socket = main(server).sockets().iterator().next();
            for (int i = 0; i < 100; i++) {
                socket.emit("last-words", i);
            }
            socket.closeTransport();

            for (int i = 0; i < 100; i++) {
                assertThat(client.event("last-words").get(0).asInt()).isEqualTo(i);
            }
            client.expect("disconnect");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    void eventsAndAcknowledgementsKeepTheirOrderUnderASlowHandler(String transport) {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            var client = connect(server, transport);
            for (int i = 0; i < 100; i++) {
                client.ask(i, "slow-step", "[" + i + "]", 30_000);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(client.event("stepped").toString()).isEqualTo("[" + i + "]");
                var ack = client.expect("ack");
                assertThat(ack.get("call").asInt()).isEqualTo(i);
                assertThat(ack.get("error").isNull()).isTrue();
            }
        }
    }

    @Test
    void blockedHandlerDelaysNobodyElseOnTheSameLoop() {
        var release = new CountDownLatch(1);
        try (var server =
                TestServer.start(
                        1,
                        c -> c,
                        s -> {
                            behaviour(s);
                            s.namespace("/")
                                    .on(
                                            "block",
                                            (_, _, ack) -> {
                                                release.await();
                                                ack.send("released");
                                            });
                        })) {
            var blocked = connect(server, "websocket");
            var other = connect(server, "websocket");
            blocked.ask(1, "block", "[]", 30_000);
            blocked.ask(2, "echo", "[2]", 30_000);

            for (int i = 0; i < 20; i++) {
                assertThat(other.ask("echo", "[" + i + "]").get(0).asInt()).isEqualTo(i);
            }
            release.countDown();
            assertThat(blocked.expect("ack").get("call").asInt()).isEqualTo(1);
            assertThat(blocked.expect("ack").get("call").asInt()).isEqualTo(2);
        }
    }

    @Test
    void nothingIsLostOrReorderedByAnUpgrade() {
        try (var server = TestServer.start(RealClientTest::behaviour)) {
            for (int round = 0; round < 5; round++) {
                var client = node.client(server.port(), "/", "{}");
                client.emitMany("count", 300);
                int seen = 0;
                boolean upgraded = false;
                while (seen < 300 || !upgraded) {
                    var report = node.next(client.id());
                    switch (report.get("is").asString()) {
                        case "event" ->
                                assertThat(report.get("args").get(0).asInt()).isEqualTo(seen++);
                        case "upgrade" -> upgraded = true;
                        default -> {
                            assertThat(report.get("is").asString()).isEqualTo("connect");
                            // The upgrade can be over before the namespace answers.
                            upgraded = report.get("transport").asString().equals("websocket");
                        }
                    }
                }
                assertThat(client.ask("echo", "[7]").toString()).isEqualTo("[7]");
                client.disconnect();
            }
        }
    }

    @Test
    void disconnectListenerRunsOnceForEachSocketAfterItsLastEvent() {
        var log = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        try (var server =
                TestServer.start(
                        s ->
                                s.namespace("/")
                                        .onConnect(socket -> log.add("in"))
                                        .on(
                                                "note",
                                                (_, args, _) -> {
                                                    Thread.sleep(20);
                                                    log.add(args.getFirst().asString());
                                                })
                                        .onDisconnect(
                                                (socket, reason) ->
                                                        log.add(reason + " " + socket.rooms())))) {
            var client = connect(server, "websocket");
            client.emit("note", "[\"1\"]");
            client.emit("note", "[\"2\"]");
            client.disconnect();

            await().until(() -> log.size() >= 4);
            assertThat(log).containsExactly("in", "1", "2", "CLIENT_DISCONNECT []");
        }
    }

    @Test
    void handlerThatThrowsTouchesNeitherItsSocketNorOthers() {
        try (var server =
                TestServer.start(
                        s -> {
                            behaviour(s);
                            s.namespace("/")
                                    .on(
                                            "fault",
                                            (_, _, _) -> {
                                                throw new IllegalStateException(
                                                        "planned by a test");
                                            });
                        })) {
            var client = connect(server, "websocket");
            client.emit("fault", "[]");
            assertThat(client.ask("echo", "[1]").toString()).isEqualTo("[1]");
        }
    }

    @Test
    void drainEndsTransportsSoThatClientsTryAgainAndRefusesNewOnes() throws Exception {
        var server = TestServer.start(RealClientTest::behaviour);
        try (server) {
            var client = connect(server, "websocket");
            main(server).toAll().emit("last");
            server.server().drain().toCompletableFuture().get(10, TimeUnit.SECONDS);

            client.event("last");
            assertThat(client.expect("disconnect").get("reason").asString())
                    .isEqualTo("transport close");
            client.expect("connect_error");
            assertThat(server.endpoint().get("EIO=4&transport=polling").statusCode())
                    .isEqualTo(503);
            client.disconnect();
        }
    }

    @Test
    void anAdmittedSocketIsInItsRoomsFromTheFirstMoment() {
        try (var server =
                TestServer.start(
                        s ->
                                s.namespace("/")
                                        .guard(
                                                handshake ->
                                                        CompletableFuture.completedFuture(
                                                                new Admission.Accept(
                                                                        "ada", Set.of("red"))))
                                        .onConnect(
                                                socket ->
                                                        socket.namespace()
                                                                .to("red")
                                                                .emit(
                                                                        "welcome",
                                                                        socket.data(
                                                                                String.class))))) {
            var client = connect(server, "websocket");
            assertThat(client.event("welcome").toString()).isEqualTo("[\"ada\"]");
        }
    }

    private static Namespace main(TestServer server) {
        return server.server().namespace("/");
    }

    private static NpmClient connect(TestServer server, String transport) {
        return node.client(server.port(), "/", "{\"transports\":[\"" + transport + "\"]}")
                .connected();
    }

    private static void behaviour(SocketIoServer server) {
        for (var name : new String[] {"/", "/other", "/guarded"}) {
            server.namespace(name)
                    .on("echo", (_, args, ack) -> ack.send(args.toArray()))
                    .on(
                            "join",
                            (socket, args, ack) -> {
                                socket.join(args.getFirst().asString());
                                ack.send();
                            })
                    .on(
                            "leave",
                            (socket, args, ack) -> {
                                socket.leave(args.getFirst().asString());
                                ack.send();
                            })
                    .on("count", (socket, args, _) -> socket.emit("counted", args.toArray()))
                    .on(
                            "tell-others",
                            (socket, args, _) ->
                                    socket.namespace()
                                            .toAll()
                                            .except(socket)
                                            .emit("told", args.toArray()))
                    .on(
                            "slow-step",
                            (socket, args, ack) -> {
                                Thread.sleep(args.getFirst().asInt() % 7);
                                socket.emit("stepped", args.toArray());
                                ack.send(args.toArray());
                            });
        }
        server.namespace("/guarded")
                .guard(
                        handshake ->
                                CompletableFuture.completedFuture(
                                        "ok".equals(handshake.auth().path("token").asString(""))
                                                ? new Admission.Accept("", Set.of())
                                                : new Admission.Refuse(
                                                        "not you", Map.of("code", 7))));
    }
}
