package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.sync.state.Method;
import dev.roosthold.sync.state.SyncEvent;
import dev.roosthold.sync.state.SyncState;
import dev.roosthold.sync.state.Transitions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@NullUnmarked // what is missing fails the test
final class Section6StateTest {
    @TempDir private Path folder;

    /// The table of section 6; what is not here changes nothing.
    private static final Map<String, SyncState> TABLE =
            Map.of(
                    "UNINITIALIZED INIT_ACCEPTED", SyncState.INITIALIZING,
                    "INITIALIZING CONNECTED", SyncState.ONLINE,
                    "INITIALIZING FAILED", SyncState.OFFLINE,
                    "INITIALIZING CONNECTION_LOST", SyncState.OFFLINE,
                    "ONLINE CONNECTION_LOST", SyncState.OFFLINE,
                    "ONLINE FAILED", SyncState.OFFLINE,
                    "ONLINE PAUSED", SyncState.OFFLINE,
                    "ONLINE RESET", SyncState.UNINITIALIZED,
                    "OFFLINE CONNECTED", SyncState.ONLINE,
                    "OFFLINE RESET", SyncState.UNINITIALIZED);

    @Test
    void noOtherTransitionExists() {
        for (SyncState from : SyncState.values()) {
            for (SyncEvent event : SyncEvent.values()) {
                assertThat(Transitions.next(from, event))
                        .as(from + " " + event)
                        .isEqualTo(Optional.ofNullable(TABLE.get(from + " " + event)));
            }
        }
        assertThat(Transitions.start(false, false)).isEqualTo(SyncState.UNINITIALIZED);
        assertThat(Transitions.start(true, false)).isEqualTo(SyncState.INITIALIZING);
        assertThat(Transitions.start(true, true)).isEqualTo(SyncState.OFFLINE);
    }

    /// The table of section 6.1: per method the code in each state, 0 for yes.
    private static final Map<String, int[]> METHODS = new TreeMap<>();

    static {
        for (Method method : Method.values()) {
            int[] codes =
                    method.isOfTheProcess()
                            ? new int[] {0, 0, 0, 0}
                            : method == Method.INIT
                                    ? new int[] {0, -32004, -32004, -32004}
                                    : method == Method.NOW
                                            ? new int[] {-32001, -32001, 0, -32003}
                                            : new int[] {-32001, -32001, 0, 0};
            METHODS.put(method.text(), codes);
        }
    }

    private static String params(String method) {
        return switch (method) {
            case "daemon.handshake" -> "{\"clientVersion\":\"1\",\"protocolVersion\":\"1.0.0\"}";
            case "sync.push" -> "{\"entries\":[" + Entries.command(Entries.id()) + "]}";
            case "sync.reset" -> "{\"confirm\":true}";
            case "device.register" -> "{\"name\":\"x\",\"platform\":\"linux\"}";
            case "queue.discard" -> "{\"queueIds\":[1],\"confirm\":true}";
            default -> "{}";
        };
    }

    @TestFactory
    Stream<DynamicTest> everyMethodInEveryState() {
        var tests = new ArrayList<DynamicTest>();
        for (SyncState state : SyncState.values()) {
            tests.add(DynamicTest.dynamicTest(state.name(), () -> everyMethodIn(state)));
        }
        return tests.stream();
    }

