package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// kill -9 of the relay in the middle of acknowledged writes: nothing acknowledged is lost and the
/// store opens by itself.
final class KilledRelayTest {
    private static final int WRITERS = 16;
    private static final int WRITES = 2_000;

    @TempDir Path home;

    @Test
    void nothingAcknowledgedIsLostWhenTheRelayIsKilled() throws Exception {
        killInTheMiddle(3, 20_261_121L);
    }

    @Test
    @Tag("soak")
    void nothingAcknowledgedIsLostInTwentyKills() throws Exception {
        killInTheMiddle(20, 7L);
    }

    private void killInTheMiddle(int rounds, long seed) throws Exception {
        Random random = new Random(seed);
        List<Writer> writers = new ArrayList<>();
        RoostProcess relay = RoostProcess.relay(home, "--registration", "open");
        try {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer(AppClient.signUp(relay.address())));
            }
            int acknowledged = 0;
            for (int round = 0; round < rounds; round++) {
                int killAfter = 1 + random.nextInt(WRITES);
                acknowledged += writeUntilKilled(relay, writers, killAfter);
                relay = RoostProcess.relay(home, "--registration", "open");
                for (Writer writer : writers) {
                    writer.app.moveTo(relay.address());
                    writer.verify();
                }
                verifyUpdateLogHasNoHoles();
            }
            System.err.println(rounds + " kills, " + acknowledged + " acknowledged writes, 0 lost");
        } finally {
            relay.close();
        }
    }

    /// Lets all writers write; kills the relay once `killAfter` writes are acknowledged.
    private static int writeUntilKilled(RoostProcess relay, List<Writer> writers, int killAfter)
            throws InterruptedException {
        AtomicInteger acknowledged = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(killAfter);
        List<Thread> threads = new ArrayList<>();
        for (Writer writer : writers) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () ->
                                            writer.writeUntilItFails(
                                                    () -> {
                                                        acknowledged.incrementAndGet();
                                                        enough.countDown();
                                                    })));
        }
        assertThat(enough.await(60, TimeUnit.SECONDS))
                .as(
                        () ->
                                "writes in time: %d of %d, writers ended: %s, relay: %s"
                                        .formatted(
                                                acknowledged.get(),
                                                killAfter,
                                                writers.stream().map(w -> w.ended).toList(),
                                                relay.lines()))
                .isTrue();
        relay.kill();
        for (Thread thread : threads) {
            assertThat(thread.join(java.time.Duration.ofSeconds(30))).isTrue();
        }
        return acknowledged.get();
    }

    /// The numbers of each account run from 1 without a hole.
    private void verifyUpdateLogHasNoHoles() throws SQLException {
        try (Connection database =
                        DriverManager.getConnection("jdbc:sqlite:" + home.resolve("relay.db"));
                Statement statement = database.createStatement();
                ResultSet holes =
                        statement.executeQuery(
                                "SELECT count(*) FROM (SELECT account_id, max(seq) AS last, count(*) AS rows"
                                        + " FROM update_log GROUP BY account_id) WHERE last <> rows")) {
            assertThat(holes.next()).isTrue();
            assertThat(holes.getInt(1)).as("accounts with a hole in their log").isZero();
        }
    }

    /// One account with one machine, writing its state over a socket and now and then its settings
    /// over HTTP.
    private static final class Writer {
        private final AppClient app;
        private final String machine = UUID.randomUUID().toString();
        private int stateVersion;
        private String state = "";
        private int settingsVersion;
        private final Map<Integer, String> attempted = new HashMap<>();

        /// Why it writes no more; empty while it writes.
        private volatile String ended = "";

        Writer(AppClient app) throws IOException, InterruptedException {
            this.app = app;
            JsonNode _ =
                    app.require("POST", "/v1/machines", Map.of("id", machine, "metadata", "m"));
        }

        void writeUntilItFails(Runnable acknowledged) {
            IO.Options options = new IO.Options();
            options.path = "/v1/updates";
            options.transports = new String[] {"websocket"};
            options.forceNew = true;
            options.reconnection = false;
            options.auth =
                    Map.of(
                            "token",
                            app.token(),
                            "clientType",
                            "machine-scoped",
                            "machineId",
                            machine);
            ended = "";
            Socket socket = IO.socket(URI.create(app.address()), options);
            // Never full: all sockets of the client share one thread, which must not wait here.
            BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
            socket.on(Socket.EVENT_CONNECT, _ -> answers.add("connected"));
            socket.on(Socket.EVENT_DISCONNECT, why -> answers.add("gone: " + why[0]));
            socket.on(Socket.EVENT_CONNECT_ERROR, why -> answers.add("refused: " + why[0]));
            socket.connect();
            try {
                Object first = answers.poll(10, TimeUnit.SECONDS);
                if (!"connected".equals(first)) {
                    ended = "not connected: " + first;
                    return;
                }
                for (int n = 1; ; n++) {
                    boolean saved = n % 4 == 0 ? saveSettings() : saveState(socket, answers);
                    if (!saved) {
                        return;
                    }
                    acknowledged.run();
                }
            } catch (InterruptedException | JSONException e) {
                throw new IllegalStateException(e);
            } catch (AssertionError e) {
                ended = e.toString();
                throw e;
            } finally {
                socket.disconnect();
            }
        }

        private boolean saveState(Socket socket, BlockingQueue<Object> answers)
                throws InterruptedException, JSONException {
            String next = "state " + UUID.randomUUID();
            attempted.put(stateVersion + 1, next);
            socket.emit(
                    "machine-update-state",
                    new JSONObject(
                            Map.of(
                                    "machineId", machine,
                                    "daemonState", next,
                                    "expectedVersion", stateVersion)),
                    (io.socket.client.Ack) arguments -> answers.add(arguments[0]));
            Object heard = answers.poll(10, TimeUnit.SECONDS);
            if (!(heard instanceof JSONObject answer)) {
                ended = "state not acknowledged: " + heard;
                return false;
            }
            assertThat(answer.getString("result")).isEqualTo("success");
            stateVersion = answer.getInt("version");
            state = next;
            return true;
        }

        private boolean saveSettings() throws InterruptedException {
            try {
                var answer =
                        app.call(
                                "POST",
                                "/v1/account/settings",
                                Map.of(
                                        "settings",
                                        "settings " + (settingsVersion + 1),
                                        "expectedVersion",
                                        settingsVersion));
                if (answer.isEmpty()) {
                    ended = "settings not saved";
                    return false;
                }
                assertThat(answer.get().path("success").asBoolean()).isTrue();
                settingsVersion = answer.get().path("version").asInt();
                return true;
            } catch (IOException e) {
                ended = "settings not saved: " + e;
                return false;
            }
        }

        /// What was acknowledged is there; at most the one write whose answer was lost is there as
        /// well.
        void verify() throws IOException, InterruptedException {
            JsonNode row = app.get("/v1/machines/" + machine).path("machine");
            int version = row.path("daemonStateVersion").asInt();
            assertThat(version).isBetween(stateVersion, stateVersion + 1);
            if (version == stateVersion && stateVersion > 0) {
                assertThat(row.path("daemonState").asString()).isEqualTo(state);
            } else if (version > stateVersion) {
                assertThat(row.path("daemonState").asString()).isEqualTo(attempted.get(version));
            }
            stateVersion = version;
            state = row.path("daemonState").asString();
            JsonNode settings = app.get("/v1/account/settings");
            int stored = settings.path("settingsVersion").asInt();
            assertThat(stored).isBetween(settingsVersion, settingsVersion + 1);
            if (stored > 0) {
                assertThat(settings.path("settings").asString()).isEqualTo("settings " + stored);
            }
            settingsVersion = stored;
            attempted.clear();
        }
    }
}
