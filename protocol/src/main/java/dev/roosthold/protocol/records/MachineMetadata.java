package dev.roosthold.protocol.records;

import dev.roosthold.protocol.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The metadata of a machine. Written by its daemon; apps write the name that is shown. Immutable.
public record MachineMetadata(JsonObject json) {
    private static final List<String> REQUIRED =
            List.of("host", "platform", "happyCliVersion", "happyHomeDir", "homeDir");

    /// Null and whatever else is no object count as an object without fields.
    public static MachineMetadata read(JsonNode plaintext) {
        return new MachineMetadata(JsonObject.from(plaintext).orElse(JsonObject.empty()));
    }

    public static MachineMetadata empty() {
        return new MachineMetadata(JsonObject.empty());
    }

    public ObjectNode tree() {
        return json.tree();
    }

    /// Whether apps can show more of the machine than that it exists.
    public boolean isComplete() {
        return REQUIRED.stream().allMatch(field -> json.text(field).isPresent());
    }

    public Optional<String> host() {
        return json.text("host");
    }

    /// `linux`, `darwin`, `win32` and so on.
    public Optional<String> platform() {
        return json.text("platform");
    }

    public Optional<String> happyCliVersion() {
        return json.text("happyCliVersion");
    }

    public Optional<String> happyHomeDir() {
        return json.text("happyHomeDir");
    }

    public Optional<String> homeDir() {
        return json.text("homeDir");
    }

    /// The fields without which apps show the machine without any name.
    ///
    /// @param happyHome where the daemon keeps its files
    /// @param home of the person
    public MachineMetadata withRequired(
            String host, String platform, String version, String happyHome, String home) {
        return new MachineMetadata(
                json.with("host", host)
                        .with("platform", platform)
                        .with("happyCliVersion", version)
                        .with("happyHomeDir", happyHome)
                        .with("homeDir", home));
    }

    public Optional<String> happyLibDir() {
        return json.text("happyLibDir");
    }

    public MachineMetadata withHappyLibDir(String directory) {
        return new MachineMetadata(json.with("happyLibDir", directory));
    }

    /// What the person calls it.
    public Optional<String> displayName() {
        return json.text("displayName");
    }

    public MachineMetadata withDisplayName(String name) {
        return new MachineMetadata(json.with("displayName", name));
    }

    public Optional<String> username() {
        return json.text("username");
    }

    public MachineMetadata withUsername(String name) {
        return new MachineMetadata(json.with("username", name));
    }

    /// `x64`, `arm64` and so on.
    public Optional<String> arch() {
        return json.text("arch");
    }

    public MachineMetadata withArch(String arch) {
        return new MachineMetadata(json.with("arch", arch));
    }

    /// Which agents can be started. Agents that nothing is said about are absent.
    public Optional<CliAvailability> cliAvailability() {
        return json.object("cliAvailability").map(CliAvailability::of);
    }

    /// Agents that it says nothing about stay as they were.
    public MachineMetadata withCliAvailability(CliAvailability found) {
        JsonObject written = json.object("cliAvailability").orElse(JsonObject.empty());
        for (Map.Entry<String, Boolean> agent : found.agents().entrySet()) {
            written = written.with(agent.getKey(), agent.getValue().booleanValue());
        }
        return new MachineMetadata(
                json.with(
                        "cliAvailability", written.withNumber("detectedAt", found.detectedAtMs())));
    }

    /// Which agents are installed.
    ///
    /// @param agents by name: `claude`, `codex`, `gemini`, `openclaw` and others
    /// @param detectedAtMs Unix milliseconds
    public record CliAvailability(Map<String, Boolean> agents, OptionalLong detectedAtMs) {

        public CliAvailability {
            agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
        }

        private static CliAvailability of(JsonObject json) {
            Map<String, Boolean> agents = new LinkedHashMap<>();
            for (String name : json.names()) {
                json.flag(name).ifPresent(there -> agents.put(name, there));
            }
            return new CliAvailability(agents, json.number("detectedAt"));
        }
    }

    /// Whether and how sessions of before can be started again.
    public Optional<ResumeSupport> resumeSupport() {
        return json.object("resumeSupport").map(ResumeSupport::of);
    }

    public MachineMetadata withResumeSupport(ResumeSupport support) {
        JsonObject before = json.object("resumeSupport").orElse(JsonObject.empty());
        return new MachineMetadata(json.with("resumeSupport", support.onto(before)));
    }

    /// @param rpcAvailable whether `resume-happy-session` can be called
    /// @param requiresSameMachine whether only the machine on which the session ran can do it
    /// @param requiresHappyAgentAuth whether the agent needs a sign-in of its own
    /// @param happyAgentAuthenticated whether it has that
    /// @param detectedAtMs Unix milliseconds
    public record ResumeSupport(
            boolean rpcAvailable,
            boolean requiresSameMachine,
            boolean requiresHappyAgentAuth,
            boolean happyAgentAuthenticated,
            OptionalLong detectedAtMs) {

        private JsonObject onto(JsonObject before) {
            return before.with("rpcAvailable", rpcAvailable)
                    .with("requiresSameMachine", requiresSameMachine)
                    .with("requiresHappyAgentAuth", requiresHappyAgentAuth)
                    .with("happyAgentAuthenticated", happyAgentAuthenticated)
                    .withNumber("detectedAt", detectedAtMs);
        }

        private static ResumeSupport of(JsonObject json) {
            return new ResumeSupport(
                    json.flag("rpcAvailable").orElse(false),
                    json.flag("requiresSameMachine").orElse(false),
                    json.flag("requiresHappyAgentAuth").orElse(false),
                    json.flag("happyAgentAuthenticated").orElse(false),
                    json.number("detectedAt"));
        }
    }

    /// The directories in which callers may work; none when they are not limited.
    public List<String> rootDirectories() {
        return json.texts("rootDirectories");
    }

    /// `full`, `sessions` or `locked`: what callers may do.
    public Optional<String> remotePolicy() {
        return json.text("remotePolicy");
    }

    /// What callers may do on this machine, and where. The first root stands alone too, for clients
    /// that know one only.
    public MachineMetadata withAccess(List<String> roots, String policy) {
        JsonObject first =
                roots.isEmpty()
                        ? json.without("rootDirectory")
                        : json.with("rootDirectory", roots.getFirst());
        return new MachineMetadata(
                first.with("rootDirectories", roots).with("remotePolicy", policy));
    }
}
