package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.daemon.FakeAgent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The daemon as a person handles it: every command a process of its own, and the daemon too.
@Timeout(120)
final class DaemonLifeTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String MACHINE = "machine_for_the_tests";
    private static final String SECRET = "a-secret-of-thirty-two-characters";

    @TempDir Path relayHome;
    @TempDir Path user;

    private RoostProcess relay;
    private AppClient app;

    @BeforeEach
    void addOneMachine() throws Exception {
        relay = RoostProcess.relay(relayHome);
        app = AppClient.signUp(relay.address());
        JsonNode _ =
                app.require(
                        "POST",
                        "/v1/web/machines",
                        Map.of("machineId", MACHINE, "secret", SECRET, "name", "laptop"));
    }

    @AfterEach
    void stop() {
        pid().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
        relay.close();
    }

    private record Result(int status, List<String> lines) {
        String text() {
            return String.join("\n", lines);
        }
    }

    private Result roost(String... arguments) throws InterruptedException {
        try (RoostProcess process = RoostProcess.start(user, arguments)) {
            int status = process.exitStatus();
            return new Result(status, process.allLines());
        }
    }

    private Result enrol() throws InterruptedException {
        return roost(enrolment("--token", MACHINE + ":" + SECRET));
    }

    /// @param token the options that tell where the token is
    private String[] enrolment(String... token) {
        List<String> words = new ArrayList<>(List.of("enrol", "--server", relay.address()));
        words.addAll(List.of(token));
        words.addAll(
                List.of(
                        "--root",
                        user.toString(),
                        "--account-key",
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        AccountKeys.of(app.secret()).contentPublicKey().bytes())));
        return words.toArray(String[]::new);
    }

    private Path home() {
        return user.resolve(".roost");
    }

    /// Of the daemon that the file names.
    private Optional<Long> pid() {
        try {
            return Optional.of(
                    JSON.readTree(Files.readString(home().resolve("daemon.json")))
                            .path("pid")
                            .asLong());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private JsonNode status() throws InterruptedException {
        Result result = roost("status", "--json");
        return JSON.readTree(result.text());
    }

    private void awaitRow(String status, Duration within) {
        await().atMost(within)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(
                        () ->
                                assertThat(
                                                app.get("/v1/web/machines")
                                                        .path(0)
                                                        .path("status")
                                                        .asString())
                                        .isEqualTo(status));
    }

    private static void kill(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        await().until(() -> hasEnded(pid));
    }

    /// One that nobody has waited for yet has ended, too.
    private static boolean hasEnded(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (java.nio.file.NoSuchFileException _) {
            return true;
        }
    }

    /// The processes that run a daemon in this home directory. Not asked of the JDK: it gives no
    /// arguments of a process that has many.
    private List<Long> daemons() throws IOException {
        List<Long> found = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String words = Files.readString(process.resolve("cmdline"));
                    if (words.contains("\0--background\0--home=" + home() + "\0")) {
                        found.add(Long.valueOf(process.getFileName().toString()));
                    }
                } catch (IOException _) {
                    // It has ended meanwhile.
                }
            }
        }
        return found;
    }

    @Test
    void enrolStartsTheDaemonAndTheOtherCommandsTellTheTruthAboutIt() throws Exception {
        Result enrolled = enrol();
        assertThat(enrolled.status()).as(enrolled.text()).isZero();
        assertThat(enrolled.text())
                .contains("Policy: full", "Connected. This computer is online")
                .doesNotContain(SECRET);
        awaitRow("online", Duration.ofSeconds(2));
        long pid = pid().orElseThrow();
        assertThat(daemons()).contains(pid);
        for (String file : List.of("daemon.json", "daemon.log", "machine.json", "machine.lock")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(home().resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }

        JsonNode status = status();
        assertThat(status.path("online").asBoolean()).isTrue();
        assertThat(status.path("machine").asString()).isEqualTo(MACHINE);
        assertThat(status.path("relay").asString()).isEqualTo(relay.address());
        assertThat(status.path("pid").asLong()).isEqualTo(pid);
        assertThat(status.path("onlineSince").asLong()).isPositive();
        Result again = roost("daemon", "start");
        assertThat(again.status()).isZero();
        assertThat(again.text()).contains("runs already", "process " + pid);
        Result second = roost("daemon", "run");
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.text()).contains("another daemon is running");
        assertThat(pid()).contains(pid);

        Path memory = Files.createDirectories(user.resolve("agent"));
        String agent = String.join(" ", FakeAgent.command(memory));
        Result run = roost("run", "--json", "--command", agent, user.toString());
        assertThat(run.status()).as(run.text()).isZero();
        Result answer =
                roost(
                        "send",
                        "--wait",
                        JSON.readTree(run.text()).path("sessionId").asString(),
                        "say that was me");
        assertThat(answer.status()).as(answer.text()).isZero();
        assertThat(answer.lines()).containsExactly("that was me");

        Result logs = roost("daemon", "logs", "--lines", "50");
        assertThat(logs.text()).contains("Connected.").doesNotContain(SECRET);
        assertThat(roost("daemon", "logs", "-n", "1").lines()).hasSize(1);

        Result restarted = roost("daemon", "restart");
        assertThat(restarted.status()).as(restarted.text()).isZero();
        assertThat(restarted.text()).contains("has stopped", "is online as machine");
        assertThat(pid().orElseThrow()).isNotEqualTo(pid);

        Result stopped = roost("daemon", "stop");
        assertThat(stopped.status()).isZero();
        assertThat(stopped.text()).contains("has stopped");
        awaitRow("offline", Duration.ofSeconds(2));
        assertThat(daemons()).isEmpty();
        assertThat(home().resolve("daemon.json")).doesNotExist();
        Result none = roost("status");
        assertThat(none.status()).isEqualTo(3);
        assertThat(none.text()).contains("not running");
        assertThat(roost("daemon", "stop").text()).contains("was not running");
    }

    @Test
    void startTellsWhyItIsNotOnlineYetAndTheDaemonComesOnlineByItself() throws Exception {
        int port = relay.port();
        // The token stays out of the history of the shell, too.
        Path token = Files.writeString(user.resolve("token"), MACHINE + ":" + SECRET + "\n");
        assertThat(roost(enrolment("--token-file", token.toString())).status()).isZero();
        assertThat(roost("daemon", "stop").status()).isZero();
        relay.kill();

        Result started = roost("daemon", "start");
        assertThat(started.status()).isZero();
        assertThat(started.text()).contains("Not online yet: connection refused");
        assertThat(status().path("online").asBoolean()).isFalse();

        relay = RoostProcess.relay(relayHome, "--port", String.valueOf(port));
        awaitRow("online", Duration.ofSeconds(5));
        assertThat(roost("daemon", "stop").status()).isZero();
    }

    @Test
    void withoutEnrolmentNothingIsStartedAndTheHintSaysWhatToDo() throws Exception {
        Result started = roost("daemon", "start");
        assertThat(started.status()).isEqualTo(1);
        assertThat(started.text()).contains("not a machine yet", "roost login");
        assertThat(daemons()).isEmpty();
    }

    @Test
    void fileOfAProcessThatIsAnotherOneNowIsNotBelieved() throws Exception {
        try (RoostProcess enrol = RoostProcess.start(user, enrolment("--token", "-", "--json"))) {
            enrol.type(MACHINE + ":" + SECRET);
            assertThat(enrol.exitStatus()).as("%s", enrol.allLines()).isZero();
            JsonNode enrolled = JSON.readTree(String.join("", enrol.allLines()));
            assertThat(enrolled.path("online").asBoolean()).isTrue();
            assertThat(enrolled.path("machine").asString()).isEqualTo(MACHINE);
        }
        long pid = pid().orElseThrow();
        Path file = home().resolve("daemon.json");
        String left = Files.readString(file);
        kill(pid);
        // The id was given to another process, here this one: it must not be stopped.
        Files.writeString(
                file, left.replace("\"pid\":" + pid, "\"pid\":" + ProcessHandle.current().pid()));
        assertThat(Files.readString(file)).isNotEqualTo(left);

        assertThat(roost("status").status()).isEqualTo(3);
        assertThat(JSON.readTree(roost("daemon", "stop", "--json").text()))
                .isEqualTo(JSON.readTree("{\"running\":false,\"stopped\":\"was-not-running\"}"));
        JsonNode started = JSON.readTree(roost("daemon", "start", "--json").text());
        assertThat(started.path("online").asBoolean()).isTrue();
        JsonNode restarted = JSON.readTree(roost("daemon", "restart", "--json").text());
        assertThat(restarted.path("online").asBoolean()).isTrue();
        assertThat(restarted.path("pid")).isNotEqualTo(started.path("pid"));
        assertThat(JSON.readTree(roost("daemon", "stop", "--json").text()).path("stopped"))
                .isEqualTo(JSON.readTree("\"when-asked\""));
    }

    @Test
    void daemonThatHangsIsShownAndEndedFirmly() throws Exception {
        assertThat(enrol().status()).isZero();
        long pid = pid().orElseThrow();
        signal("STOP", pid);
        try {
            Result stuck = roost("status");
            assertThat(stuck.status()).isEqualTo(4);
            assertThat(stuck.text()).contains("does not answer");
        } finally {
            signal("CONT", pid);
        }
        assertThat(roost("daemon", "stop").status()).isZero();
    }

    private static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    @Test
    void manyStartsAtOnceMakeOneDaemon() throws Exception {
        assertThat(enrol().status()).isZero();
        assertThat(roost("daemon", "stop").status()).isZero();
        List<RoostProcess> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            starts.add(RoostProcess.start(user, "daemon", "start"));
        }
        for (RoostProcess start : starts) {
            assertThat(start.exitStatus()).as("%s", start.allLines()).isZero();
        }
        await().untilAsserted(() -> assertThat(daemons()).containsExactly(pid().orElseThrow()));
        assertThat(roost("daemon", "stop").status()).isZero();
    }

    @Test
    void waitsForApprovalWithACodeInBackgroundToo() throws Exception {
        RoostProcess enrol =
                RoostProcess.start(
                        user,
                        "enrol",
                        "--server",
                        relay.address(),
                        "--root",
                        user.toString(),
                        "--token",
                        MACHINE + ":" + SECRET);
        try (enrol) {
            enrol.awaitLine("Code: ");
            awaitRow("online", Duration.ofSeconds(5));
            assertThat(app.get("/v1/web/machines").path(0).path("enrolment").asString())
                    .isEqualTo("keys");
            assertThat(status().path("code").asString())
                    .isEqualTo(
                            enrol.lines().stream()
                                    .filter(line -> line.startsWith("Code: "))
                                    .findFirst()
                                    .orElseThrow()
                                    .substring(6));
            app.approve(MACHINE);
            assertThat(enrol.exitStatus()).as("%s", enrol.lines()).isZero();
            assertThat(String.join("\n", enrol.allLines())).contains("Connected.");
        }
        assertThat(roost("daemon", "stop").status()).isZero();
    }

    @Test
    void killedAndStartedAgainForSomeRounds() throws Exception {
        killedAndStartedAgain(2);
    }

    @Test
    @Tag("soak")
    @Timeout(900)
    void killedAndStartedAgainFiftyTimes() throws Exception {
        killedAndStartedAgain(50);
    }

    private void killedAndStartedAgain(int rounds) throws Exception {
        assertThat(enrol().status()).isZero();
        for (int round = 0; round < rounds; round++) {
            long pid = pid().orElseThrow();
            kill(pid);
            if (round % 3 == 0) {
                // What the killed one left behind is seen through.
                assertThat(roost("status").status()).isEqualTo(3);
            }
            Result started = roost("daemon", "start");
            assertThat(started.status()).as("round %d: %s", round, started.text()).isZero();
            assertThat(started.text()).contains("is online as machine");
            assertThat(daemons()).containsExactly(pid().orElseThrow());
            assertThat(pid().orElseThrow()).isNotEqualTo(pid);
        }
        awaitRow("online", Duration.ofSeconds(2));
        assertThat(roost("daemon", "stop").status()).isZero();
        assertThat(daemons()).isEmpty();
    }

    @Test
    void installShowsWritesAndNeverOverwritesUnasked() throws Exception {
        Path unit = user.resolve(".config/systemd/user/roosthold-machine.service");
        Result shown = roost("daemon", "install", "--print");
        assertThat(shown.status()).isZero();
        assertThat(shown.text()).contains("ExecStart=", "daemon run", "LC_ALL=C.UTF-8");
        assertThat(unit).doesNotExist();

        Result written = roost("daemon", "install");
        assertThat(written.status()).as(written.text()).isZero();
        assertThat(written.text()).contains("systemctl --user enable --now roosthold-machine");
        String content = Files.readString(unit, StandardCharsets.UTF_8);
        assertThat(written.text()).contains(content.lines().limit(8).toList());
        assertThat(roost("daemon", "install").text()).contains("there already");

        Files.writeString(unit, "# mine\n");
        Result refused = roost("daemon", "install");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.text()).contains("stays as it is");
        assertThat(Files.readString(unit)).isEqualTo("# mine\n");
        assertThat(roost("daemon", "install", "--yes").status()).isZero();
        assertThat(Files.readString(unit)).isEqualTo(content);
        assertThat(Files.readString(unit.resolveSibling("roosthold-machine.service.before")))
                .isEqualTo("# mine\n");
    }
}
