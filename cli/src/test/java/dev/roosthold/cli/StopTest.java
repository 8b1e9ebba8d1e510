package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// SIGTERM of the real process.
@Timeout(120)
final class StopTest {
    private static final int TERMINATED = 143;
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int SOCKETS = 200;
    private static final int WRITERS = 8;

    @TempDir Path home;

    @Test
    void anIdleRelayEndsAtOnceAndItsLogTellsSo() throws Exception {
        try (var relay = RoostProcess.relay(home, "--log-format", "json")) {
            long begun = System.nanoTime();
            assertThat(relay.terminate()).isEqualTo(TERMINATED);
            assertThat(since(begun)).isLessThan(Duration.ofSeconds(2));

            List<JsonNode> log =
                    relay.lines().stream()
                            .filter(line -> line.startsWith("{"))
                            .map(line -> JsonMapper.shared().readTree(line))
                            .toList();
            assertThat(log.stream().map(line -> line.path("message").asString()))
                    .containsExactly("started", "stopping", "stopped");
            assertThat(log.getFirst().path("address").asString()).isEqualTo(relay.address());
            assertThat(relay.lines()).as("and the line for people").hasSize(4);
        }
    }

    @Test
    void aRelayUnderLoadEndsInTimeAndLosesNothingThatItAcknowledged() throws Exception {
        int port = freePort();
        String[] settings = {"--registration", "open", "--port", Integer.toString(port)};
        var http = HttpClient.newHttpClient();
        var relay = RoostProcess.relay(home, settings);
        List<Writer> writers = new ArrayList<>();
        List<Raw> sockets = new ArrayList<>();
        List<Returning> clients = new ArrayList<>();
        var writes = new CountDownLatch(200);
        try {
            AppClient ada = AppClient.signUp(relay.address());
            for (int i = 0; i < SOCKETS; i++) {
                sockets.add(new Raw(http, port, ada.token()));
            }
            for (Raw socket : sockets) {
                socket.connected.get(20, TimeUnit.SECONDS);
            }
            for (int i = 0; i < 3; i++) {
                clients.add(new Returning(relay.address(), ada.token()));
            }
            await().until(() -> clients.stream().allMatch(c -> c.connects.get() == 1));
            var post = new SlowPost(port, ada);
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer(AppClient.signUp(relay.address()), writes));
            }
            assertThat(writes.await(30, TimeUnit.SECONDS)).isTrue();
            await().until(() -> post.sent.get() > 1_000_000);

            long begun = System.nanoTime();
            relay.signalTermination();
            relay.awaitLine("stopping");
            relay.signalTermination();
            assertThat(relay.exitStatus()).isEqualTo(TERMINATED);
            assertThat(since(begun)).isLessThan(LONGEST);
            System.err.println("stopped under load in " + since(begun).toMillis() + " ms");
            assertThat(relay.lines()).noneMatch(line -> line.contains("ERROR"));
            assertThat(relay.lines()).anyMatch(line -> line.contains("stopped ms="));
            for (Writer writer : writers) {
                assertThat(writer.thread.join(Duration.ofSeconds(20))).isTrue();
            }
            for (Raw socket : sockets) {
                assertThat(socket.ended.get(10, TimeUnit.SECONDS)).isTrue();
                assertThat(socket.received).noneMatch(packet -> packet.startsWith("41"));
            }
            await().until(() -> clients.stream().allMatch(c -> !c.ends.isEmpty()));
            for (Returning client : clients) {
                assertThat(client.ends).first().isIn("transport close", "transport error");
            }

