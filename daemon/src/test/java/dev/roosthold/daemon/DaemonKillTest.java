package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The daemon is killed while sessions start, work and stop.
class DaemonKillTest {
    private static final byte[] NOTES = "to do".getBytes(StandardCharsets.UTF_8);

    @TempDir Path temp;

    @Test
    @Timeout(120)
    void nothingIsLeftAndNothingIsShownThatIsNotAfterAFewKills() throws Exception {
        kills(4, 20261125);
    }

    @Test
    @Tag("soak")
    @Timeout(1_800)
    void nothingIsLeftAndNothingIsShownThatIsNotAfterFiftyKills() throws Exception {
        kills(50, 5);
    }

    @Test
    @Timeout(120)
    void attachedFileReachesTheAgentThoughTheDaemonWasKilledBeforeTheAgentBegan() throws Exception {
        try (AgentRig rig = new AgentRig(temp)) {
            SessionId session = spawnAndKill(rig);
            Files.createFile(FakeAgent.closed(rig.memory));
            try (DaemonProcess daemon = new DaemonProcess(rig.home, rig.memory).awaitReady()) {
                rig.phone.attach(session, "notes.txt", "text/plain", NOTES);
                rig.phone.write(session, "attached");
                rig.phone.await(session, events -> events.contains("turn-start"));
                daemon.kill();
            }
            Files.delete(FakeAgent.closed(rig.memory));
            rig.startDaemon();
            rig.phone.awaitTurns(session, 1);
            rig.phone.write(session, "attached");
            assertThat(rig.phone.awaitTurns(session, 2))
                    .contains("text:1 resource text/plain to do");
            rig.phone.write(session, "attached");
            assertThat(rig.phone.awaitTurns(session, 3)).contains("text:0 ");
        }
    }

    @Test
    @Timeout(120)
    void attachedFileReachesTheAgentThoughTheDaemonWasKilledBeforeTheAgentAnswered()
            throws Exception {
        try (AgentRig rig = new AgentRig(temp)) {
            SessionId session = spawnAndKill(rig);
            try (DaemonProcess daemon = new DaemonProcess(rig.home, rig.memory).awaitReady()) {
                rig.phone.attach(session, "notes.txt", "text/plain", NOTES);
                rig.phone.write(session, "plan\nwait 60000");
                rig.phone.await(session, events -> events.contains("tool-end"));
                daemon.kill();
            }
            rig.startDaemon();
            rig.phone.awaitTurns(session, 1);
            rig.phone.write(session, "attached");
            assertThat(rig.phone.awaitTurns(session, 2))
                    .contains("text:1 resource text/plain to do");
        }
    }

    @Test
    @Timeout(120)
    void fileOfTheAgentIsShownOnceAndAtItsPlaceThoughTheDaemonWasKilledWhileTheRelayWasAway()
            throws Exception {
        try (AgentRig rig = new AgentRig(temp)) {
            SessionId session;
            try (DaemonProcess daemon = new DaemonProcess(rig.home, rig.memory).awaitReady()) {
                session = rig.phone.spawn(rig.id(), rig.work, "fake");
                rig.phone.write(
                        session,
                        "say a\nplan\nwait 1000\npicture "
                                + Base64.getEncoder().encodeToString(AgentSessionsTest.PICTURE)
                                + "\nsay b");
                rig.phone.await(session, events -> events.contains("text:a"));
                rig.relay.stop();
                // The turn ends while nobody can hear of it.
                Phone.Awaiting.until(() -> !records(rig).contains("\"openTurn\""));
                daemon.kill();
            }
            rig.relay.startAgain();
            rig.startDaemon();
            rig.phone.awaitTurns(session, 1);
            assertThat(rig.phone.events(session))
                    .filteredOn(event -> !event.startsWith("tool-start:TodoWrite"))
                    .containsExactly(
                            "turn-start",
                            "text:a",
                            "tool-end",
                            "file:image.png 3x2",
                            "tool-start:Screenshot {}",
                            "file:shot.png 3x2",
                            "tool-end",
                            "text:b",
                            "turn-end:completed");
            for (ObjectNode message : rig.phone.stored(session)) {
                JsonNode shown = message.at("/content/ev");
                if (shown.path("t").asString("").equals("file")) {
                    assertThat(rig.phone.file(session, shown.path("ref").asString()))
                            .isEqualTo(AgentSessionsTest.PICTURE);
                }
            }
        }
    }

