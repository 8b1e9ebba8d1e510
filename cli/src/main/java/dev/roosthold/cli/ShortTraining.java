package dev.roosthold.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Runs the commands that answer at once, in a directory that is deleted afterwards. As
/// [StartupTraining], for a start-up cache with little in it: the runtime sets everything up that
/// is in its cache, needed or not, and with all of the relay that takes longer than such a command
/// (0.17 s of a processor with it, 0.28 with the other; two busy cores, 2026-11).
final class ShortTraining {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path SELF = Path.of("/proc/self/stat");
    private static final int START_TICKS = 19;
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nDaemon\n";

    private ShortTraining() {}

    public static void main(String[] args) throws IOException {
        Path home = Files.createTempDirectory("roost-training");
        Path place = home.resolve("daemon.json");
        int status;
        try (var daemon = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(daemon));
            Files.writeString(place, "");
            if (Files.isReadable(BOOT)) {
                Files.writeString(
                        place,
                        "{\"format\":1, \"port\":%d, \"token\":\"t\", \"pid\":%d, \"process\":\"%s\"}"
                                .formatted(
                                        daemon.getLocalPort(),
                                        ProcessHandle.current().pid(),
                                        mark()));
            }
            String where = "--home=" + home;
            status = Main.run(new String[] {"--version"}, Map.of());
            Main.run(new String[] {"status", where}, Map.of());
            Main.run(new String[] {"daemon", "status", where}, Map.of());
            Files.delete(place);
            Main.run(new String[] {"status", where}, Map.of());
        } finally {
            Files.deleteIfExists(place);
            Files.deleteIfExists(home.resolve("daemon.lock"));
            Files.deleteIfExists(home);
        }
        System.exit(status);
    }

    /// How a daemon marks its process; this one shall be taken for one.
    private static String mark() throws IOException {
        String stat = Files.readString(SELF);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Files.readString(BOOT).strip() + "/" + fields[START_TICKS];
    }

    private static void answer(ServerSocket daemon) {
        while (!daemon.isClosed()) {
            try (Socket socket = daemon.accept()) {
                InputStream in = socket.getInputStream();
                // The question is short and comes at once.
                int _ = in.read(new byte[4096]);
                socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // One question less; or the end.
            }
        }
    }
}
