package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.socketio.Admission;
import dev.roosthold.socketio.Handshake;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Recovery;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connection state recovery, seen by the published client: it is told the truth about whether it
/// missed anything.
class RecoveryTest {

    private static final String ROOM = "red";

    private static NpmClients node;

    private final EventLog log = new EventLog();

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
    void clientThatWasCutOffContinuesAndMissesNothing(String transport) {
        try (var server = start()) {
            var client = connect(server, transport);
            client.ask("join", "[\"blue\"]");
            var first = main(server).sockets().iterator().next();
            publish(server, 0, 10);
            expect(client, 0, 10);

            client.cut();
            client.expect("disconnect");
            publish(server, 10, 200);
            var again = client.expect("connect");

            assertThat(again.get("recovered").asBoolean()).isTrue();
            assertThat(again.get("sid").asString()).isEqualTo(first.id());
            publish(server, 200, 210);
            expect(client, 10, 210);
            await().until(() -> main(server).sockets().size() == 1);
            var now = main(server).sockets().iterator().next();
            assertThat(now.recovered()).isTrue();
            assertThat(now.rooms()).containsExactlyInAnyOrder(ROOM, "blue");
            assertThat(main(server).to("blue").emit("still-blue", "x")).isEqualTo(1);
            client.event("still-blue");
        }
    }

