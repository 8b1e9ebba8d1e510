package dev.roosthold.conformance.faults;

import dev.roosthold.conformance.faults.UnsafeDisk.Loss;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What a process sees of the disk below one folder, and of the time of day: calls to the disk fail
/// on demand, the clock can be set, and after the death of the process the power may be said to
/// have failed. A small library does it that is put before the process's own, see `faults.c`.
///
/// Linux with a C compiler only. Used by one thread.
public final class FaultyComputer {
    private static final int BUILD_SECONDS = 60;

    private final Path library;
    private final Path record;
    private final Path control;
    private final Path clock;
    private final Path folder;
    private final String database;
    private final UnsafeDisk disk = new UnsafeDisk();

    private FaultyComputer(Path library, Path tools, Path folder, String database)
            throws IOException {
        this.library = library;
        this.record = Files.createFile(tools.resolve("record"));
        this.control = Files.createFile(tools.resolve("control"));
        this.clock = Files.write(tools.resolve("clock"), new byte[Long.BYTES]);
        this.folder = Files.createDirectories(folder).toRealPath();
        this.database = database;
        disk.restart(UnsafeDisk.read(this.folder, database));
    }

    /// Builds one; empty where there is no C compiler or this is not Linux.
    ///
    /// @param tools an empty folder for its own files, not below the other one
    /// @param folder what is kept there meets the faults; it is made when it is not there
    /// @param database name of the file in it of which the power may lose what was not flushed, and
    ///     with which the names of the files beside it begin
    /// @throws IOException when the library does not compile
    public static Optional<FaultyComputer> build(Path tools, Path folder, String database)
            throws IOException, InterruptedException {
        Optional<Path> compiler =
                Stream.of("/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang")
                        .map(Path::of)
                        .filter(Files::isExecutable)
                        .findFirst();
        if (compiler.isEmpty() || !System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        return Optional.of(
                new FaultyComputer(compile(compiler.get(), tools), tools, folder, database));
    }

    private static Path compile(Path compiler, Path tools)
            throws IOException, InterruptedException {
        Path source = tools.resolve("faults.c");
        try (InputStream in = FaultyComputer.class.getResourceAsStream("faults.c")) {
            if (in == null) {
                throw new IOException("faults.c is missing");
            }
            Files.copy(in, source);
        }
        Path library = tools.resolve("faults.so");
        List<String> command =
                List.of(
                        compiler.toString(),
                        "-O1",
                        "-shared",
                        "-fPIC",
                        "-o",
                        library.toString(),
                        source.toString(),
                        "-lpthread");
        Path said = tools.resolve("compiler.log");
        Process build =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        if (!build.waitFor(BUILD_SECONDS, TimeUnit.SECONDS)) {
            build.destroyForcibly();
            throw new IOException(compiler + " takes too long");
        }
        if (build.exitValue() != 0) {
            throw new IOException("faults.c does not compile: " + Files.readString(said));
        }
        return library;
    }

    /// Variables that put a process on this computer.
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAULT_FOLDER", folder.toString(),
                "FAULT_RECORD", record.toString(),
                "FAULT_CONTROL", control.toString(),
                "FAULT_CLOCK", clock.toString());
    }

    /// Of the calls that write, flush or truncate the n-th from now on fails.
    ///
    /// @param n from 1
    public void failCall(int n) throws IOException {
        Files.writeString(control, Integer.toString(n));
    }

    /// Every call that writes, flushes or truncates fails.
    public void fillDisk() throws IOException {
        Files.writeString(control, "-1");
    }

    /// No call fails any more.
    public void mendDisk() throws IOException {
        Files.writeString(control, "0");
    }

    /// Sets the time of day, also of processes that run.
    ///
    /// @param ahead of the real one; negative for the past
    public void setClock(Duration ahead) throws IOException {
        ByteBuffer nanos =
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putLong(0, ahead.toNanos());
        try (FileChannel file = FileChannel.open(clock, StandardOpenOption.WRITE)) {
            // In one piece: the library reads it at any moment.
            int _ = file.write(nanos, 0);
        }
    }

    /// What the processes did to the database since the last power failure. The record of it is
    /// empty then.
    ///
    /// @return the calls, for whoever wants to look at them one by one
    public List<DiskCall> calls() throws IOException {
        List<DiskCall> calls;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(record))) {
            calls = DiskCall.read(in, file -> file.startsWith(database));
        }
        try (FileChannel file = FileChannel.open(record, StandardOpenOption.WRITE)) {
            FileChannel _ = file.truncate(0);
        }
        calls.forEach(disk::apply);
        return new ArrayList<>(calls);
    }

    /// The process died, and the power is on: all that it did is in the files. What the record of
    /// its last call lacks is found there, so that the next process begins a new one.
    ///
    /// @throws IOException when the files of the database cannot be read
    public void loseProcess() throws IOException {
        List<DiskCall> _ = calls();
        disk.settle(UnsafeDisk.read(folder, database));
    }

    /// The power failed when the process died: of what it had not flushed the disk keeps what it
    /// likes.
    ///
    /// @throws IOException when the files of the database cannot be replaced
    public void losePower(Loss loss, Random random) throws IOException {
        List<DiskCall> _ = calls();
        Map<String, byte[]> left = disk.after(loss, random);
        UnsafeDisk.write(left, folder, database);
        disk.restart(left);
    }
}