    private static String records(AgentRig rig) throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.newDirectoryStream(rig.home.resolve("sessions"), "*.json")) {
            for (Path file : files) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    /// A session that waits for a message, and no daemon.
    private static SessionId spawnAndKill(AgentRig rig) throws Exception {
        try (DaemonProcess daemon = new DaemonProcess(rig.home, rig.memory).awaitReady()) {
            SessionId session = rig.phone.spawn(rig.id(), rig.work, "fake");
            daemon.kill();
            return session;
        }
    }

    private void kills(int rounds, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        List<SessionId> all = new ArrayList<>();
        List<SessionId> ended = new ArrayList<>();
        try (AgentRig rig = new AgentRig(temp)) {
            for (int round = 0; round < rounds; round++) {
                try (DaemonProcess daemon = new DaemonProcess(rig.home, rig.memory).awaitReady()) {
                    // A second one leaves at once, whatever the first one is doing.
                    if (round % 10 == 0) {
                        try (DaemonProcess second = new DaemonProcess(rig.home, rig.memory)) {
                            assertThat(second.awaitEnd()).isEqualTo("end AlreadyRunning");
                        }
                    }
                    if (!all.isEmpty() && !ended.contains(all.getLast())) {
                        endLast(rig, all, ended);
                    }
                    SessionId session =
                            rig.phone.spawn(
                                    rig.id(), rig.work, random.nextBoolean() ? "fake" : "stubborn");
                    all.add(session);
                    rig.phone.write(session, "say a" + round + "\nplan\nwait 60000");
                    // Somewhere between the message and the middle of the answer, or in a stop.
                    Thread.sleep(random.nextInt(400));
                    if (random.nextInt(3) == 0) {
                        Thread.startVirtualThread(() -> stopQuietly(rig, session));
                        ended.add(session);
                        Thread.sleep(random.nextInt(200));
                    }
                    daemon.kill();
                }
            }
            // The next start tells the truth.
            rig.startDaemon();
            rig.awaitNoAgents();
            for (SessionId session : all) {
                List<String> events = rig.phone.events(session);
                long starts = events.stream().filter("turn-start"::equals).count();
                Phone.Awaiting.until(
                        () ->
                                rig.phone.events(session).stream()
                                                .filter(one -> one.startsWith("turn-end"))
                                                .count()
                                        >= rig.phone.events(session).stream()
                                                .filter("turn-start"::equals)
                                                .count());
                assertThat(starts).as("acted on once: %s", events).isLessThanOrEqualTo(1);
                assertThat(rig.phone.agentState(session).path("requests")).isEmpty();
            }
            // Every session is either over, or answers.
            for (SessionId session : all) {
                Phone.Awaiting.until(
                        () -> {
                            String state =
                                    rig.phone.metadata(session).path("lifecycleState").asString("");
                            return rig.phone.isActive(session) == state.equals("running");
                        });
            }
            SessionId last = all.getLast();
            if (!ended.contains(last)) {
                rig.phone.write(last, "say still here");
                rig.phone.await(last, events -> events.contains("text:still here"));
            }
            assertThat(rig.agents().size()).isLessThanOrEqualTo(1);
        }
        assertThat(IntStream.range(0, rounds)).hasSize(all.size());
    }

    private static void endLast(AgentRig rig, List<SessionId> all, List<SessionId> ended)
            throws Exception {
        SessionId last = all.getLast();
        JsonNode answer =
                rig.phone.callMachine(rig.id(), "stop-session", Map.of("sessionId", last.value()));
        assertThat(answer.has("message")).as("%s", answer).isTrue();
        ended.add(last);
    }

    private static void stopQuietly(AgentRig rig, SessionId session) {
        try {
            JsonNode _ =
                    rig.phone.callMachine(
                            rig.id(), "stop-session", Map.of("sessionId", session.value()));
        } catch (Exception | AssertionError e) {
            // The daemon was killed before it could answer.
        }
    }
}