    @Test
    void eventsPublishedWhileTheClientComesBackArriveOnceAndInOrder() throws Exception {
        try (var server = start()) {
            var client = connect(server, "websocket");
            publish(server, 0, 1);
            expect(client, 0, 1);
            var running = new AtomicBoolean(true);
            var received = new AtomicInteger(1);
            var publisher =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        long end = System.nanoTime() + 60_000_000_000L;
                                        int i = 1;
                                        while (running.get() && System.nanoTime() < end) {
                                            // Never far ahead, so that it never runs out of events.
                                            if (i < received.get() + 500) {
                                                publish(server, i, i + 1);
                                                i++;
                                            }
                                            Thread.yield();
                                        }
                                    });
            for (int cuts = 0; cuts < 3; cuts++) {
                client.cut();
                boolean back = false;
                int after = 0;
                while (!back || after < 200) {
                    var report = node.next(client.id());
                    switch (report.get("is").asString()) {
                        case "event" -> {
                            assertThat(report.get("args").get(0).asInt())
                                    .isEqualTo(received.getAndIncrement());
                            after += back ? 1 : 0;
                        }
                        case "connect" -> {
                            assertThat(report.get("recovered").asBoolean()).isTrue();
                            back = true;
                        }
                        default -> assertThat(report.get("is").asString()).isEqualTo("disconnect");
                    }
                }
            }
            running.set(false);
            publisher.join();
            expect(client, received.get(), log.size());
        }
    }

    @Test
    void clientIsToldWhenItsEventsAreGone() {
        try (var server = start()) {
            var client = connect(server, "websocket");
            publish(server, 0, 3);
            expect(client, 0, 3);

            client.cut();
            client.expect("disconnect");
            log.forget();
            var again = client.expect("connect");

            assertThat(again.get("recovered").asBoolean()).isFalse();
            await().until(() -> main(server).sockets().size() == 1);
            assertThat(main(server).sockets().iterator().next().recovered()).isFalse();
            publish(server, 3, 5);
            expect(client, 3, 5);
        }
    }

    @Test
    void clientThatMeantToLeaveStartsAnew() {
        try (var server = start()) {
            var client = connect(server, "websocket");
            main(server).sockets().forEach(Socket::disconnect);
            client.expect("disconnect");
            await().until(() -> main(server).sockets().isEmpty());

            assertThat(log.interrupted()).isEmpty();
        }
    }

    @Test
    void foreignPidDoesNotOpenAnotherSocketsEvents() throws Exception {
        try (var server = start();
                var intruder = server.endpoint().websocket()) {
            var client = connect(server, "websocket");
            publish(server, 0, 3);
            expect(client, 0, 3);
            assertThat(intruder.nextText()).startsWith("0");

            intruder.text("40{\"pid\":\"guessed\",\"offset\":\"0\"}");

            var answer = intruder.nextText();
            assertThat(answer).startsWith("40{\"sid\":").doesNotContain("guessed");
            publish(server, 3, 4);
            assertThat(intruder.nextText()).isEqualTo("42[\"news\",3,\"4\"]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pid\":1,\"offset\":2}",
                "{\"pid\":{},\"offset\":[]}",
                "{\"pid\":\"\",\"offset\":\"\"}",
                "{\"pid\":null,\"offset\":null}",
                "{\"pid\":\"x\"}",
                "{\"offset\":\"1\"}"
            })
    void oddRecoveryPayloadIsAnOrdinaryConnect(String payload) throws Exception {
        try (var server = start();
                var odd = server.endpoint().websocket()) {
            assertThat(odd.nextText()).startsWith("0");
            odd.text("40" + payload);
            assertThat(odd.nextText()).startsWith("40{\"sid\":");
            publish(server, 0, 1);
            assertThat(odd.nextText()).isEqualTo("42[\"news\",0,\"1\"]");
        }
    }

    @Test
    void clientThatComesBackEndsItsHalfDeadConnectionAndGetsNothingOfItsOwn() throws Exception {
        var deciding = new Deciding();
        try (var server = TestServer.start(c -> c.withRecovery(deciding), RecoveryTest::behaviour);
                var old = server.endpoint().websocket();
                var again = server.endpoint().websocket()) {
            assertThat(old.nextText()).startsWith("0");
            old.text("40");
            var sid = Endpoint.json(old.nextText().substring(2)).get("sid").asString();
            assertThat(again.nextText()).startsWith("0");
            again.text("40{\"pid\":\"given\"}");
            await().until(() -> deciding.offsets.contains(""));

            main(server).to(ROOM).exceptSocket(sid).emit("news", 1, "1");
            main(server).to(ROOM).emit("news", 2, "2");
            main(server).to(ROOM).emit("news", 3, "3");
            deciding.complete(sid, List.of(new Recovery.MissedEvent("news", List.of(2, "2"))));

            assertThat(again.nextText()).isEqualTo("40{\"sid\":\"" + sid + "\",\"pid\":\"given\"}");
            assertThat(again.nextText()).isEqualTo("42[\"news\",2,\"2\"]");
            assertThat(again.nextText()).isEqualTo("42[\"news\",3,\"3\"]");
            assertThat(old.nextText()).isEqualTo("42[\"news\",2,\"2\"]");
            assertThat(old.nextText()).isEqualTo("42[\"news\",3,\"3\"]");
            old.awaitEnd();
            assertThat(main(server).sockets()).hasSize(1);
            assertThat(main(server).to(ROOM).exceptSocket(sid).emit("news", 4)).isZero();
            assertThat(main(server).to(ROOM).emit("news", 5)).isEqualTo(1);
            assertThat(again.nextText()).isEqualTo("42[\"news\",5]");
            assertThat(deciding.done).hasValue(1);
        }
    }

    @Test
    void whatAReplayOccupiesIsGivenBackWhenTheClientIsGoneBefore() throws Exception {
        var deciding = new Deciding();
        try (var server = TestServer.start(c -> c.withRecovery(deciding), RecoveryTest::behaviour);
                var gone = server.endpoint().websocket()) {
            assertThat(gone.nextText()).startsWith("0");
            gone.text("40{\"pid\":\"given\",\"offset\":\"7\"}");
            await().until(() -> deciding.offsets.contains("7"));
            gone.close();
            await().until(() -> main(server).to(ROOM).emit("news", 1) == 0);

            deciding.complete("x", List.of(new Recovery.MissedEvent("news", List.of(2, "2"))));

            await().untilAsserted(() -> assertThat(deciding.done).hasValue(1));
            assertThat(main(server).sockets()).isEmpty();
        }
    }

    @Test
    void eventsKeptInMemoryAreReplayedWithoutHelpOfTheApplication() {
        try (var server =
                TestServer.start(
                        c -> c.withRecovery(Recovery.inMemory(Duration.ofMinutes(1), 1_000)),
                        RecoveryTest::behaviour)) {
            var client = connect(server, "websocket");
            emitPlain(server, 0, 5);
            expect(client, 0, 5);

            client.cut();
            client.expect("disconnect");
            emitPlain(server, 5, 100);

            assertThat(client.expect("connect").get("recovered").asBoolean()).isTrue();
            emitPlain(server, 100, 105);
            expect(client, 5, 105);
        }
    }

    @Test
    void clientThatMissedMoreThanIsKeptInMemoryIsToldSo() {
        try (var server =
                TestServer.start(
                        c -> c.withRecovery(Recovery.inMemory(Duration.ofMinutes(1), 10)),
                        RecoveryTest::behaviour)) {
            var client = connect(server, "websocket");
            emitPlain(server, 0, 5);
            expect(client, 0, 5);

            client.cut();
            client.expect("disconnect");
            emitPlain(server, 5, 100);

            assertThat(client.expect("connect").get("recovered").asBoolean()).isFalse();
        }
    }

    private static void emitPlain(TestServer server, int from, int to) {
        for (int i = from; i < to; i++) {
            main(server).to(ROOM).emit("news", i);
        }
    }

    private TestServer start() {
        return TestServer.start(c -> c.withRecovery(log), RecoveryTest::behaviour);
    }

    private static void behaviour(SocketIoServer server) {
        server.namespace("/")
                .guard(
                        _ ->
                                CompletableFuture.completedFuture(
                                        new Admission.Accept("", Set.of(ROOM))))
                .on(
                        "join",
                        (socket, args, ack) -> {
                            socket.join(args.getFirst().asString());
                            ack.send();
                        });
    }

    private static Namespace main(TestServer server) {
        return server.server().namespace("/");
    }

    private static NpmClient connect(TestServer server, String transport) {
        var options = "{\"transports\":[\"" + transport + "\"]}";
        return node.client(server.port(), "/", options).connected();
    }

    private void publish(TestServer server, int from, int to) {
        for (int i = from; i < to; i++) {
            int number = i;
            log.append(number, offset -> main(server).to(ROOM).emit("news", number, offset));
        }
    }

    private static void expect(NpmClient client, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(client.event("news").get(0).asInt()).isEqualTo(i);
        }
    }

    /// Decides when the test says so.
    private static final class Deciding implements Recovery {
        final Set<String> offsets = ConcurrentHashMap.newKeySet();
        final AtomicInteger done = new AtomicInteger();
        private final CompletableFuture<Optional<Continuation>> decision =
                new CompletableFuture<>();

        void complete(String socketId, List<MissedEvent> missed) {
            decision.complete(
                    Optional.of(
                            new Continuation(socketId, Set.of(), missed, done::incrementAndGet)));
        }

        @Override
        public Optional<String> begin(
                Namespace namespace, String socketId, Admission.Accept admission) {
            return Optional.of("new");
        }

        @Override
        public CompletionStage<Optional<Continuation>> recover(
                Namespace namespace,
                String pid,
                String offset,
                Handshake handshake,
                Admission.Accept admission) {
            offsets.add(offset);
            return decision;
        }
    }

    /// A log as an application would have it: offsets count from 1.
    private static final class EventLog implements Recovery {
        private final List<Integer> events = new ArrayList<>();
        private final Map<String, Continuing> known = new ConcurrentHashMap<>();
        private final Set<String> interrupted = ConcurrentHashMap.newKeySet();
        private final java.util.concurrent.atomic.AtomicInteger pids =
                new java.util.concurrent.atomic.AtomicInteger();
        private int forgotten;

        private record Continuing(String socketId, Set<String> rooms) {}

        synchronized void append(int number, java.util.function.Consumer<String> emit) {
            events.add(number);
            emit.accept(Integer.toString(events.size()));
        }

        synchronized int size() {
            return events.size();
        }

        synchronized void forget() {
            forgotten = Integer.MAX_VALUE;
        }

        Set<String> interrupted() {
            return interrupted;
        }

        @Override
        public Optional<String> begin(
                Namespace namespace, String socketId, Admission.Accept admission) {
            var pid = "pid-" + pids.incrementAndGet();
            known.put(pid, new Continuing(socketId, Set.of()));
            return Optional.of(pid);
        }

        @Override
        public void interrupted(
                Namespace namespace, String pid, String socketId, Set<String> rooms) {
            interrupted.add(pid);
            known.put(pid, new Continuing(socketId, rooms));
        }

        @Override
        public synchronized CompletionStage<Optional<Continuation>> recover(
                Namespace namespace,
                String pid,
                String offset,
                Handshake handshake,
                Admission.Accept admission) {
            var known = this.known.get(pid);
            if (known == null || !offset.matches("[0-9]{1,9}")) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            int after = Integer.parseInt(offset);
            if (after < forgotten) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            var missed = new ArrayList<MissedEvent>();
            for (int i = after; i < events.size(); i++) {
                missed.add(
                        new MissedEvent("news", List.of(events.get(i), Integer.toString(i + 1))));
            }
            return CompletableFuture.completedFuture(
                    Optional.of(new Continuation(known.socketId(), known.rooms(), missed)));
        }
    }
}
