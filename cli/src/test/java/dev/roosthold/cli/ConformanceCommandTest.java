package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.conformance.crowd.NatsChild;
import dev.roosthold.conformance.crowd.PostgresChild;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConformanceCommandTest {
    @TempDir Path home;

    @Test
    void theTableSaysWhatWasExpectedAndSeen() throws Exception {
        try (RoostProcess relay =
                        RoostProcess.relay(home.resolve("relay"), "--registration", "open");
                RoostProcess command =
                        RoostProcess.start(
                                home,
                                "conformance",
                                "--server",
                                relay.address(),
                                "--only",
                                "ordering,extras",
                                "--seed",
                                "7")) {
            int status = command.exitStatus();
            assertThat(status).as("%s", command.allLines()).isZero();
            assertThat(command.allLines())
                    .contains("seed 7")
                    .anyMatch(
                            line ->
                                    line.contains("yes")
                                            && line.contains("a batch keeps its order")
                                            && line.contains("50 of 50 in their place"))
                    .anyMatch(line -> line.contains("devices") && line.contains("offered"))
                    .anyMatch(line -> line.contains("everything that is required is so"));
        }
    }

    /// So does a server on Node.js with Socket.IO, when the upgrade is not to a websocket.
    @Test
    void aServerThatHangsUpOnUpgradesIsReached() throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerButHangUpOnUpgrades(server));
            try (RoostProcess command =
                    RoostProcess.start(
                            home,
                            "conformance",
                            "--server",
                            "http://127.0.0.1:" + server.getLocalPort(),
                            "--only",
                            "extras")) {
                assertThat(command.exitStatus())
                        .as("%s", command.allLines())
                        .isNotEqualTo(ExitStatus.UNREACHABLE);
                assertThat(command.allLines()).anyMatch(line -> line.contains("audit log"));
            }
        }
    }

    private static void answerButHangUpOnUpgrades(ServerSocket server) {
        byte[] answer =
                "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
                        .getBytes(StandardCharsets.US_ASCII);
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                var in = new BufferedReader(new InputStreamReader(client.getInputStream()));
                boolean upgrade = false;
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    upgrade |= line.toLowerCase(Locale.ROOT).startsWith("upgrade:");
                    line = in.readLine();
                }
                if (!upgrade) {
                    client.getOutputStream().write(answer);
                }
            } catch (IOException e) {
                // The next one is served.
            }
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidToBeUnreachable() throws Exception {
        try (RoostProcess command =
                RoostProcess.start(home, "conformance", "--server", "http://127.0.0.1:1")) {
            assertThat(command.exitStatus()).isEqualTo(ExitStatus.UNREACHABLE);
            assertThat(command.allLines()).anyMatch(line -> line.contains("no server answers"));
        }
    }

    @Test
    void aDatabaseIsOnlyForRelaysThatAreKilled() throws Exception {
        try (RoostProcess command =
                RoostProcess.start(
                        home, "conformance", "--database", "postgresql://roost@127.0.0.1/roost")) {
            assertThat(command.exitStatus()).isEqualTo(ExitStatus.USAGE);
            assertThat(command.allLines()).anyMatch(line -> line.contains("--kills"));
        }
    }

    @Test
    void oneCommandKillsARelayUnderLoadAndGivesOneVerdict() throws Exception {
        try (RoostProcess command =
                RoostProcess.start(
                        home,
                        "conformance",
                        "--kills",
                        "2",
                        "--faults",
                        "--clients",
                        "8",
                        "--seed",
                        "7",
                        "--kill-folder",
                        home.resolve("killed").toString())) {
            int status = command.exitStatus(Duration.ofSeconds(100));
            assertThat(status).as("%s", command.allLines()).isZero();
            assertThat(command.allLines())
                    .contains("It holds.")
                    .anyMatch(
                            line ->
                                    line.startsWith("seed 7:")
                                            && line.contains("3 kills")
                                            && !line.contains(" 0 other faults"))
                    .anyMatch(
                            line ->
                                    line.contains("yes")
                                            && line.contains("what was acknowledged is there"))
                    .anyMatch(
                            line ->
                                    line.contains("yes")
                                            && line.contains("a machine's calls run once")
                                            && !line.contains(", 0 answered"))
                    .anyMatch(line -> line.startsWith("machine daemon: killed 1 times"));
        }
    }

    @Test
    @Tag("peers")
    @Timeout(300)
    void oneCommandKillsEachPartOfAClusterUnderLoadAndGivesOneVerdict() throws Exception {
        boolean installed = NatsChild.program().isPresent() && PostgresChild.programs().isPresent();
        if (!installed) {
            System.err.println("SKIPPED: nats-server and PostgreSQL are not installed");
        }
        assumeTrue(installed, "nats-server and PostgreSQL");
        try (RoostProcess command =
                RoostProcess.start(
                        home,
                        "conformance",
                        "--kills",
                        "2",
                        "--cluster",
                        "--faults",
                        "--clients",
                        "8",
                        "--seed",
                        "7")) {
            int status = command.exitStatus(Duration.ofSeconds(280));
            assertThat(status).as("%s", command.allLines()).isZero();
            assertThat(command.allLines())
                    .contains("It holds.")
                    .anyMatch(line -> line.startsWith("seed 7:") && line.contains("5 kills"))
                    .anyMatch(line -> line.startsWith("pause, PostgreSQL:"))
                    .anyMatch(
                            line ->
                                    line.contains("yes")
                                            && line.contains(
                                                    "no call is refused whose method is served"));
        }
    }

    @Test
    void aClusterIsOnlyForRelaysThatAreKilled() throws Exception {
        try (RoostProcess command = RoostProcess.start(home, "conformance", "--cluster")) {
            assertThat(command.exitStatus()).isEqualTo(ExitStatus.USAGE);
            assertThat(command.allLines()).anyMatch(line -> line.contains("--kills"));
        }
    }
}
