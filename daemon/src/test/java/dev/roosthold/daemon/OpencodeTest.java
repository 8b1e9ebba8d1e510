package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.daemon.agents.AgentSettings;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The published `opencode`, unchanged, with a stand-in for its language model.
@Tag("peers")
class OpencodeTest {
    @TempDir Path temp;

    @Test
    @Timeout(value = 14, unit = TimeUnit.MINUTES)
    void phoneWorksWithOpencode() throws Exception {
        Path program = PublishedAgents.opencode();
        Path home = Files.createDirectories(temp.resolve("person"));
        try (ModelServer model = new ModelServer("echo hello from the tool");
                AgentRig rig = new AgentRig(temp)) {
            Files.writeString(
                    rig.work.resolve("opencode.json"),
                    PublishedAgents.opencodeSettings(model.url()));
            rig.settings =
                    AgentSettings.USUAL.withAgent(
                            "opencode", PublishedAgents.opencodeCommand(program, home));
            rig.startDaemon();
            SessionId session = spawn(rig);
            Phone.Awaiting.until(
                    () ->
                            rig.phone
                                    .metadata(session)
                                    .path("currentModelCode")
                                    .asString("")
                                    .equals("stand/m"));

            rig.phone.write(session, "please look");
            String question = rig.phone.awaitQuestion(session);
            JsonNode request = rig.phone.agentState(session).at("/requests/" + question);
            assertThat(request.path("tool").asString()).isEqualTo("Bash");
            assertThat(request.at("/arguments/command").asString())
                    .isEqualTo("echo hello from the tool");
            assertThat(
                            rig.phone
                                    .callSession(
                                            session,
                                            "permission",
                                            Map.of("id", question, "approved", true))
                                    .isNull())
                    .isTrue();
            List<String> events = rig.phone.awaitTurns(session, 1);
            assertThat(events)
                    .containsSubsequence(
                            "turn-start",
                            "text:I look.",
                            "tool-end",
                            "text:It says: hello from the tool\n",
                            "turn-end:completed");
            assertThat(events)
                    .filteredOn(event -> event.startsWith("tool-start:Bash"))
                    .singleElement()
                    .satisfies(event -> assertThat(event).contains("\"echo hello from the tool\""));
            assertThat(rig.phone.frames).isNotEmpty();

            assertThat(
                            rig.phone
                                    .callMachine(
                                            rig.id(),
                                            "stop-session",
                                            Map.of("sessionId", session.value()))
                                    .has("message"))
                    .isTrue();
            rig.phone.awaitMetadata(session, "lifecycleState", "archived");
            assertThat(rig.phone.callMachine(rig.id(), "stop-daemon", Map.of()).has("message"))
                    .isTrue();
            assertThat(rig.daemon().awaitEnd())
                    .isEqualTo(new DaemonEnd.Requested(ShutdownSource.MOBILE_APP));
            assertThat(rig.owner.daemonState(rig.id()).path("shutdownSource").asString())
                    .isEqualTo("mobile-app");
            assertThat(
                            ProcessHandle.allProcesses()
                                    .filter(one -> one.info().command().isPresent())
                                    .filter(
                                            one ->
                                                    one.info()
                                                            .command()
                                                            .get()
                                                            .equals(program.toString())))
                    .isEmpty();
        }
    }

    /// Its first start takes long: the call is repeated as clients do.
    private static SessionId spawn(AgentRig rig) throws Exception {
        Map<String, String> params =
                Map.of(
                        "type",
                        "spawn-in-directory",
                        "directory",
                        rig.work.toString(),
                        "agent",
                        "opencode",
                        "clientRequestId",
                        "one");
        JsonNode answer = rig.phone.callMachine(rig.id(), "spawn-happy-session", params);
        for (int i = 0; i < 6 && answer.path("type").asString("").equals("pending"); i++) {
            answer = rig.phone.callMachine(rig.id(), "spawn-happy-session", params);
        }
        assertThat(answer.path("type").asString("")).as("%s", answer).isEqualTo("success");
        return new SessionId(answer.path("sessionId").asString());
    }
}
