package dev.roosthold.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs a sync daemon without a relay in a directory that is deleted afterwards, asks it what a
/// first client asks, and ends. As [StartupTraining], for a start-up cache of that daemon alone: it
/// is there all day, and would keep the relay's classes in memory with the large one.
final class SyncTraining {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final String DEVICE = "00000000-0000-4000-8000-000000000001";
    private static final Path SHORT = Path.of("/tmp");
    // Nobody listens there, so that it is offline; a key of nobody.
    private static final String RELAY = "ws://127.0.0.1:9";
    private static final String KEY = "A".repeat(43) + "=";
    private static final String BLOB = "AQ" + "A".repeat(78);
    private static final List<String> REQUESTS =
            List.of(
                    request("daemon.ping", "{}"),
                    request(
                            "daemon.handshake",
                            "{\"clientVersion\":\"1\",\"protocolVersion\":\"1.0.0\"}"),
                    request(
                            "sync.init",
                            "{\"authKey\":\""
                                    + KEY
                                    + "\",\"deviceName\":\"t\",\"platform\":\"linux\"}"),
                    request(
                            "sync.push",
                            "{\"entries\":[{\"id\":\""
                                    + DEVICE
                                    + "\",\"type\":\"command\",\"encrypted\":\""
                                    + BLOB
                                    + "\",\"metadata\":{\"deviceId\":\""
                                    + DEVICE
                                    + "\",\"createdAt\":1,\"safetyLevel\":\"safe\"}}]}"),
                    request("sync.status", "{}"),
                    request("daemon.health", "{}"),
                    request("sync.pull", "{}"),
                    request("daemon.shutdown", "{}"));

    private SyncTraining() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        // The path of a socket is short, and the usual folder for such files may lie deep.
        Path home =
                Files.isWritable(SHORT)
                        ? Files.createTempDirectory(SHORT, "roost-training")
                        : Files.createTempDirectory("roost-training");
        var status = new AtomicInteger(-1);
        boolean answered;
        try {
            Thread daemon =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () ->
                                            status.set(
                                                    Main.run(
                                                            new String[] {
                                                                "sync", "daemon", "--relay=" + RELAY
                                                            },
                                                            Map.of("HOME", home.toString()))));
            answered = ask(home.resolve(".config/cmdai/sync.sock"), daemon);
            daemon.join(PATIENCE_NANOS / 1_000_000);
        } finally {
            StartupTraining.delete(home);
        }
        System.exit(answered && status.get() == 0 ? 0 : 1);
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                + method
                + "\",\"params\":"
                + params
                + "}\n";
    }

    private static boolean ask(Path socket, Thread daemon)
            throws IOException, InterruptedException {
        try (SocketChannel channel = connected(socket, daemon)) {
            var answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (String request : REQUESTS) {
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
                if (answers.readLine() == null) {
                    return false;
                }
            }
        }
        return true;
    }

    /// The file is there a little before somebody listens.
    private static SocketChannel connected(Path socket, Thread daemon)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException e) {
                channel.close();
                if (!daemon.isAlive() || System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(10);
            }
        }
    }
}
