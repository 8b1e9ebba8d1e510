package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelayConnection.Watchdog;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.rig.Line;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.crypto.MasterSecret;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A slow line is not a dead one: what is sent moves, and as long as it does the connection stays.
@Timeout(90)
class SlowUplinkTest {
    /// Shorter than those of a program, by the same factor as the line here is faster.
    private static final Watchdog WATCHDOG =
            new Watchdog(Duration.ofMillis(200), Duration.ofSeconds(1));

    private static final int BYTES_PER_SECOND = 384 << 10;
    private static final JsonNode PIECE = JsonNodeFactory.instance.stringNode("x".repeat(64 << 10));

    @TempDir Path data;
    private RelayRig relay;
    private Line line;
    private final CompletableFuture<RelaySocket> connected = new CompletableFuture<>();
    private final Queue<String> ends = new ConcurrentLinkedQueue<>();
    private Thread running;

    @BeforeEach
    void connect() throws Exception {
        relay = new RelayRig(data);
        line = new Line(relay.port());
        try (RelayClient client = new RelayClient(relay.address(), "test/1")) {
            MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
            BearerToken bearer = RelayRig.success(client.signIn(secret, RelayRig.RANDOM));
            RelayConnection connection =
                    new RelayConnection(
                            line.address(),
                            "test/1",
                            Network.direct(),
                            new Handler(new SocketAuth.UserScoped(bearer)),
                            Scheduler.system(),
                            Clock.systemUTC(),
                            RelayRig.impatient(),
                            WATCHDOG);
            running =
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    connection.run();
                                } catch (InterruptedException _) {
                                    // The end of the test.
                                }
                            });
        }
    }

    @AfterEach
    void close() {
        running.interrupt();
        line.close();
        relay.close();
    }

    @Test
    void muchThatIsSentOnASlowLineArrivesOnOneConnection() throws Exception {
        RelaySocket socket = connected.get(30, TimeUnit.SECONDS);
        line.slowUp(BYTES_PER_SECOND);
        long began = System.nanoTime();
        for (int piece = 0; piece < 32; piece++) {
            socket.emit("not-known", PIECE);
        }

        socket.call("ping", null, Duration.ofSeconds(60)).get(60, TimeUnit.SECONDS);

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("the line was slow for much longer than the watchdog's patience")
                .isGreaterThan(WATCHDOG.patience().multipliedBy(4));
        assertThat(ends).isEmpty();
        assertThat(socket.ended()).isNotDone();
    }

    @Test
    void lineThatDiesUnderMuchThatIsSentIsNoticed() throws Exception {
        RelaySocket socket = connected.get(30, TimeUnit.SECONDS);
        line.die();
        for (int piece = 0; piece < 32; piece++) {
            socket.emit("not-known", PIECE);
        }

        assertThat(socket.ended().get(20, TimeUnit.SECONDS)).isEqualTo("no sign of life");
    }

    /// The system takes small things for a long time while nobody takes them from it.
    @Test
    void lineThatDiesUnderLittleThatIsSentIsNoticed() throws Exception {
        RelaySocket socket = connected.get(30, TimeUnit.SECONDS);
        line.die();

        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            socket.emit("not-known", JsonNodeFactory.instance.nullNode());
                            return socket.ended().isDone();
                        });
        assertThat(socket.ended().join()).isEqualTo("no sign of life");
    }

    private final class Handler implements ConnectionHandler {
        private final SocketAuth auth;

        Handler(SocketAuth auth) {
            this.auth = auth;
        }

        @Override
        public Preparation prepare() {
            return new Preparation.Connect(auth);
        }

        @Override
        public void connected(RelaySocket socket) {
            connected.complete(socket);
        }

        @Override
        public void refused(String message) {
            ends.add(message);
        }

        @Override
        public void waiting(String reason, Duration pause) {
            ends.add(reason);
        }

        @Override
        public void event(String name, JsonNode argument) {}
    }
}
