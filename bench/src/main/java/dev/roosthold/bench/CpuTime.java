package dev.roosthold.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Processor time in seconds. Linux only.
///
/// @param user in the program itself
/// @param system in the kernel on its behalf
record CpuTime(double user, double system) {
    /// Clock ticks per second in `/proc`; fixed in the kernel's interface.
    private static final double TICKS_PER_SECOND = 100;

    /// What that process has used so far.
    static CpuTime of(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new CpuTime(seconds(fields[11]), seconds(fields[12]));
    }

    /// Time that the processors of this computer had nothing to do so far, waiting for the disk
    /// included.
    static double idleSeconds() throws IOException {
        var fields = Files.readString(Path.of("/proc/stat")).split("\\s+", 7);
        return seconds(fields[4]) + seconds(fields[5]);
    }

    private static double seconds(String ticks) {
        return Long.parseLong(ticks) / TICKS_PER_SECOND;
    }

    double total() {
        return user + system;
    }

    CpuTime minus(CpuTime earlier) {
        return new CpuTime(user - earlier.user, system - earlier.system);
    }

    /// As processors that were busy all along.
    String over(double elapsedSeconds) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.0f %% of it in the kernel)",
                total() / elapsedSeconds,
                100 * system / total());
    }
}
