package dev.roosthold.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A server under load in a process of its own, and what the kernel says about it. Linux only.
final class ServerProcess implements AutoCloseable {

    private final String name;
    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private final int port;

    private ServerProcess(String name, List<String> command, Path folder) throws IOException {
        this.name = name;
        process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        out = process.inputReader(StandardCharsets.UTF_8);
        in = process.outputWriter(StandardCharsets.UTF_8);
        port = Integer.parseInt(answer("port "));
    }

    /// Our server, on this program's class path and JDK.
    static ServerProcess ours(SocketLoadOptions options) throws IOException {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options.jvmFlags());
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchServer.class.getName(),
                        Integer.toString(options.loops()),
                        options.handlers()));
        return new ServerProcess("roosthold", command, Path.of("."));
    }

    /// The relay, on this program's class path and JDK, with the data in that folder and limits far
    /// above the load.
    static ServerProcess relay(List<String> jvmFlags, Path data) throws IOException {
        return relay(jvmFlags, data, 0);
    }

    /// The same on a port of which the kernel chooses none.
    static ServerProcess relay(List<String> jvmFlags, Path data, int port) throws IOException {
        return relay(jvmFlags, data, port, List.of());
    }

    /// The same on other services.
    ///
    /// @param services address of the PostgreSQL database, then of the NATS server; or less
    static ServerProcess relay(List<String> jvmFlags, Path data, int port, List<String> services)
            throws IOException {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchRelay.class.getName(),
                        data.toString(),
                        Integer.toString(port)));
        command.addAll(services);
        return new ServerProcess("relay", command, Path.of("."));
    }

    /// The published server, installed in that folder.
    static ServerProcess npm(Path folder) throws IOException {
        return new ServerProcess("socket.io", List.of("node", "--expose-gc", "server.mjs"), folder);
    }

    /// Our Jazz relay, on this program's class path and JDK, with the flags of `roost jazz-relay`.
    static ServerProcess jazz(Path data) throws IOException {
        return new ServerProcess(
                "roosthold",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xms32m",
                        "-Xmn16m",
                        "-Xmx256m",
                        "-XX:MinHeapFreeRatio=10",
                        "-XX:MaxHeapFreeRatio=20",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchJazzRelay.class.getName(),
                        data.toString()),
                Path.of("."));
    }

    /// A Jazz relay of published packages, installed in that folder.
    static ServerProcess npmJazz(Path folder) throws IOException {
        return new ServerProcess("npm, memory", List.of("node", "relay.mjs"), folder);
    }

    /// The published Jazz relay, installed in that folder, with its data in a file.
    static ServerProcess jazzNpm(Path folder, Path data) throws IOException {
        return new ServerProcess(
                "cojson", List.of("node", "relay.mjs", "0", data.toString()), folder);
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /// Collects garbage and returns the heap in use, in bytes.
    long heapAfterCollection() throws IOException {
        in.write("gc\n");
        in.flush();
        return Long.parseLong(answer("heap "));
    }

    /// Where our relay serves its metrics.
    int metricsPort() throws IOException {
        in.write("metrics\n");
        in.flush();
        return Integer.parseInt(answer("metrics "));
    }

    /// Resident memory in bytes.
    long residentBytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS for " + name);
    }

    CpuTime cpuTime() throws IOException {
        return CpuTime.of(process.pid());
    }

    /// Processor time used so far, user and system, in seconds.
    double cpuSeconds() throws IOException {
        return cpuSeconds(process.pid());
    }

    /// Processor time that any process has used so far.
    static double cpuSeconds(long pid) throws IOException {
        return CpuTime.of(pid).total();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws IOException {
        in.close();
        process.destroy();
    }

    private String answer(String start) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
            System.err.println(name + ": " + line);
        }
        throw new IOException(name + " ended before it said '" + start + "'");
    }
}
