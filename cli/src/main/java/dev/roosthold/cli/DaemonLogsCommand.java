package dev.roosthold.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "logs", description = "Shows what the daemon has logged.")
final class DaemonLogsCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int CHUNK = 64 * 1024;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "100",
            paramLabel = "N",
            description = "How many of the last lines (default: 100).")
    private int lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Stays and shows what is logged from now on; Ctrl-C ends it.")
    private boolean follow;

    @Mixin private HomeOption home;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return show(DaemonLog.file(home.path()), lines, follow);
    }

    /// Shows the last lines of a log and, if wanted, what follows.
    static int show(Path file, int lines, boolean follow) throws IOException, InterruptedException {
        if (lines < 0) {
            throw new CommandFailure("--lines: a number of lines is not negative", "");
        }
        if (!Files.exists(file) && !follow) {
            throw new CommandFailure(
                    "there is no log yet: " + file, "The daemon makes it when it starts.");
        }
        // What is written between the two is shown by the second.
        long end = Files.exists(file) ? Files.size(file) : 0;
        Object key = key(file);
        last(file, end, lines).forEach(System.out::println);
        if (follow) {
            follow(file, key, end);
        }
        return 0;
    }

    private static Deque<String> last(Path file, long end, int lines) throws IOException {
        Deque<String> last = new ArrayDeque<>();
        for (Path one : BoundedFile.all(file)) {
            long left = one.equals(file) ? end : Long.MAX_VALUE;
            try (BufferedReader reader = Files.newBufferedReader(one, StandardCharsets.UTF_8)) {
                for (String line = reader.readLine();
                        line != null && left > 0;
                        line = reader.readLine()) {
                    left -= line.getBytes(StandardCharsets.UTF_8).length + 1L;
                    last.addLast(line);
                    if (last.size() > lines) {
                        last.removeFirst();
                    }
                }
            } catch (NoSuchFileException _) {
                // Rotated away meanwhile.
            }
        }
        return last;
    }

    private static void follow(Path file, @Nullable Object knownKey, long from)
            throws IOException, InterruptedException {
        Object key = knownKey;
        long at = from;
        while (true) {
            if (Files.exists(file)) {
                Object now = key(file);
                if (!Objects.equals(now, key) || Files.size(file) < at) {
                    key = now;
                    at = 0;
                }
                at = show(file, at);
            }
            Thread.sleep(LOOK);
        }
    }

    private static long show(Path file, long from) throws IOException {
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            byte[] buffer = new byte[CHUNK];
            long at = from;
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                System.out.write(buffer, 0, n);
                at += n;
            }
            System.out.flush();
            return at;
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.exists(file)
                ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
                : null;
    }
}
