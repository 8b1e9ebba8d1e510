package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.daemon.agents.AgentRunner;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Sessions that the machine starts itself.
@Timeout(60)
class AgentJobsTest {
    @TempDir Path temp;

    @Test
    void promptOfAJobIsShownAndActedOnOnce() throws Exception {
        CompletableFuture<AgentSessions> made = new CompletableFuture<>();
        try (AgentRig rig = new AgentRig(temp)) {
            AgentSessions.Factory factory = AgentRunner.factory(rig.settings);
            rig.startDaemon(
                    host -> {
                        made.complete(factory.open(host));
                        return made.join();
                    });
            AgentSessions runner = made.join();
            ObjectNode params =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("agent", "fake")
                            .put("jobId", "job-1");
            AgentSessions.Outcome outcome = runner.spawnWithPrompt(rig.work, params, "say done");
            assertThat(outcome).isInstanceOf(AgentSessions.Outcome.Started.class);
            SessionId session =
                    new SessionId(((AgentSessions.Outcome.Started) outcome).sessionId());
            List<String> events = rig.phone.awaitTurns(session, 1);
            assertThat(events).containsExactly("turn-start", "text:done", "turn-end:completed");
            assertThat(rig.phone.stored(session))
                    .filteredOn(message -> message.path("role").asString("").equals("user"))
                    .singleElement()
                    .satisfies(
                            message ->
                                    assertThat(message.at("/content/text").asString())
                                            .isEqualTo("say done"));
            Phone.Awaiting.until(
                    () -> rig.phone.metadata(session).path("jobId").asString("").equals("job-1"));
            assertThat(runner.running())
                    .singleElement()
                    .satisfies(
                            running -> {
                                assertThat(running.sessionId()).isEqualTo(session.value());
                                assertThat(running.directory()).isEqualTo(rig.work);
                            });
            // Somebody at the machine brings a command of their own.
            assertThat(runner.run(rig.work, Optional.of("own"), FakeAgent.command(rig.memory)))
                    .isInstanceOf(AgentSessions.Outcome.Started.class);
        }
    }
}
