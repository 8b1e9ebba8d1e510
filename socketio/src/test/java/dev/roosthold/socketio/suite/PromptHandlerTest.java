package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.socketio.Ack;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.PromptHandler;
import dev.roosthold.socketio.Socket;
import dev.roosthold.socketio.SocketClosedException;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Handlers on the event loop keep what other handlers promise.
class PromptHandlerTest {

    /// What a namespace did, and whether on an event loop.
    private static final class Log {
        private final List<String> entries = new CopyOnWriteArrayList<>();
        private final AtomicInteger running = new AtomicInteger();

        void handled(String what) {
            assertThat(running.incrementAndGet()).isEqualTo(1);
            entries.add(what + (onLoop() ? " on the loop" : ""));
            running.decrementAndGet();
        }

        private static boolean onLoop() {
            return Thread.currentThread() instanceof FastThreadLocalThread;
        }
    }

    /// Handles at once all but the events that say `decline`; one that says `fail` throws.
    private record Prompt(Log log) implements PromptHandler {
        @Override
        public void handle(Socket socket, List<JsonNode> args, Ack ack) {
            log.handled(args.getFirst().asString());
            ack.send(args.getFirst());
        }

        @Override
        public boolean handleNow(Socket socket, List<JsonNode> args, Ack ack) {
            String what = args.getFirst().asString();
            if (what.startsWith("decline")) {
                return false;
            }
            log.handled(what);
            if (what.startsWith("fail")) {
                throw new IllegalStateException("meant to fail");
            }
            ack.send(args.getFirst());
            return true;
        }
    }

    @Test
    void runsOnTheLoopWhenNothingWaitsAndInItsTurnOtherwise() throws Exception {
        var log = new Log();
        var entered = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var server =
                        TestServer.start(
                                s -> {
                                    s.namespace("/other");
                                    s.namespace("/")
                                            .on("prompt", new Prompt(log))
                                            .on(
                                                    "slow",
                                                    (_, _, _) -> {
                                                        entered.countDown();
                                                        mayEnd.await();
                                                        log.handled("slow");
                                                    });
                                });
                var client = RawWebSocket.inMainNamespace(server.port(), "/socket.io/")) {
            assertThat(exchange(client, "421[\"prompt\",\"alone\"]")).isEqualTo("431[\"alone\"]");
            assertThat(exchange(client, "422[\"prompt\",\"decline\"]"))
                    .isEqualTo("432[\"decline\"]");
            await().until(() -> log.entries.size() == 2);

            client.text("42[\"slow\"]");
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            client.texts(
                    "423[\"prompt\",\"behind\"]", "424[\"prompt\",\"decline 2\"]", "40/other,");
            // The answer shows that what was sent before has been read.
            assertThat(client.nextText()).startsWith("40/other,{\"sid\":");
            mayEnd.countDown();
            assertThat(client.nextText()).isEqualTo("433[\"behind\"]");
            assertThat(client.nextText()).isEqualTo("434[\"decline 2\"]");
            assertThat(log.entries)
                    .containsExactly("alone on the loop", "decline", "slow", "behind", "decline 2");
        }
    }

    @Test
    void whatItThrowsIsReportedAndTouchesNobody() throws Exception {
        var log = new Log();
        var failures = new CopyOnWriteArrayList<String>();
        try (var server =
                        TestServer.start(
                                c -> c.withErrorListener((place, _) -> failures.add(place)),
                                s -> s.namespace("/").on("prompt", new Prompt(log)));
                var client = RawWebSocket.inMainNamespace(server.port(), "/socket.io/")) {
            client.text("421[\"prompt\",\"fail\"]");
            assertThat(exchange(client, "422[\"prompt\",\"next\"]")).isEqualTo("432[\"next\"]");
            assertThat(failures).containsExactly("event prompt");
        }
    }

    @Test
    void orderOfEventsHoldsWhateverHandlersTheyHave() throws Exception {
        var log = new Log();
        var random = new Random(7);
        var expected = new ArrayList<String>();
        try (var server =
                        TestServer.start(
                                c -> c.withMaxPendingEvents(8),
                                s ->
                                        s.namespace("/")
                                                .on("prompt", new Prompt(log))
                                                .on(
                                                        "queued",
                                                        (_, args, _) ->
                                                                log.handled(
                                                                        args.getFirst().asString()))
                                                .onDisconnect((_, _) -> log.handled("gone")));
                var client = RawWebSocket.inMainNamespace(server.port(), "/socket.io/")) {
            for (int i = 0; i < 5_000; i++) {
                String what = random.nextInt(3) == 0 ? "decline" + i : "x" + i;
                expected.add(what);
                client.text(
                        "42[\""
                                + (random.nextInt(4) == 0 ? "queued" : "prompt")
                                + "\",\""
                                + what
                                + "\"]");
            }
            client.text("41");
            expected.add("gone");
            await().until(() -> log.entries.size() == expected.size());
            assertThat(log.entries.stream().map(entry -> entry.replace(" on the loop", "")))
                    .containsExactlyElementsOf(expected);
            assertThat(log.entries).anyMatch(entry -> entry.endsWith(" on the loop"));
        }
    }

    @Test
    void promptAcknowledgementsCompleteOnTheLoopAndFailWhenTheSocketGoes() throws Exception {
        try (var server = TestServer.start(s -> s.namespace("/"));
                var client = RawWebSocket.inMainNamespace(server.port(), "/socket.io/")) {
            Namespace main = server.server().namespace("/");
            Socket socket = main.sockets().iterator().next();
            var onLoop = new CompletableFuture<Boolean>();
            var answer = socket.emitWithPromptAck(Duration.ofSeconds(10), "question", 1);
            var _ = answer.thenRun(() -> onLoop.complete(Log.onLoop()));
            assertThat(client.nextText()).isEqualTo("420[\"question\",1]");
            client.text("430[2]");
            // Before the answer is asked for: a thread that waits for a future may run what hangs
            // on it.
            assertThat(onLoop.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(answer.get(10, TimeUnit.SECONDS))
                    .extracting(JsonNode::asInt)
                    .containsOnly(2);

            var open = socket.emitWithPromptAck(Duration.ofSeconds(10), "question", 2);
            client.close();
            assertThat(open)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(SocketClosedException.class);
        }
    }

    private static String exchange(RawWebSocket client, String packet) throws IOException {
        client.text(packet);
        return client.nextText();
    }
}
