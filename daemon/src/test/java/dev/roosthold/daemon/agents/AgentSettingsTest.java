package dev.roosthold.daemon.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.daemon.DaemonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Which agents a machine has: what is installed, and what its person says.
class AgentSettingsTest {
    @TempDir Path home;

    @Test
    void installedAgentsAreFoundWithHowTheySpeakTheProtocol() throws IOException {
        for (String name : List.of("opencode", "codex-acp", "gemini", "claude-agent-acp")) {
            install(name);
        }
        JsonNode fields = catalog(AgentSettings.USUAL).machineFields();
        assertThat(fields.path("agents"))
                .extracting(
                        agent ->
                                agent.path("name").asString()
                                        + "="
                                        + agent.path("command").asString())
                .containsExactlyInAnyOrder(
                        "opencode=" + home.resolve("opencode") + " acp",
                        "codex=" + home.resolve("codex-acp"),
                        "gemini=" + home.resolve("gemini") + " --acp",
                        "claude=" + home.resolve("claude-agent-acp"));
        assertThat(fields.at("/cliAvailability/claude").asBoolean()).isTrue();
        assertThat(fields.at("/cliAvailability/openclaw").asBoolean(true)).isFalse();
    }

    @Test
    void fileNamesOwnAgentsTheUsualOneAndThePause() throws IOException {
        Path own = install("own");
        Files.writeString(
                home.resolve("agents.json"),
                "{\"idleMinutes\":0.5,\"defaultAgent\":\"mine\",\"agents\":{\"mine\":[\""
                        + own
                        + "\",\"--acp\"]}}");
        AgentSettings settings = AgentSettings.read(home);
        assertThat(settings.idle()).isEqualTo(Duration.ofSeconds(30));
        assertThat(catalog(settings).usual()).contains("mine");
        assertThat(catalog(settings).command("mine")).contains(List.of(own.toString(), "--acp"));
    }

    @Test
    void withoutTheFileAnAgentRestsAfterFiveMinutes() {
        assertThat(AgentSettings.read(home).idle()).isEqualTo(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"idleMinutes\":0}",
                "{\"agents\":{\"mine\":[]}}",
                "{\"idleMinute\":5}",
                "no JSON"
            })
    void wrongFileIsNamedAndNotTakenForTheDefault(String content) throws IOException {
        Files.writeString(home.resolve("agents.json"), content);
        assertThatThrownBy(() -> AgentSettings.read(home))
                .isInstanceOf(DaemonException.class)
                .hasMessageContaining("agents.json");
    }

    private AgentCatalog catalog(AgentSettings settings) {
        return new AgentCatalog(settings, home.toString(), Clock.systemUTC());
    }

    private Path install(String name) throws IOException {
        return Files.createFile(
                home.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
