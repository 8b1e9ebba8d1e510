package dev.roosthold.daemon;

import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.agents.AgentRunner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A daemon with agents in a process of its own, which can be killed without warning.
final class DaemonProcess implements AutoCloseable {
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /// @param home of an enrolled machine
    /// @param memory of the fake agents
    DaemonProcess(Path home, Path memory) throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                DaemonProcess.class.getName(),
                                home.toString(),
                                memory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DaemonProcess awaitReady() {
        Phone.Awaiting.until(() -> lines.contains("READY"));
        return this;
    }

    /// What it said when it ended by itself.
    String awaitEnd() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("it runs on: " + lines);
        }
        Phone.Awaiting.until(() -> lines.stream().anyMatch(line -> line.startsWith("end ")));
        return lines.getLast();
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    public static void main(String[] args) {
        Path home = Path.of(args[0]);
        MachineIdentity credential = new EnrolmentFile(home).read().orElseThrow();
        DaemonConfig config =
                new DaemonConfig(
                        home,
                        credential,
                        "1.2.3",
                        () -> new HostFacts("box", "linux", "x64", "ada", Path.of("/home/ada")),
                        Clock.systemUTC(),
                        Scheduler.system(),
                        new SecureRandom());
        MachineDaemon daemon =
                new MachineDaemon(
                        config,
                        new MachineListener() {
                            @Override
                            public void changed(MachineChange change) {
                                System.out.println(change.to());
                            }

                            @Override
                            public void notice(String text) {
                                System.out.println("notice " + text);
                            }
                        },
                        Optional.of(AgentRunner.factory(AgentRig.settings(Path.of(args[1])))));
        System.out.println("end " + daemon.run().getClass().getSimpleName());
        System.exit(0);
    }
}