            relay = RoostProcess.relay(home, settings);
            for (Writer writer : writers) {
                writer.verify();
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> clients.stream().allMatch(c -> c.connects.get() == 2));
            assertThat(relay.terminate()).isEqualTo(TERMINATED);
        } finally {
            relay.close();
            clients.forEach(client -> client.socket.disconnect());
            http.shutdownNow();
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Saves its settings again and again until the relay is gone.
    private static final class Writer {
        private final AppClient app;
        private final Thread thread;
        private volatile int acknowledged;

        Writer(AppClient app, CountDownLatch writes) {
            this.app = app;
            thread = Thread.ofVirtual().start(() -> write(writes));
        }

        private void write(CountDownLatch writes) {
            try {
                while (true) {
                    var answer =
                            app.call(
                                    "POST",
                                    "/v1/account/settings",
                                    Map.of(
                                            "settings",
                                            "settings " + (acknowledged + 1),
                                            "expectedVersion",
                                            acknowledged));
                    if (answer.isEmpty()) {
                        return;
                    }
                    acknowledged = answer.get().path("version").asInt();
                    writes.countDown();
                }
            } catch (IOException | InterruptedException e) {
                // The relay is gone.
            }
        }

        /// At most the one write whose answer was lost is there as well.
        void verify() throws IOException, InterruptedException {
            JsonNode settings = app.get("/v1/account/settings");
            int stored = settings.path("settingsVersion").asInt();
            assertThat(acknowledged).isPositive();
            assertThat(stored).isBetween(acknowledged, acknowledged + 1);
            assertThat(settings.path("settings").asString()).isEqualTo("settings " + stored);
        }
    }

    /// A socket of which every packet is seen.
    private static final class Raw implements WebSocket.Listener {
        final CompletableFuture<Boolean> connected = new CompletableFuture<>();
        final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        final List<String> received = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final StringBuilder packet = new StringBuilder();
        private final String token;

        Raw(HttpClient http, int port, String token) {
            this.token = token;
            var address =
                    URI.create("ws://127.0.0.1:" + port + "/v1/updates/?EIO=4&transport=websocket");
            http.newWebSocketBuilder()
                    .buildAsync(address, this)
                    .exceptionally(
                            failure -> {
                                connected.completeExceptionally(failure);
                                return null;
                            });
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            packet.append(data);
            if (last) {
                String text = packet.toString();
                packet.setLength(0);
                received.add(text);
                if (text.startsWith("0")) {
                    socket.sendText(
                            "40{\"token\":\"" + token + "\",\"clientType\":\"user-scoped\"}", true);
                } else if (text.startsWith("40")) {
                    connected.complete(true);
                } else if (text.equals("2")) {
                    socket.sendText("3", true);
                }
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            ended.complete(true);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended.complete(true);
        }
    }

    /// A published client, which comes back by itself unless it was told to stay away.
    private static final class Returning {
        final AtomicInteger connects = new AtomicInteger();
        final List<String> ends = new java.util.concurrent.CopyOnWriteArrayList<>();
        final Socket socket;

        Returning(String address, String token) {
            var options = new IO.Options();
            options.path = "/v1/updates";
            options.transports = new String[] {"websocket"};
            options.forceNew = true;
            options.webSocketFactory = new ClosingWebSockets();
            options.reconnectionDelay = 100;
            options.reconnectionDelayMax = 300;
            options.auth = Map.of("token", token, "clientType", "user-scoped");
            socket = IO.socket(URI.create(address), options);
            socket.on(Socket.EVENT_CONNECT, _ -> connects.incrementAndGet());
            socket.on(Socket.EVENT_DISCONNECT, args -> ends.add(String.valueOf(args[0])));
            socket.connect();
        }
    }

    /// 60 MB of messages that would take minutes.
    private static final class SlowPost {
        private static final int SIZE = 60_000_000;
        final AtomicInteger sent = new AtomicInteger();

        SlowPost(int port, AppClient app) throws IOException, InterruptedException {
            String session =
                    app.require("POST", "/v1/sessions", Map.of("tag", "t", "metadata", "m"))
                            .path("session")
                            .path("id")
                            .asString();
            String head =
                    "POST /v3/sessions/%s/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                            .formatted(session, app.token(), SIZE);
            Thread.ofVirtual().start(() -> send(port, head.getBytes(StandardCharsets.US_ASCII)));
        }

        private void send(int port, byte[] head) {
            byte[] first = new byte[2_000_000];
            java.util.Arrays.fill(first, (byte) ' ');
            try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
                var out = socket.getOutputStream();
                out.write(head);
                out.write(first);
                sent.set(first.length);
                while (sent.get() < SIZE) {
                    out.write(first, 0, 1_000);
                    sent.addAndGet(1_000);
                    Thread.sleep(50); // the pace of the client, nothing waits for it
                }
            } catch (IOException | InterruptedException e) {
                // The relay is gone.
            }
        }
    }
}