    private void everyMethodIn(SyncState state) throws Exception {
        try (var rig = new Rig(folder.resolve(state.name()));
                var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Rig.Device device = rig.device("a");
            switch (state) {
                case UNINITIALIZED, OFFLINE -> {}
                case ONLINE -> device.relay();
                // It takes the connection and never says a word.
                case INITIALIZING ->
                        device.relay(URI.create("ws://127.0.0.1:" + silent.getLocalPort()));
            }
            device.start();
            Thread init = null;
            if (state == SyncState.INITIALIZING) {
                init =
                        Thread.startVirtualThread(
                                () -> {
                                    try (Client other = device.another()) {
                                        other.answer("sync.init", device.initParams(1));
                                    } catch (RuntimeException e) {
                                        // The daemon ends before it is answered.
                                    }
                                });
            } else if (state != SyncState.UNINITIALIZED) {
                device.init(1);
            }
            device.awaitState(state.name());
            Client client = device.client();
            List<String> last = List.of("sync.pause", "sync.reset", "daemon.shutdown");
            var order = new ArrayList<>(METHODS.keySet());
            order.removeAll(last);
            if (state == SyncState.UNINITIALIZED) {
                order.remove("sync.init");
            }
            order.addAll(last);
            for (String method : order) {
                int expected = METHODS.get(method)[state.ordinal()];
                if (method.equals("device.remove") && expected == 0) {
                    // Allowed, but there is no other device.
                    expected = -32602;
                }
                JsonNode answer =
                        method.equals("sync.init")
                                ? client.answer(method, device.initParams(2))
                                : client.answer(method, params(method));
                assertThat(answer.path("error").path("code").asInt(0))
                        .as(method + " in " + state + ": " + answer)
                        .isEqualTo(expected);
                if (expected == -32001) {
                    JsonNode data = answer.path("error").path("data");
                    assertThat(data.path("state").stringValue()).isEqualTo(state.name());
                    assertThat(data.has("retryAfterMs")).isEqualTo(state == SyncState.INITIALIZING);
                }
            }
            if (init != null) {
                init.interrupt();
            }
        }
    }

    @Test
    void stateComesBeforeParametersButAfterTheForm() {
        try (var rig = new Rig(folder)) {
            Client client = rig.device("a").start().client();
            assertThat(client.code("sync.push", "{\"entries\":7}")).isEqualTo(-32001);
            assertThat(
                            client.raw(
                                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sync.push\",\"params\":[]}")
                                    .path("error")
                                    .path("code")
                                    .asInt())
                    .isEqualTo(-32602);
        }
    }

    @Test
    void withoutIdentityNothingIsConnected() throws IOException {
        try (var rig = new Rig(folder);
                var relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Rig.Device device =
                    rig.device("a")
                            .relay(URI.create("ws://127.0.0.1:" + relay.getLocalPort()))
                            .start();
            device.client().call("daemon.health");
            relay.setSoTimeout(1500);
            assertThat(accepts(relay)).isFalse();
        }
    }

    @Test
    void whilePausedNothingIsConnectedAlsoAfterARestart() throws IOException {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").relay().start().initialised(1);
            device.awaitState("ONLINE");
            JsonNode paused = device.client().call("sync.pause");
            assertThat(paused.path("state").stringValue()).isEqualTo("OFFLINE");
            assertThat(paused.path("paused").asBoolean()).isTrue();
            assertThat(device.client().call("sync.pause")).isEqualTo(paused);
            device.stop();
            try (var relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                device.relay(URI.create("ws://127.0.0.1:" + relay.getLocalPort())).start();
                assertThat(device.client().state()).isEqualTo("OFFLINE");
                relay.setSoTimeout(1500);
                assertThat(accepts(relay)).isFalse();
            }
            device.stop();
            device.relay().start();
            device.client().call("sync.resume");
            device.awaitState("ONLINE");
        }
    }

    private static boolean accepts(ServerSocket server) throws IOException {
        try (var _ = server.accept()) {
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void aLostRelayIsFoundAgain() {
        try (var rig = new Rig(folder)) {
            Rig.Device device = rig.device("a").relay().start().initialised(1);
            device.awaitState("ONLINE");
            try (Client listener = device.another()) {
                listener.call("daemon.subscribe", "{\"events\":[\"stateChange\"]}");
                rig.stopRelay();
                JsonNode lost = listener.notification().path("params");
                assertThat(lost.path("from").stringValue()).isEqualTo("ONLINE");
                assertThat(lost.path("to").stringValue()).isEqualTo("OFFLINE");
                assertThat(device.client().state()).isEqualTo("OFFLINE");
                rig.relay();
                JsonNode found = listener.notification();
                assertThat(found.path("method").stringValue()).isEqualTo("event.stateChange");
                assertThat(found.path("params").path("to").stringValue()).isEqualTo("ONLINE");
            }
        }
    }
}
