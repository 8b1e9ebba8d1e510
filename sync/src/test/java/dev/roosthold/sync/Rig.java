package dev.roosthold.sync;

import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.JazzServer;
import dev.roosthold.relay.jazz.JazzConfig;
import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.LogLevel;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncOptions;
import dev.roosthold.sync.ipc.IpcLimits;
import dev.roosthold.sync.log.SyncLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A relay and devices, each a daemon with its own home directory; all real.
final class Rig implements AutoCloseable {
    static final String NOWHERE = "ws://127.0.0.1:1";
    static final Duration SOON = Duration.ofSeconds(20);

    private final Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable JazzServer relay;
    private int port;

    Rig(Path folder) {
        this.folder = folder;
    }

    /// A key of 32 bytes, in base64.
    static String key(int seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /// Starts the relay, or starts it again at the same address with the same data.
    URI relay() {
        if (relay == null) {
            try {
                relay =
                        JazzServer.start(
                                "127.0.0.1",
                                port,
                                folder.resolve("relay"),
                                JazzConfig.USUAL,
                                OptionalInt.empty());
                port = relay.port();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return URI.create("ws://127.0.0.1:" + port);
    }

    void stopRelay() {
        if (relay != null) {
            relay.close();
            relay = null;
        }
    }

    Device device(String name) {
        var device = new Device(folder.resolve(name));
        open.add(device);
        return device;
    }

    @Override
    public void close() {
        for (AutoCloseable one : open.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        stopRelay();
    }

    /// One computer.
    final class Device implements AutoCloseable {
        final Path home;
        final ManualClock clock = new ManualClock();
        final ByteArrayOutputStream log = new ByteArrayOutputStream();
        private final Map<String, String> options = new LinkedHashMap<>();
        private IpcLimits limits = IpcLimits.USUAL;
        private LogLevel level = LogLevel.DEBUG;
        private @Nullable SyncDaemon daemon;
        private @Nullable Client client;

        Device(Path home) {
            this.home = home;
            options.put("--relay", NOWHERE);
        }

        Device relay(URI relay) {
            options.put("--relay", relay.toString());
            return this;
        }

        Device relay() {
            return relay(Rig.this.relay());
        }

        Device level(LogLevel value) {
            level = value;
            return this;
        }

        Device limits(IpcLimits value) {
            limits = value;
            return this;
        }

        Device option(String name, String value) {
            options.put(name, value);
            return this;
        }

        /// Settings in the file.
        Device settings(String json) {
            try {
                Path file = home.resolve(".config/cmdai/sync-daemon.json");
                Files.createDirectories(file.getParent());
                Files.writeString(file, json);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        SyncConfig config() {
            try {
                return SyncConfig.read(
                        new SyncOptions(options, false), Map.of("HOME", home.toString()));
            } catch (ConfigException e) {
                throw new IllegalStateException(e);
            }
        }

        Device start() {
            try {
                return tryStart();
            } catch (StartFailure e) {
                throw new IllegalStateException(e);
            }
        }

        Device tryStart() throws StartFailure {
            daemon =
                    SyncDaemon.start(
                            config(),
                            clock,
                            new SecureRandom(),
                            "1.2.3",
                            limits,
                            SyncLog.to(log, level, clock));
            return this;
        }

        Path socket() {
            return config().socket();
        }

        SyncDaemon daemon() {
            if (daemon == null) {
                throw new IllegalStateException("not started");
            }
            return daemon;
        }

        Client client() {
            if (client == null) {
                client = new Client(socket());
            }
            return client;
        }

        Client another() {
            return new Client(socket());
        }

        JsonNode init(int seed) {
            return client().answer("sync.init", initParams(seed));
        }

        ObjectNode initParams(int seed) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("authKey", key(seed))
                    .put("deviceName", "device " + home.getFileName())
                    .put("platform", "linux");
        }

        Device initialised(int seed) {
            init(seed);
            return this;
        }

        void awaitState(String state) {
            await().atMost(SOON).until(() -> client().state().equals(state));
        }

        void awaitSent() {
            await().atMost(SOON)
                    .until(
                            () ->
                                    client().call("daemon.health")
                                                    .path("queue")
                                                    .path("pending")
                                                    .asInt(-1)
                                            == 0);
        }

        /// Everything that pull returns, by type and id.
        Map<String, JsonNode> all() {
            var found = new LinkedHashMap<String, JsonNode>();
            long cursor = 0;
            while (true) {
                JsonNode page =
                        client().call("sync.pull", "{\"since\":" + cursor + ",\"limit\":1000}");
                for (JsonNode entry : page.path("entries")) {
                    found.put(
                            entry.path("type").stringValue() + "/" + entry.path("id").stringValue(),
                            entry);
                }
                cursor = page.path("nextCursor").asLong();
                if (!page.path("hasMore").asBoolean()) {
                    return found;
                }
            }
        }

        String logText() {
            return log.toString(StandardCharsets.UTF_8);
        }

        void stop() {
            if (client != null) {
                client.close();
                client = null;
            }
            if (daemon != null) {
                daemon.close();
                daemon = null;
            }
        }

        @Override
        public void close() {
            stop();
        }
    }
}
