package dev.roosthold.daemon.shell;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs one program to its end.
///
/// Standard input is empty. The output is bounded while it is read. After the time, on an interrupt
/// and when the program itself has ended, everything that it started is ended too: a call leaves
/// nothing running.
///
/// @param environment added to this program's own
record ProgramRun(
        List<String> command, Path directory, Map<String, String> environment, Duration time) {
    private static final int MAX_OUTPUT = 440_000;
    private static final int MAX_ERRORS = 220_000;

    /// What is still in the pipes when all writers are gone arrives at once.
    private static final Duration REST = Duration.ofMillis(500);

    /// How it ended.
    ///
    /// @param exitCode -1 when it was ended for its time
    record End(
            int exitCode, boolean outOfTime, BoundedText.Shown output, BoundedText.Shown errors) {}

    /// @throws IOException when the program cannot be started
    End run() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        File nothing = new File("/dev/null");
        if (nothing.exists()) {
            builder.redirectInput(nothing);
        }
        ProcessTree tree = ProcessTree.start(builder);
        Process process = tree.leader();
        BoundedText output = new BoundedText(MAX_OUTPUT);
        BoundedText errors = new BoundedText(MAX_ERRORS);
        Thread outputReader = read(output, process.getInputStream());
        Thread errorReader = read(errors, process.getErrorStream());
        boolean ended;
        try {
            if (!nothing.exists()) {
                process.getOutputStream().close();
            }
            ended = process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            tree.kill();
        }
        boolean _ = outputReader.join(REST);
        boolean _ = errorReader.join(REST);
        return new End(ended ? process.exitValue() : -1, !ended, output.shown(), errors.shown());
    }

    private static Thread read(BoundedText text, InputStream stream) {
        return Thread.ofVirtual().name("roost-output").start(() -> text.readFrom(stream));
    }
}
