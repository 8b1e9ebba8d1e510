package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.socketio.Namespace;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A volatile event is for those who can take it now.
class VolatileTest {

    @Test
    void clientThatIsNotPollingMissesVolatileEventsOnly() throws Exception {
        try (var server = TestServer.start(s -> s.namespace("/"))) {
            var main = server.server().namespace("/");
            var at = server.endpoint();
            var sid = at.openPolling();
            assertThat(at.push(sid, "40").statusCode()).isEqualTo(200);
            assertThat(at.poll(sid).body()).startsWith("40{");
            assertThat(main.toAll().emit("kept", 1)).isEqualTo(1);

            assertThat(main.toAll().volatileOnly().emit("dropped")).isZero();

            assertThat(main.toAll().emit("kept", 2)).isEqualTo(1);
            assertThat(at.poll(sid).body()).isEqualTo("42[\"kept\",1]\u001e42[\"kept\",2]");
        }
    }

    @Test
    void readerWithBytesWaitingIsSkippedAndTheOthersAreNot() throws Exception {
        try (var server = TestServer.start(s -> s.namespace("/"));
                var stalled =
                        RawWebSocket.narrow(
                                server.port(), "/socket.io/?EIO=4&transport=websocket", 4_096)) {
            var main = server.server().namespace("/");
            assertThat(stalled.nextText()).startsWith("0");
            stalled.text("40");
            assertThat(stalled.nextText()).startsWith("40{");
            var socket = main.sockets().iterator().next();
            stalled.stopReading();
            // The kernel takes some megabytes before anything waits; 8 MB waiting would close it.
            var filler = "x".repeat(100_000);
            int sent = 0;
            while (takesVolatileEvents(main, 1) && sent < 150) {
                socket.emit("filler", filler);
                sent++;
            }
            assertThat(sent).isBetween(1, 149);

            try (var reader = RawWebSocket.inMainNamespace(server.port(), "/socket.io/")) {
                assertThat(takesVolatileEvents(main, 1)).isTrue();
                assertThat(reader.nextText()).isEqualTo("42[\"news\"]");
                assertThat(main.sockets()).hasSize(2);
            }
            stalled.resumeReading();
            int fillers = 0;
            while (fillers < sent) {
                var event = stalled.nextText();
                if (event.startsWith("42[\"filler\"")) {
                    fillers++;
                }
            }
        }
    }

    /// Whether that many sockets take volatile events, or do within a moment: the last bytes of the
    /// previous event may be just leaving.
    private static boolean takesVolatileEvents(Namespace namespace, int sockets) {
        long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (namespace.toAll().volatileOnly().emit("news") < sockets) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }
}
