package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One slow reader never grows the heap, and the others notice nothing of it.
class SlowConsumerTest {

    private static final int EVENTS = 60_000;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private Process process;

    @BeforeEach
    void startServerWithASmallHeap() throws Exception {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx192m",
                                "-XX:+UseCompactObjectHeaders",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                FloodServer.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Thread.ofVirtual().start(this::readLines);
    }

    @AfterEach
    void stopServer() {
        process.destroy();
    }

    @Test
    void readerThatStopsIsClosedAtItsBudgetWhileOthersGetEverything() throws Exception {
        int port = Integer.parseInt(line("port ").substring(5));
        try (var first = RawWebSocket.inMainNamespace(port, "/socket.io/");
                var second = RawWebSocket.inMainNamespace(port, "/socket.io/");
                var stalled =
                        RawWebSocket.narrow(port, "/socket.io/?EIO=4&transport=websocket", 4_096);
                var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(stalled.nextText()).startsWith("0");
            stalled.text("40");
            var id = Endpoint.json(stalled.nextText().substring(2)).get("sid").asString();
            stalled.stopReading();

            for (var follower : new RawWebSocket[] {first, second}) {
                follower.text("421[\"follow\"]");
                assertThat(follower.nextText()).isEqualTo("431[]");
            }
            Callable<Integer> one = () -> readAll(first);
            var allOfFirst = readers.submit(one);
            Callable<Integer> two = () -> readAll(second);
            var allOfSecond = readers.submit(two);
            first.text("42[\"flood\"," + EVENTS + "]");

            assertThat(line("gone ")).isEqualTo("gone " + id + " SLOW_CONSUMER");
            assertThat(allOfFirst.get(2, TimeUnit.MINUTES)).isEqualTo(EVENTS);
            assertThat(allOfSecond.get(2, TimeUnit.MINUTES)).isEqualTo(EVENTS);
            assertThat(line("flooded ")).isEqualTo("flooded " + EVENTS);

            for (var reader : new RawWebSocket[] {first, second}) {
                reader.text("421[\"echo\",\"alive\"]");
                assertThat(reader.nextText()).isEqualTo("431[\"alive\"]");
            }
            stalled.resumeReading();
            stalled.awaitEnd();
            int seen = stalled.arrived().size();
            assertThat(seen).as("events the stalled reader got").isLessThan(EVENTS);
            assertThat(process.isAlive()).isTrue();
        }
    }

    /// Reads the numbered events in order; a follower tells the server how far it is.
    private static int readAll(RawWebSocket reader) throws Exception {
        for (int i = 0; i < EVENTS; i++) {
            var event = reader.nextText();
            assertThat(event).startsWith("42[\"event\"," + i + ",\"").hasSizeGreaterThan(4_096);
            if (i % FloodServer.PACE == FloodServer.PACE - 1) {
                reader.text("42[\"taken\"]");
            }
        }
        return EVENTS;
    }

    private String line(String start) throws InterruptedException {
        while (true) {
            var line = lines.poll(90, TimeUnit.SECONDS);
            assertThat(line).as("a line of the server starting with %s", start).isNotNull();
            if (line.startsWith(start)) {
                return line;
            }
        }
    }

    private void readLines() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (java.io.IOException e) {
            // the process has ended
        }
    }
}
