package dev.roosthold.daemon.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Tells one process from a later one that got the same id.
///
/// On Linux it is the boot of the system and the ticks between that boot and the start of the
/// process: unlike a time of day it stays the same when the clock is set. Elsewhere it is the time
/// at which the system says that the process began.
final class ProcessMark {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /// In `/proc/<pid>/stat`, counted from the field after the name of the program.
    private static final int STATE = 0;

    private static final int START_TICKS = 19;

    private ProcessMark() {}

    /// Empty when no such process runs; one that has ended and waits for its parent does not.
    static Optional<String> of(long pid) {
        return Files.isReadable(BOOT) ? ofLinux(pid) : ofSystem(pid);
    }

    /// Whether the process with this id is still the one that had this mark.
    static boolean isAlive(long pid, String mark) {
        return of(pid).filter(mark::equals).isPresent();
    }

    private static Optional<String> ofLinux(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name stands in parentheses and may contain anything, parentheses too.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            boolean ended = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return ended
                    ? Optional.empty()
                    : Optional.of(Files.readString(BOOT).strip() + "/" + fields[START_TICKS]);
        } catch (IOException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> ofSystem(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .map(start -> Long.toString(start.toEpochMilli()));
    }
}
