package dev.roosthold.jazz.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Node program that is talked to by lines. Ends with its standard input.
abstract class NodeProcess implements AutoCloseable {
    final Process process;
    final BufferedReader out;
    final Writer in;

    NodeProcess(Path folder, List<String> arguments) {
        var command = new ArrayList<String>(List.of("node"));
        command.addAll(arguments);
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectError(folder.resolve(arguments.getFirst() + ".log").toFile())
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out = process.inputReader(StandardCharsets.UTF_8);
        in = process.outputWriter(StandardCharsets.UTF_8);
    }

    /// The process, for reading what it has used.
    public final long pid() {
        return process.pid();
    }

    /// SIGKILL.
    public final void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            in.close();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
