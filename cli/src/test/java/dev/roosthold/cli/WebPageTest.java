package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.daemon.FakeAgent;
import dev.roosthold.daemon.ModelServer;
import dev.roosthold.daemon.PublishedAgents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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

    /// Three people come from an empty relay to an approved call of a tool: at a desk, on a phone
    /// and with the keyboard alone, each with a real daemon and an agent that speaks the protocol
    /// of agents. None sees anything of another; two browsers of one agree.
    @Test
    void peopleComeFromAnEmptyRelayToAnApprovedCall() throws Exception {
        requireBrowser();
        Path memory = Files.createDirectories(machineHome.resolve("memory"));
        run(
                "daemon.mjs",
                "--roost",
                roostCommand().toString(),
                "--dir",
                relayHome.toString(),
                "--agent",
                script("agent", FakeAgent.command(memory)).toString());
    }

    /// The same way with a published agent, whose language model is a stand-in.
    @Test
    void aPublishedAgentWorksInTheBrowser() throws Exception {
        requireBrowser();
        Path program = PublishedAgents.opencode();
        Path home = Files.createDirectories(machineHome.resolve("person"));
        try (ModelServer model = new ModelServer("echo hello from the tool")) {
            Path work = Files.createDirectories(relayHome.resolve("person").resolve("work"));
            Files.writeString(
                    work.resolve("opencode.json"), PublishedAgents.opencodeSettings(model.url()));
            ObjectNode agents = JsonNodeFactory.instance.objectNode();
            ArrayNode command = agents.putObject("agents").putArray("opencode");
            PublishedAgents.opencodeCommand(program, home).forEach(command::add);
            Path file = Files.writeString(machineHome.resolve("agents.json"), agents.toString());
            run(
                    "opencode.mjs",
                    "--roost",
                    roostCommand().toString(),
                    "--dir",
                    relayHome.toString(),
                    "--agents",
                    file.toString());
        }
    }

    @Test
    void aKilledRelayAndAKilledMachineAreShownAsWhatTheyAre() throws Exception {
        requireBrowser();
        run("restart.mjs", "--roost", roostCommand().toString(), "--dir", relayHome.toString());
    }

    /// 200 machines, 2,000 sessions and one of 100,000 messages; prints how long a person waits.
    @Test
    void aLargeAccountIsAsQuickAsASmallOne() throws Exception {
        requireBrowser();
        run(
                "load.mjs",
                "--roost",
                roostCommand().toString(),
                "--dir",
                relayHome.toString(),
                "--loads",
                "3");
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
        boolean ended = test.waitFor(480, TimeUnit.SECONDS);
        if (!ended) {
            test.descendants().forEach(ProcessHandle::destroyForcibly);
            test.destroyForcibly().waitFor();
        }
        String output = Files.readString(log);
        System.out.println(output);
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
    private Path roostCommand() throws IOException {
        return script(
                "roost",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "-Duser.home=" + machineHome,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()));
    }

    /// A command without blanks for a command with many words.
    private Path script(String name, List<String> command) throws IOException {
        String words = command.stream().map("'%s'"::formatted).collect(Collectors.joining(" "));
        Path script = machineHome.resolve(name);
        Files.writeString(script, "#!/bin/sh\nexec %s \"$@\"\n".formatted(words));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }
}
