package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions that move from polling to a websocket while much is sent to them, beside sessions that
/// just want their answers.
class UpgradeUnderLoadTest {
    private static final int UPGRADING = 6;
    private static final int ANSWERED = 6;
    private static final int MESSAGES = 1_500;
    private static final String LAST = "42[\"x\"," + (MESSAGES - 1) + "]";
    private static final Duration TIME = Duration.ofSeconds(4);

    /// Once a session that was drained when its upgrade was over was put a second time into the
    /// list of those to drain, and took the place of others: what they were sent stayed where it
    /// was.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void nobodysAnswerStaysBehindWhenOthersUpgrade(int loops) throws Exception {
        try (var server =
                        TestServer.start(
                                loops,
                                config -> config,
                                s ->
                                        s.namespace("/")
                                                .on(
                                                        "spam",
                                                        (socket, _, _) -> {
                                                            for (int i = 0; i < MESSAGES; i++) {
                                                                socket.emit("x", i);
                                                                Thread.yield();
                                                            }
                                                        })
                                                .on("ask", (_, _, ack) -> ack.send(1)));
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long end = System.nanoTime() + TIME.toNanos();
            List<Future<Integer>> working = new ArrayList<>();
            for (int i = 0; i < UPGRADING; i++) {
                working.add(executor.submit(() -> upgrade(server.endpoint(), end)));
            }
            for (int i = 0; i < ANSWERED; i++) {
                working.add(executor.submit(() -> ask(server.endpoint(), end)));
            }
            for (Future<Integer> each : working) {
                assertThat(each.get()).isPositive();
            }
        }
    }

    private static int upgrade(Endpoint at, long end) throws Exception {
        int upgrades = 0;
        while (System.nanoTime() < end) {
            String sid = at.openPolling();
            at.push(sid, "40");
            at.push(sid, "42[\"spam\"]");
            try (var socket = at.websocket(sid)) {
                socket.text("2probe");
                assertThat(socket.nextText()).isEqualTo("3probe");
                socket.text("5");
                String message = socket.nextText();
                while (!message.equals(LAST)) {
                    message = socket.nextText();
                }
            }
            upgrades++;
        }
        return upgrades;
    }

    private static int ask(Endpoint at, long end) throws Exception {
        int answers = 0;
        try (var socket = RawWebSocket.inMainNamespace(at.port(), at.path())) {
            while (System.nanoTime() < end) {
                socket.text("42" + answers + "[\"ask\"]");
                assertThat(socket.nextText()).isEqualTo("43" + answers + "[1]");
                answers++;
            }
        }
        return answers;
    }
}
