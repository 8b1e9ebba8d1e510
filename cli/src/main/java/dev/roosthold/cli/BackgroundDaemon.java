package dev.roosthold.cli;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.DaemonPresence;
import dev.roosthold.daemon.local.DaemonStatus;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.daemon.local.LocalException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Starts and stops the daemon of a home directory as a process of its own.
final class BackgroundDaemon {
    private static final Duration UP = Duration.ofSeconds(30);
    private static final Duration BUSY = Duration.ofSeconds(10);
    private static final Duration ASKED = Duration.ofSeconds(15);
    private static final Duration SIGNALLED = Duration.ofSeconds(12);
    private static final Duration KILLED = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(25);

    /// The child outlives the terminal: it ignores its end, and leaves its group where the system
    /// has a command for that.
    private static final String DETACHED =
            "trap '' HUP; if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\";"
                    + " else exec \"$@\"; fi";

    private final Path home;

    BackgroundDaemon(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    /// How a start came out.
    ///
    /// @param before whether a daemon ran already
    record Started(LocalClient control, boolean before) {}

    /// Returns when a daemon can be reached locally.
    ///
    /// @throws CommandFailure when it cannot be started
    Started start(Path rootDirectory) throws InterruptedException {
        Optional<LocalClient> running = settled();
        if (running.isPresent()) {
            return new Started(running.get(), true);
        }
        Path early = home.resolve("daemon-start.log");
        try {
            PrivateFiles.prepare(early);
            Process process =
                    process(rootDirectory)
                            .redirectInput(new File(isWindows() ? "NUL" : "/dev/null"))
                            .redirectErrorStream(true)
                            .redirectOutput(early.toFile())
                            .start();
            long end = System.nanoTime() + UP.toNanos();
            while (System.nanoTime() < end) {
                Optional<LocalClient> up = LocalClient.of(home).filter(BackgroundDaemon::answers);
                if (up.isPresent()) {
                    return new Started(up.get(), up.get().pid() != process.pid());
                }
                if (!process.isAlive()) {
                    return lostOrFailed(process.exitValue(), early);
                }
                Thread.sleep(LOOK);
            }
            process.destroy();
            throw new CommandFailure(
                    "the machine daemon does not come up", "Its log is " + DaemonLog.file(home));
        } catch (IOException e) {
            throw new CommandFailure("cannot start the machine daemon: " + e.getMessage(), "");
        }
    }

    /// The child has ended: another one was faster, or it failed.
    private Started lostOrFailed(int status, Path early) throws InterruptedException, IOException {
        Optional<LocalClient> other = settled();
        if (other.isPresent()) {
            return new Started(other.get(), true);
        }
        String why =
                Files.readString(early)
                        .lines()
                        .filter(line -> !line.startsWith("warning: "))
                        .reduce("", (all, line) -> all + "\n" + line)
                        .strip();
        throw new CommandFailure(
                "the machine daemon ended while it started (status " + status + ")",
                why.isEmpty() ? "Its log is " + DaemonLog.file(home) : why);
    }

    /// The daemon that runs, after whatever is in between has passed.
    private Optional<LocalClient> settled() throws InterruptedException {
        long end = System.nanoTime() + BUSY.toNanos();
        while (true) {
            switch (look()) {
                case DaemonPresence.None _ -> {
                    return Optional.empty();
                }
                case DaemonPresence.Running(var control) -> {
                    if (answers(control)) {
                        return Optional.of(control);
                    }
                }
                case DaemonPresence.Busy _ -> {}
            }
            if (System.nanoTime() > end) {
                throw new CommandFailure(
                        "a machine daemon is there and does not answer",
                        "`roost daemon stop` ends it.");
            }
            Thread.sleep(LOOK);
        }
    }

    private DaemonPresence look() {
        try {
            return DaemonPresence.of(home);
        } catch (DaemonException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    private static boolean answers(LocalClient control) {
        try {
            return !control.statusAs("text/plain").isEmpty();
        } catch (IOException | LocalException _) {
            return false;
        }
    }

    private ProcessBuilder process(Path rootDirectory) {
        List<String> command = new ArrayList<>();
        if (!isWindows()) {
            command.addAll(List.of("/bin/sh", "-c", DETACHED, "roost-daemon"));
        }
        command.addAll(Launcher.command());
        command.addAll(
                List.of(
                        "daemon",
                        "run",
                        "--background",
                        "--home=" + home,
                        "--root=" + rootDirectory.toAbsolutePath()));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        Launcher.utf8(environment);
        return builder;
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /// How a stop came out.
    enum Stopped {
        NOTHING_RAN,
        WHEN_ASKED,
        /// It did not answer, or not in time; it was ended by a signal.
        BY_SIGNAL,
        /// It did not follow that either.
        KILLED
    }

    /// Asks the daemon to stop, waits, and gets firm. Returns when its process has ended.
    ///
    /// @throws CommandFailure when it cannot be ended
    Stopped stop() throws InterruptedException {
        Optional<LocalClient> running = reachable();
        if (running.isEmpty()) {
            return Stopped.NOTHING_RAN;
        }
        LocalClient control = running.get();
        if (asked(control) && ended(control, ASKED)) {
            return Stopped.WHEN_ASKED;
        }
        control.signal(false);
        if (ended(control, SIGNALLED)) {
            return Stopped.BY_SIGNAL;
        }
        control.signal(true);
        if (ended(control, KILLED)) {
            return Stopped.KILLED;
        }
        throw new CommandFailure(
                "the machine daemon, process " + control.pid() + ", cannot be ended",
                "It may wait for a disk; end it by hand.");
    }

    /// One that runs, whether it answers or not; a start that is under way is waited for.
    private Optional<LocalClient> reachable() throws InterruptedException {
        long end = System.nanoTime() + BUSY.toNanos();
        while (true) {
            switch (look()) {
                case DaemonPresence.None _ -> {
                    return Optional.empty();
                }
                case DaemonPresence.Running(var control) -> {
                    return Optional.of(control);
                }
                case DaemonPresence.Busy _ -> {
                    if (System.nanoTime() > end) {
                        throw new CommandFailure(
                                "something uses " + home + " and cannot be reached",
                                "An enrolment may be going on.");
                    }
                }
            }
            Thread.sleep(LOOK);
        }
    }

    private static boolean asked(LocalClient control) {
        try {
            control.stop();
            return true;
        } catch (IOException | LocalException _) {
            // It may be ending already, or hang: seen by waiting.
            return false;
        }
    }

    private static boolean ended(LocalClient control, Duration within) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (control.isAlive()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    /// Waits until the daemon is online, or knows why it is not, or waits for its owner.
    static DaemonStatus firstResult(LocalClient control, Duration most)
            throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (true) {
            DaemonStatus status = status(control);
            boolean settled =
                    switch (status.state()) {
                        case "READY", "ERROR", "WAITING_APPROVAL" -> true;
                        default -> false;
                    };
            if (settled || System.nanoTime() > end) {
                return status;
            }
            Thread.sleep(LOOK);
        }
    }

    /// @throws CommandFailure when it does not answer
    static DaemonStatus status(LocalClient control) {
        try {
            return control.status();
        } catch (IOException | LocalException e) {
            throw silent();
        }
    }

    /// The status as `roost status --json` prints it.
    ///
    /// @throws CommandFailure when it does not answer
    static String statusJson(LocalClient control) {
        try {
            return control.statusAs("application/json").strip();
        } catch (IOException | LocalException e) {
            throw silent();
        }
    }

    private static CommandFailure silent() {
        return new CommandFailure(
                "the machine daemon does not answer any more",
                "Its log says why: `roost daemon logs`.");
    }
}
