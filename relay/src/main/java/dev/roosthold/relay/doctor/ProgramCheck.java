package dev.roosthold.relay.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Java, its limits, the open-file limit and the clock.
record ProgramCheck(Situation situation) implements Check {
    private static final int NEEDED_JAVA = 25;
    private static final long LITTLE_HEAP = 128L << 20;
    private static final long FEW_FILES = 4_096;

    /// No clock of a computer that runs this program is right before it.
    private static final Instant BEFORE_THIS_PROGRAM = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public List<Finding> run() {
        var found = new ArrayList<Finding>();
        found.add(java());
        found.add(heap());
        found.add(files());
        found.add(clock());
        return found;
    }

    private static Finding java() {
        int version = Runtime.version().feature();
        String what = "Java " + Runtime.version() + ", " + System.getProperty("java.home");
        if (version < NEEDED_JAVA) {
            return Finding.wrong(
                    "java", what, "Roosthold needs Java " + NEEDED_JAVA + " or newer.");
        }
        if (!ProgramCheck.class.getModule().isNativeAccessEnabled()) {
            return Finding.warning(
                    "java",
                    what + ", without --enable-native-access=ALL-UNNAMED",
                    "Start it with the launcher `roost`, which sets the flags that it needs.");
        }
        return Finding.ok("java", what);
    }

    private static Finding heap() {
        long heap = Runtime.getRuntime().maxMemory();
        String what = String.format(Locale.ROOT, "at most %d MB of heap", heap >> 20);
        return heap < LITTLE_HEAP
                ? Finding.warning("memory", what, "Give it more: ROOST_JAVA_OPTS=-Xmx512m.")
                : Finding.ok("memory", what);
    }

    private Finding files() {
        String process =
                situation.running().map(running -> Long.toString(running.pid())).orElse("self");
        Path limits = Path.of("/proc", process, "limits");
        try {
            for (String line : Files.readAllLines(limits)) {
                if (line.startsWith("Max open files")) {
                    String soft =
                            line.substring("Max open files".length()).strip().split("\\s+")[0];
                    String what =
                            (process.equals("self") ? "this shell allows " : "the relay may have ")
                                    + soft
                                    + " open files";
                    return !soft.equals("unlimited") && Long.parseLong(soft) < FEW_FILES
                            ? Finding.warning(
                                    "open files",
                                    what,
                                    "Each connection is one. Raise it: `ulimit -n 65536`, or"
                                            + " LimitNOFILE=65536 in the systemd unit.")
                            : Finding.ok("open files", what);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Told below.
        }
        return Finding.skipped("open files", "this system does not tell its limit");
    }

    private Finding clock() {
        Instant now = situation.clock().instant();
        return now.isBefore(BEFORE_THIS_PROGRAM)
                ? Finding.wrong(
                        "clock",
                        "this computer says it is " + now,
                        "Set the clock (`timedatectl set-ntp true`): sign-in and invites need it.")
                : Finding.ok("clock", "it is " + now);
    }
}
