package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.shell.Programs;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Which agents this computer has. An agent counts as found when its program is on the search path;
/// nothing is started to find out. Thread-safe.
final class AgentCatalog {
    /// How soon a newly installed agent shows.
    private static final Duration SCAN_PERIOD = Duration.ofSeconds(30);

    /// The names that the happy app asks for and shows.
    private static final Set<String> APP_NAMES =
            Set.of("claude", "codex", "gemini", "openclaw", "agy");

    private static final Map<String, Known> KNOWN = known();

    private final AgentSettings settings;
    private final String searchPath;
    private final Clock clock;
    private Map<String, List<String>> found = Map.of();
    private long scannedAtMs = Long.MIN_VALUE;
    private long changedAtMs;
    private ObjectNode fields = JsonNodeFactory.instance.objectNode();

    /// An agent that is known by name.
    ///
    /// @param commands the first whose program is there is used
    /// @param install what to tell the person when there is none
    private record Known(List<List<String>> commands, String install) {}

    private static Map<String, Known> known() {
        Map<String, Known> known = new LinkedHashMap<>();
        known.put(
                "claude",
                new Known(
                        List.of(List.of("claude-agent-acp"), List.of("claude-code-acp")),
                        "npm install -g @zed-industries/claude-agent-acp"));
        known.put(
                "codex",
                new Known(
                        List.of(List.of("codex-acp")), "npm install -g @zed-industries/codex-acp"));
        known.put(
                "gemini",
                new Known(
                        List.of(List.of("gemini", "--acp")), "npm install -g @google/gemini-cli"));
        known.put(
                "opencode",
                new Known(List.of(List.of("opencode", "acp")), "npm install -g opencode-ai"));
        known.put(
                "openclaw",
                new Known(List.of(List.of("openclaw", "acp")), "npm install -g openclaw"));
        return known;
    }

    AgentCatalog(AgentSettings settings, String searchPath, Clock clock) {
        this.settings = settings;
        this.searchPath = searchPath;
        this.clock = clock;
    }

    /// The command that starts the agent; empty when it is not here.
    Optional<List<String>> command(String name) {
        List<String> own = settings.agents().get(name);
        if (own != null) {
            return resolved(own);
        }
        Known known = KNOWN.get(name);
        return known == null
                ? Optional.empty()
                : known.commands().stream().flatMap(one -> resolved(one).stream()).findFirst();
    }

    private Optional<List<String>> resolved(List<String> command) {
        return Programs.find(command.getFirst(), searchPath)
                .map(
                        program -> {
                            List<String> full = new ArrayList<>(command);
                            full.set(0, program.toString());
                            return List.copyOf(full);
                        });
    }

    /// What to do about an agent that is not here.
    String absent(String name) {
        if (settings.agents().containsKey(name)) {
            return "The program of the agent "
                    + name
                    + " in agents.json is not on this machine: "
                    + settings.agents().get(name).getFirst();
        }
        Known known = KNOWN.get(name);
        return known == null
                ? "This machine knows no agent "
                        + name
                        + " that speaks the Agent Client Protocol; its command can be named in"
                        + " agents.json"
                : "The agent "
                        + name
                        + " is not installed on this machine. Install it there: "
                        + known.install();
    }

    /// For a start that names none.
    Optional<String> usual() {
        return settings.defaultAgent().or(() -> names().stream().findFirst());
    }

    /// Own ones first, then in the order in which they are known.
    private List<String> names() {
        List<String> names = new ArrayList<>();
        new TreeSet<>(settings.agents().keySet())
                .stream().filter(name -> command(name).isPresent()).forEach(names::add);
        KNOWN.keySet().stream()
                .filter(name -> !names.contains(name) && command(name).isPresent())
                .forEach(names::add);
        return names;
    }

    /// `agents` and `cliAvailability` of the machine's metadata. The same object until something
    /// has changed; not to be changed by others.
    synchronized ObjectNode machineFields() {
        long now = clock.millis();
        // The clock may be put back.
        if (scannedAtMs == Long.MIN_VALUE
                || Math.abs(now - scannedAtMs) >= SCAN_PERIOD.toMillis()) {
            Map<String, List<String>> fresh = new LinkedHashMap<>();
            names().forEach(name -> command(name).ifPresent(command -> fresh.put(name, command)));
            if (!fresh.equals(found) || scannedAtMs == Long.MIN_VALUE) {
                changedAtMs = now;
                found = fresh;
                fields = describe();
            }
            scannedAtMs = now;
        }
        return fields;
    }

    private ObjectNode describe() {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        var agents = fields.putArray("agents");
        found.forEach(
                (name, command) ->
                        agents.addObject()
                                .put("name", name)
                                .put("command", String.join(" ", command)));
        ObjectNode availability = fields.putObject("cliAvailability");
        for (String name : new TreeSet<>(APP_NAMES)) {
            availability.put(name, found.containsKey(name));
        }
        availability.put("detectedAt", changedAtMs);
        return fields;
    }
}
