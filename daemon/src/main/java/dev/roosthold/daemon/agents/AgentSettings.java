package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.DaemonException;
import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The person's settings for agents: `agents.json` in the home directory, which may be absent.
///
/// ```
/// {"idleMinutes": 5, "defaultAgent": "opencode", "agents": {"mine": ["/opt/mine/agent", "--acp"]}}
/// ```
///
/// @param idle after this long without activity an agent's process ends; its session goes on with
///     the next message
/// @param defaultAgent for starts that name none
/// @param agents the person's own agents and replacements of known ones, with their commands
public record AgentSettings(
        Duration idle, Optional<String> defaultAgent, Map<String, List<String>> agents) {
    private static final String FILE = "agents.json";
    private static final long MAX_IDLE_MINUTES = 7L * 24 * 60;

    /// Five minutes, and the agents that are found.
    public static final AgentSettings USUAL =
            new AgentSettings(Duration.ofMinutes(5), Optional.empty(), Map.of());

    public AgentSettings {
        agents = Map.copyOf(agents);
    }

    public AgentSettings withIdle(Duration value) {
        return new AgentSettings(value, defaultAgent, agents);
    }

    public AgentSettings withAgent(String name, List<String> command) {
        Map<String, List<String>> more = new LinkedHashMap<>(agents);
        more.put(name, List.copyOf(command));
        return new AgentSettings(idle, defaultAgent, more);
    }

    /// Reads the file.
    ///
    /// @throws DaemonException with a message for people when it is there and wrong
    public static AgentSettings read(Path home) {
        Path file = home.resolve(FILE);
        try {
            return of(Codec.mapper().readTree(Files.readString(file)));
        } catch (NoSuchFileException _) {
            return USUAL;
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            String why = e instanceof IllegalArgumentException ? ": " + e.getMessage() : "";
            throw new DaemonException("the settings in " + file + " cannot be used" + why, e);
        }
    }

    private static AgentSettings of(JsonNode json) {
        AgentSettings settings = USUAL;
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            JsonNode value = field.getValue();
            settings =
                    switch (field.getKey()) {
                        case "idleMinutes" -> settings.withIdle(minutes(value));
                        case "defaultAgent" ->
                                new AgentSettings(
                                        settings.idle(),
                                        Optional.of(value.asString("")),
                                        settings.agents());
                        case "agents" -> settings.withAgents(value);
                        default ->
                                throw new IllegalArgumentException(
                                        "unknown setting " + field.getKey());
                    };
        }
        return settings;
    }

    private AgentSettings withAgents(JsonNode value) {
        AgentSettings settings = this;
        for (Map.Entry<String, JsonNode> agent : value.properties()) {
            List<String> command = new ArrayList<>();
            agent.getValue().forEach(word -> command.add(word.asString("")));
            if (command.isEmpty() || command.getFirst().isBlank()) {
                throw new IllegalArgumentException(
                        "agents: " + agent.getKey() + " needs a list of words");
            }
            settings = settings.withAgent(agent.getKey(), command);
        }
        return settings;
    }

    private static Duration minutes(JsonNode value) {
        if (!value.isNumber() || value.doubleValue() <= 0) {
            throw new IllegalArgumentException("idleMinutes must be a number above 0");
        }
        double minutes = Math.min(value.doubleValue(), MAX_IDLE_MINUTES);
        return Duration.ofMillis((long) (minutes * 60_000));
    }
}
