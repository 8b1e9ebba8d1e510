package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser, against relay processes and machines.
@Tag("peers")
final class WebPageTest {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");

    @TempDir Path relayHome;
    @TempDir Path machineHome;

    @Test
    void aPersonAddsAMachineAndSeesItComeAndGo() throws Exception {
        requireBrowser();
        try (RoostProcess relay = RoostProcess.relay(relayHome)) {
            run("run.mjs", "--url", relay.address(), "--roost", roostCommand().toString());
        }
    }

    /// With a scripted agent, two browsers of the person, another person, and a relay that is
    /// killed in the middle of an answer and of a question.
    @Test
    void aPersonTalksToAnAgentFromTwoDevicesWhateverTheRelayGoesThrough() throws Exception {
        requireBrowser();
        run("chat.mjs", "--roost", roostCommand().toString(), "--dir", relayHome.toString());
    }

    private void run(String script, String... arguments) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target", "screenshots"));
        Path log = machineHome.resolve("browser.log");
        List<String> command =
                new ArrayList<>(List.of("node", Path.of("..", "web", "e2e", script).toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--shots", pictures.toString()));
        Process test =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = test.waitFor(300, TimeUnit.SECONDS);
        if (!ended) {
            test.descendants().forEach(ProcessHandle::destroyForcibly);
            test.destroyForcibly().waitFor();
        }
        String output = Files.readString(log);
        assertThat(ended).as("ended in time: %s", output).isTrue();
        assertThat(test.exitValue()).as(output).isZero();
    }

    private static void requireBrowser() {
        if (Files.isExecutable(BROWSER)) {
            return;
        }
        assertThat(System.getenv("CI")).as("no browser at %s", BROWSER).isNull();
        System.err.println("SKIPPED: no browser at " + BROWSER + "; install chromium");
        assumeTrue(false, "no browser at " + BROWSER);
    }

    /// A `roost` with a home directory of its own.
    private Path roostCommand() throws Exception {
        Path script = machineHome.resolve("roost");
        Files.writeString(
                script,
                "#!/bin/sh\nexec '%s' -XX:+UseSerialGC -Xmx128m -Duser.home='%s' -cp '%s' %s \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                machineHome,
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }
}
