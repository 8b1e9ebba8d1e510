package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.MachineField;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.MachineUpdater;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.daemon.agents.AgentRunner;
import dev.roosthold.daemon.agents.AgentSettings;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.auth.DeviceLifetime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The daemon against the real relay.
@Timeout(60)
class MachineDaemonTest {
    private volatile String hostName = "";
    @TempDir Path temp;
    private Path home;
    private RelayRig relay;
    private Owner owner;

    @BeforeEach
    void start() throws InterruptedException {
        home = temp.resolve("home");
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
    }

    @AfterEach
    void stop() {
        owner.close();
        relay.close();
    }

    private MachineCredential.WithToken enrol(RelayAddress address, MachineToken token) {
        return ((EnrolmentResult.Enrolled)
                        new Enrolment(home).enrol(address, token, owner.accountKey(), temp, false))
                .credential();
    }

    private MachineCredential.WithToken enrolled() {
        return enrol(relay.address(), owner.addMachine("laptop"));
    }

    private static MachineId id(MachineCredential credential) {
        return credential.machine();
    }

    private void awaitStatus(MachineCredential.WithToken machine, String status) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> owner.webRow(id(machine)).path("status").asString(), status::equals);
    }

    @Test
    void enrolledMachineIsOnlineAndItsOwnerReadsItWithTheMasterSecretAlone() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        assertThat(owner.webRow(id(machine)).path("status").asString()).isEqualTo("offline");

        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            assertThat(daemon.states())
                    .containsExactly(
                            MachineState.REGISTERING, MachineState.CONNECTING, MachineState.READY);
            JsonNode web = owner.webRow(id(machine));
            assertThat(web.path("status").asString()).isEqualTo("online");
            assertThat(web.path("enrolment").asString()).isEqualTo("ready");
            assertThat(owner.row(id(machine)).active()).isTrue();
            assertThat(owner.machineKey(id(machine))).isEqualTo(machine.machineKey());

            ObjectNode metadata = owner.metadata(id(machine));
            assertThat(metadata.path("host").asString()).isEqualTo("box");
            assertThat(metadata.path("platform").asString()).isEqualTo("linux");
            assertThat(metadata.path("happyCliVersion").asString()).isEqualTo("1.2.3");
            assertThat(metadata.path("happyHomeDir").asString()).isEqualTo(home.toString());
            assertThat(metadata.path("homeDir").asString()).isEqualTo("/home/ada");
            assertThat(metadata.path("displayName").asString()).isEqualTo("laptop");
            assertThat(metadata.path("rootDirectory").asString())
                    .isEqualTo(temp.toRealPath().toString());
            assertThat(metadata.path("remotePolicy").asString()).isEqualTo("full");

            ObjectNode state = owner.daemonState(id(machine));
            assertThat(state.path("status").asString()).isEqualTo("running");
            assertThat(state.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
            assertThat(state.path("startedAt").isIntegralNumber()).isTrue();
            assertThat(state.path("httpPort").asInt())
                    .isEqualTo(LocalClient.of(home).orElseThrow().port());
        }
    }

    @Test
    void plannedStopIsWrittenTwiceAndTheMachineIsOfflineAtOnce() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        List<JsonNode> updates = new CopyOnWriteArrayList<>();
        CompletableFuture<RelaySocket> page = new CompletableFuture<>();
        Thread listener =
                owner.listen(
                        page,
                        (name, argument) -> {
                            if (name.equals("update")) {
                                updates.add(argument.path("body"));
                            }
                        });
        await().until(page::isDone);
        RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady();

        daemon.stop(ShutdownSource.OS_SIGNAL);

        // Without the planned end the relay would wait 5 s for the machine to come back.
        await().atMost(Duration.ofSeconds(3)).until(() -> !owner.row(id(machine)).active());
        assertThat(owner.webRow(id(machine)).path("status").asString()).isEqualTo("offline");
        await().untilAsserted(
                        () ->
                                assertThat(statuses(machine, updates))
                                        .endsWith("shutting-down", "offline"));
        ObjectNode last = owner.daemonState(id(machine));
        assertThat(last.path("status").asString()).isEqualTo("offline");
        assertThat(last.path("shutdownSource").asString()).isEqualTo("os-signal");
        assertThat(last.path("shutdownRequestedAt").isIntegralNumber()).isTrue();
        assertThat(daemon.states()).endsWith(MachineState.STOPPING, MachineState.STOPPED);
        listener.interrupt();
    }

    /// The states that an open page of the person was told, in order.
    private List<String> statuses(MachineCredential.WithToken machine, List<JsonNode> updates) {
        return updates.stream()
                .filter(body -> body.path("t").asString().equals("update-machine"))
                .filter(body -> body.path("daemonState").isObject())
                .map(body -> body.path("daemonState").path("value").asString())
                .map(value -> owner.encryption(id(machine)).open(value).orElseThrow())
                .map(state -> state.path("status").asString())
                .toList();
    }

    @Test
    void restartsKeepTheMachineKeyAndWhatOthersWroteIntoTheMetadata() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            daemon.stop(ShutdownSource.CLI);
        }
        MachineRow first = owner.row(id(machine));
        ownerAddsKey(machine, first);

        for (int restart = 0; restart < 2; restart++) {
            MachineCredential again = new Enrolment(home).current().orElseThrow();
            try (RunningDaemon daemon = new RunningDaemon(home, again).awaitReady()) {
                assertThat(owner.daemonState(id(machine)).path("status").asString())
                        .isEqualTo("running");
                assertThat(owner.daemonState(id(machine)).has("shutdownSource")).isFalse();
                daemon.stop(ShutdownSource.CLI);
            }
        }

        assertThat(owner.row(id(machine)).dataEncryptionKey()).isEqualTo(first.dataEncryptionKey());
        assertThat(owner.metadata(id(machine)).path("theirs").asString()).isEqualTo("kept");
    }

    /// Another client of the account edits the metadata.
    private void ownerAddsKey(MachineCredential.WithToken machine, MachineRow row)
            throws Exception {
        CompletableFuture<RelaySocket> page = new CompletableFuture<>();
        Thread listener = owner.listen(page, (_, _) -> {});
        var updater =
                new MachineUpdater(
                        id(machine),
                        owner.encryption(id(machine)),
                        Backoff.reconnecting(new SplittableRandom(1)),
                        Thread::sleep);
        assertThat(
                        updater.update(
                                page.get(),
                                MachineField.METADATA,
                                row.metadata(),
                                object -> object.put("theirs", "kept"),
                                Duration.ofSeconds(5)))
                .isInstanceOf(UpdateResult.Saved.class);
        listener.interrupt();
    }

    @Test
    void daemonComesBackByItselfAfterTheRelayRestarts() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            relay.stop();
            daemon.awaitTimes(MachineState.ERROR, 1);
            relay.startAgain();
            daemon.awaitTimes(MachineState.READY, 2);
            awaitStatus(machine, "online");
        }
    }

    @Test
    void daemonWhoseBearerHasEndedByItsAgeGetsAnotherByItself() throws Exception {
        relay.close();
        owner.close();
        relay =
                new RelayRig(
                        temp.resolve("strict"),
                        DeviceLifetime.UNLIMITED.withAge(Duration.ofSeconds(3)));
        owner = new Owner(relay.address());
        try (RunningDaemon daemon = new RunningDaemon(home, enrolled()).awaitReady()) {
            daemon.awaitTimes(MachineState.READY, 2);
            assertThat(daemon.changes).noneMatch(change -> change.to() == MachineState.STOPPED);
        }
    }

    @Test
    void daemonThatStartsBeforeItsRelayWaitsForIt() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        relay.stop();
        try (RunningDaemon daemon = new RunningDaemon(home, machine, RunningDaemon.hasty(10))) {
            daemon.awaitTimes(MachineState.ERROR, 3);
            assertThat(daemon.firstError().detail()).isEqualTo("connection refused");
            assertThat(daemon.firstError().retryIn()).isPresent();
            relay.startAgain();
            daemon.awaitReady();
            awaitStatus(machine, "online");
        }
    }

    @Test
    void removedMachineStopsWithAClearMessageAndDoesNotSpin() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            owner.removeMachine(id(machine));
            assertThat(daemon.awaitEnd())
                    .isInstanceOfSatisfying(
                            DaemonEnd.NotAccepted.class,
                            end ->
                                    assertThat(end.message())
                                            .contains("removed", "enrol")
                                            .doesNotContain(machine.token().secret()));
            assertThat(daemon.daemon.state()).isEqualTo(MachineState.STOPPED);
        }
    }

    @Test
    void replacedTokenStopsTheDaemonAndTheNewOneContinuesWithTheSameKey() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        MachineToken renewed;
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            renewed = owner.replaceToken(id(machine));
            assertThat(daemon.awaitEnd()).isInstanceOf(DaemonEnd.NotAccepted.class);
        }
        EnrolmentResult result =
                new Enrolment(home)
                        .enrol(relay.address(), renewed, owner.accountKey(), temp, false);
        MachineCredential again = ((EnrolmentResult.Continued) result).credential();
        try (RunningDaemon daemon = new RunningDaemon(home, again).awaitReady()) {
            assertThat(daemon.notices).isEmpty();
            assertThat(owner.metadata(id(machine)).path("host").asString()).isEqualTo("box");
        }
    }

    @Test
    void homeThatLostItsFilesComesBackWithItsTokenAndAccountKeyAlone() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            daemon.stop(ShutdownSource.CLI);
        }
        MachineRow before = owner.row(id(machine));
        deleteAll(home);
        MachineCredential.WithToken recovered = enrol(relay.address(), machine.token());
        assertThat(recovered.machineKey()).isNotEqualTo(machine.machineKey());

        try (RunningDaemon daemon = new RunningDaemon(home, recovered).awaitReady()) {
            assertThat(daemon.notices).singleElement().asString().contains("new one");
            awaitStatus(machine, "online");
            assertThat(owner.machineKey(id(machine))).isEqualTo(recovered.machineKey());
            assertThat(owner.metadata(id(machine)).path("host").asString()).isEqualTo("box");
            assertThat(owner.row(id(machine)).metadata().version())
                    .isGreaterThan(before.metadata().version());
        }
    }

    @Test
    void twoComputersWithOneTokenDoNotTakeTheRowFromEachOther() throws Exception {
        MachineCredential.WithToken first = enrolled();
        Path otherHome = temp.resolve("other");
        try (RunningDaemon daemon = new RunningDaemon(home, first).awaitReady()) {
            daemon.stop(ShutdownSource.CLI);
        }
        var second =
                ((EnrolmentResult.Enrolled)
                                new Enrolment(otherHome)
                                        .enrol(
                                                relay.address(),
                                                first.token(),
                                                owner.accountKey(),
                                                temp,
                                                false))
                        .credential();
        try (RunningDaemon daemon = new RunningDaemon(otherHome, second).awaitReady()) {
            daemon.stop(ShutdownSource.CLI);
        }
        MachineRow before = owner.row(id(first));

        try (RunningDaemon daemon = new RunningDaemon(home, first).awaitReady()) {
            assertThat(daemon.notices).singleElement().asString().contains("another machine key");
            daemon.stop(ShutdownSource.CLI);
        }

        MachineRow after = owner.row(id(first));
        assertThat(after.metadata()).isEqualTo(before.metadata());
        assertThat(after.daemonState()).isEqualTo(before.daemonState());
        assertThat(after.dataEncryptionKey()).isEqualTo(before.dataEncryptionKey());
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void changedHostAndVersionShowInTheMetadataAtTheNextConnect() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            daemon.stop(ShutdownSource.CLI);
        }
        DaemonConfig changed =
                new DaemonConfig(
                        home,
                        machine,
                        "2.0.0",
                        () -> new HostFacts("renamed", "linux", "x64", "ada", Path.of("/home/ada")),
                        java.time.Clock.systemUTC(),
                        Scheduler.system(),
                        new java.security.SecureRandom());
        try (RunningDaemon daemon = new RunningDaemon(changed).awaitReady()) {
            ObjectNode metadata = owner.metadata(id(machine));
            assertThat(metadata.path("host").asString()).isEqualTo("renamed");
            assertThat(metadata.path("happyCliVersion").asString()).isEqualTo("2.0.0");
            daemon.stop(ShutdownSource.CLI);
        }
    }

    @Test
    void hostThatIsRenamedWhileTheDaemonRunsShowsUnderItsNewName() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        hostName = "box";
        DaemonConfig config =
                new DaemonConfig(
                        home,
                        machine,
                        "1.2.3",
                        () -> new HostFacts(hostName, "linux", "x64", "ada", Path.of("/home/ada")),
                        java.time.Clock.systemUTC(),
                        Scheduler.system(),
                        new java.security.SecureRandom());
        try (RunningDaemon daemon = new RunningDaemon(config).awaitReady()) {
            assertThat(owner.metadata(id(machine)).path("host").asString()).isEqualTo("box");
            hostName = "renamed";
            await().until(
                            () ->
                                    owner.metadata(id(machine))
                                            .path("host")
                                            .asString()
                                            .equals("renamed"));
            daemon.stop(ShutdownSource.CLI);
        }
    }

    @Test
    void agentThatIsInstalledWhileTheDaemonRunsIsListed() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        Path late = temp.resolve("late-agent");
        MovableClock clock = new MovableClock();
        DaemonConfig config =
                new DaemonConfig(
                        home,
                        machine,
                        "1.2.3",
                        () -> new HostFacts("box", "linux", "x64", "ada", Path.of("/home/ada")),
                        clock,
                        Scheduler.system(),
                        new java.security.SecureRandom());
        AgentSettings settings = AgentSettings.USUAL.withAgent("late", List.of(late.toString()));
        try (RunningDaemon daemon =
                new RunningDaemon(config, Optional.of(AgentRunner.factory(settings)))
                        .awaitReady()) {
            assertThat(agents(machine)).doesNotContain("late");
            Files.createFile(
                    late,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            clock.forward(Duration.ofSeconds(31));
            await().until(() -> agents(machine).contains("late"));
            // Also when the clock is put back meanwhile.
            Files.delete(late);
            clock.forward(Duration.ofHours(-2));
            await().until(() -> !agents(machine).contains("late"));
            daemon.stop(ShutdownSource.CLI);
        }
    }

    private List<String> agents(MachineCredential machine) throws Exception {
        return owner.metadata(id(machine))
                .path("agents")
                .valueStream()
                .map(agent -> agent.path("name").asString())
                .toList();
    }

    /// The system's, put forward.
    private static final class MovableClock extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        void forward(Duration by) {
            ahead = ahead.plus(by);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.fixed(instant(), zone);
        }
    }

    @Test
    void stopFromACommandOfThisComputerIsShownAsSuch() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
            LocalClient local = LocalClient.of(home).orElseThrow();
            assertThat(local.status().online()).isTrue();
            assertThat(local.status().policy()).isEqualTo("full");
            local.stop();
            assertThat(daemon.awaitEnd()).isEqualTo(new DaemonEnd.Requested(ShutdownSource.CLI));
        }
        ObjectNode state = owner.daemonState(id(machine));
        assertThat(state.path("status").asString()).isEqualTo("offline");
        assertThat(state.path("shutdownSource").asString()).isEqualTo("cli");
        assertThat(home.resolve("daemon.json")).doesNotExist();
    }

    /// With the pauses of real life.
    @Test
    void backWithinFiveSecondsAfterACutOfWhateverLength() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
                relay.stop();
                // So many that the pauses have their full length.
                daemon.awaitTimes(MachineState.ERROR, 4);
                relay.startAgain();
                long healed = System.nanoTime();
                daemon.awaitTimes(MachineState.READY, 2);
                assertThat(Duration.ofNanos(System.nanoTime() - healed))
                        .isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    /// The line swallows everything; what was begun on it stays dead when it heals.
    @Test
    void backWithinFiveSecondsAfterALineThatSwallowsEverything() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
                wire.goSilent();
                daemon.daemon.checkNow();
                daemon.awaitTimes(MachineState.ERROR, 1);
                // Attempts are under way, some of them hang.
                int before = wire.connections();
                await().atMost(Duration.ofSeconds(10)).until(() -> wire.connections() > before + 1);
                wire.speakAgain();
                long healed = System.nanoTime();
                daemon.awaitTimes(MachineState.READY, 2);
                assertThat(Duration.ofNanos(System.nanoTime() - healed))
                        .isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    /// As after sleep: the line is dead, and the timers have not moved.
    @Test
    void doubtIsSettledWithinFiveSeconds() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            try (RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady()) {
                wire.killPresent();
                long woken = System.nanoTime();
                daemon.daemon.checkNow();
                daemon.awaitTimes(MachineState.READY, 2);
                assertThat(Duration.ofNanos(System.nanoTime() - woken))
                        .isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void secondDaemonOfOneHomeDoesNotStart() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        try (RunningDaemon first = new RunningDaemon(home, machine).awaitReady();
                RunningDaemon second = new RunningDaemon(home, machine)) {
            assertThat(second.awaitEnd()).isEqualTo(new DaemonEnd.AlreadyRunning());
            assertThat(first.daemon.state()).isEqualTo(MachineState.READY);
        }
    }

    @Test
    void silentConnectionIsNoticedByTheWatchdogAndReplaced() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            Scheduler hasty = RunningDaemon.hasty(10);
            try (RunningDaemon daemon = new RunningDaemon(home, machine, hasty).awaitReady()) {
                long errors = daemon.times(MachineState.ERROR);
                long ready = daemon.times(MachineState.READY);
                wire.goSilent();
                daemon.awaitTimes(MachineState.ERROR, errors + 1);
                wire.speakAgain();
                daemon.awaitTimes(MachineState.READY, ready + 1);
            }
        }
    }

    @Test
    void stopIsBoundedWhenTheRelayDoesNotAnswerAnyMore() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady();
            wire.goSilent();
            daemon.stop(ShutdownSource.CLI);
            assertThat(daemon.states()).endsWith(MachineState.STOPPED);
        }
    }

    @Test
    void stopWhileWaitingForARelayThatIsGoneIsImmediateAndBeforeTheStartToo() throws Exception {
        MachineCredential.WithToken machine = enrolled();
        relay.stop();
        RunningDaemon daemon = new RunningDaemon(home, machine);
        daemon.awaitState(MachineState.ERROR);
        daemon.stop(ShutdownSource.CLI);

        MachineDaemon never =
                new MachineDaemon(
                        DaemonConfig.of(home, machine, "1"),
                        new MachineListener() {
                            @Override
                            public void changed(MachineChange change) {}

                            @Override
                            public void notice(String text) {}
                        });
        never.requestStop(ShutdownSource.OS_SIGNAL);
        assertThat(never.run()).isEqualTo(new DaemonEnd.Requested(ShutdownSource.OS_SIGNAL));
    }

    @Test
    void neitherWireNorDatabaseEverHoldsWhatCouldOpenTheRecords() throws Exception {
        try (Wire wire = new Wire(relay.port())) {
            MachineCredential.WithToken machine = enrol(wire.address(), owner.addMachine("laptop"));
            RunningDaemon daemon = new RunningDaemon(home, machine).awaitReady();
            daemon.stop(ShutdownSource.CLI);
            String sealed = owner.row(id(machine)).dataEncryptionKey();
            relay.stop();

            String traffic = wire.recording();
            assertThat(traffic)
                    .as("the recording is complete and readable")
                    .contains("machine-alive", "machine-update-state")
                    .contains(sealed)
                    .contains(machine.token().secret());
            assertThat(Keys.findIn(traffic, machine, owner.keys)).isEmpty();

            String database = filesBelow(temp.resolve("relay"));
            assertThat(database).as("the database was read").contains(sealed);
            assertThat(Keys.findIn(database, machine, owner.keys)).isEmpty();
            assertThat(database).doesNotContain(machine.token().secret());
        }
    }

    private static String filesBelow(Path directory) throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }
}
