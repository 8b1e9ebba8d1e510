package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The heartbeat of a loop with sessions in every state.
@Timeout(20)
class HeartbeatTest {
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final EngineConfig config =
            new EngineConfig(
                    "/e",
                    Duration.ofMillis(30),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(10),
                    1000,
                    1 << 20,
                    Set.of(),
                    "",
                    false);
    private final ConcurrentLinkedQueue<CloseReason> closed = new ConcurrentLinkedQueue<>();
    private final EngineServer server =
            new EngineServer(
                    config, (session, request) -> new Silent(closed), (place, failure) -> {});

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void silentClientsAreClosedOneAndAll() {
        LoopHub hub = hub();
        for (int i = 0; i < 500; i++) {
            open(hub);
        }
        await().until(() -> closed.size() == 500);
        assertThat(closed).containsOnly(CloseReason.PING_TIMEOUT);
        assertThat(server.sessionCount()).isZero();
    }

    @Test
    void sessionThatIsClosedBeforeItStartsDoesNotKeepTheLoopBusy() throws Exception {
        LoopHub hub = hub();
        EngineSession session = create(hub);
        hub.loop()
                .submit(
                        () -> {
                            session.close(CloseReason.TRANSPORT_ERROR);
                            session.start(new EngineRequest(java.util.Map.of(), headers(), PEER));
                        })
                .get();
        EngineSession other = open(hub);

        await().until(() -> !other.open());
        // The loop still turns: a task gets its answer.
        assertThat(hub.loop().submit(() -> "turns").get(5, TimeUnit.SECONDS)).isEqualTo("turns");
        assertThat(closed).containsExactly(CloseReason.PING_TIMEOUT);
    }

    @Test
    void pausedSessionIsNotBlamedForItsSilence() {
        LoopHub hub = hub();
        EngineSession paused = open(hub);
        paused.pause();
        EngineSession silent = open(hub);

        await().until(() -> !silent.open());
        EngineSession second = open(hub);
        await().until(() -> !second.open());
        assertThat(paused.open()).isTrue();

        paused.resume();
        await().until(() -> !paused.open());
    }

    @Test
    void clientThatSendsIsNotSilentThoughItsAnswerIsLate() throws Exception {
        var patient = patient();
        LoopHub hub = patient.hub((io.netty.channel.EventLoop) loops.next());
        EngineSession talker = open(patient, hub);
        EngineSession silent = open(patient, hub);
        var talking = new AtomicBoolean(true);
        hub.loop().execute(() -> talk(talker, talking));

        await().until(() -> !silent.open());
        assertThat(hub.loop().submit(talker::open).get(5, TimeUnit.SECONDS)).isTrue();

        talking.set(false);
        await().until(() -> !talker.open());
        assertThat(closed).containsExactly(CloseReason.PING_TIMEOUT, CloseReason.PING_TIMEOUT);
    }

    /// A message in each turn of the loop, but never an answer to a ping.
    private static void talk(EngineSession talker, AtomicBoolean talking) {
        if (talking.get()) {
            talker.packet(new byte[] {'4', '2'}, 0, 2);
            talker.hub().loop().execute(() -> talk(talker, talking));
        }
    }

    @Test
    void queueKeepsItsOrderWhateverIsAddedAndRemoved() {
        HeartbeatQueue queue = new HeartbeatQueue();
        LoopHub hub = hub();
        List<EngineSession> sessions = new ArrayList<>();
        for (int at : new int[] {5, 1, 9, 9, 3, 7}) {
            EngineSession session = create(hub);
            session.heartbeatAt = at;
            sessions.add(session);
            queue.add(session);
        }
        queue.remove(sessions.get(1));
        queue.remove(sessions.get(1));
        queue.remove(sessions.get(2));

        List<Long> order = new ArrayList<>();
        for (EngineSession first = queue.first(); first != null; first = queue.first()) {
            order.add(first.heartbeatAt);
            queue.remove(first);
        }
        assertThat(order).containsExactly(3L, 5L, 7L, 9L);
    }

    private LoopHub hub() {
        return server.hub((io.netty.channel.EventLoop) loops.next());
    }

    private static final java.net.InetSocketAddress PEER =
            java.net.InetSocketAddress.createUnresolved("peer", 1);

    private static io.netty.handler.codec.http.HttpHeaders headers() {
        return io.netty.handler.codec.http.EmptyHttpHeaders.INSTANCE;
    }

    /// Waits longer for an answer than a thread waits for a processor.
    private EngineServer patient() {
        return new EngineServer(
                new EngineConfig(
                        "/e",
                        Duration.ofMillis(30),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        1000,
                        1 << 20,
                        Set.of(),
                        "",
                        false),
                (session, request) -> new Silent(closed),
                (place, failure) -> {});
    }

    private EngineSession create(LoopHub hub) {
        return create(server, hub);
    }

    private static EngineSession create(EngineServer server, LoopHub hub) {
        PollingTransport transport = new PollingTransport(server);
        EngineSession session = new EngineSession(server, "s" + System.nanoTime(), hub, transport);
        transport.attach(session);
        return session;
    }

    private EngineSession open(LoopHub hub) {
        return open(server, hub);
    }

    private static EngineSession open(EngineServer server, LoopHub hub) {
        EngineSession session = create(server, hub);
        session.execute(
                () -> session.start(new EngineRequest(java.util.Map.of(), headers(), PEER)));
        return session;
    }

    private record Silent(ConcurrentLinkedQueue<CloseReason> reasons) implements EngineListener {
        @Override
        public void text(byte[] data, int offset, int length) {}

        @Override
        public void binary(byte[] data) {}

        @Override
        public void closed(CloseReason reason) {
            reasons.add(reason);
        }
    }
}
