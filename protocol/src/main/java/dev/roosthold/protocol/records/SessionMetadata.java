package dev.roosthold.protocol.records;

import dev.roosthold.protocol.Choice;
import dev.roosthold.protocol.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The metadata of a session: what it is and where it runs. Written by the session process; apps
/// write the title, the picks of the person and the wish to archive it. Immutable.
public record SessionMetadata(JsonObject json) {

    /// Null and whatever else is no object count as an object without fields.
    public static SessionMetadata read(JsonNode plaintext) {
        return new SessionMetadata(JsonObject.from(plaintext).orElse(JsonObject.empty()));
    }

    /// The two fields without which apps show nothing.
    ///
    /// @param path the directory in which the agent works
    /// @param host name of the computer
    public static SessionMetadata of(String path, String host) {
        return new SessionMetadata(JsonObject.empty().with("path", path).with("host", host));
    }

    public ObjectNode tree() {
        return json.tree();
    }

    /// Whether apps can show the session.
    public boolean isComplete() {
        return path().isPresent() && host().isPresent();
    }

    public Optional<String> path() {
        return json.text("path");
    }

    public Optional<String> host() {
        return json.text("host");
    }

    public Optional<String> homeDir() {
        return json.text("homeDir");
    }

    public Optional<String> happyHomeDir() {
        return json.text("happyHomeDir");
    }

    public Optional<String> happyLibDir() {
        return json.text("happyLibDir");
    }

    public Optional<String> happyToolsDir() {
        return json.text("happyToolsDir");
    }

    /// @param home of the person
    /// @param happyHome where the command line keeps its files
    /// @param happyLib where the command line is installed
    /// @param happyTools where the programs that it brings are
    public SessionMetadata withDirectories(
            String home, String happyHome, String happyLib, String happyTools) {
        return new SessionMetadata(
                json.with("homeDir", home)
                        .with("happyHomeDir", happyHome)
                        .with("happyLibDir", happyLib)
                        .with("happyToolsDir", happyTools));
    }

    /// Version of the command line.
    public Optional<String> version() {
        return json.text("version");
    }

    public SessionMetadata withVersion(String version) {
        return new SessionMetadata(json.with("version", version));
    }

    public Optional<String> name() {
        return json.text("name");
    }

    public SessionMetadata withName(String name) {
        return new SessionMetadata(json.with("name", name));
    }

    /// `linux`, `darwin`, `win32` and so on.
    public Optional<String> os() {
        return json.text("os");
    }

    public SessionMetadata withOs(String os) {
        return new SessionMetadata(json.with("os", os));
    }

    /// The title of the conversation.
    public Optional<Summary> summary() {
        return json.object("summary")
                .flatMap(
                        summary ->
                                summary.text("text")
                                        .map(
                                                text ->
                                                        new Summary(
                                                                text,
                                                                summary.number("updatedAt")
                                                                        .orElse(0))));
    }

    public SessionMetadata withSummary(Summary summary) {
        JsonObject before = json.object("summary").orElse(JsonObject.empty());
        return new SessionMetadata(
                json.with(
                        "summary",
                        before.with("text", summary.text())
                                .with("updatedAt", summary.updatedAtMs())));
    }

    /// A title.
    ///
    /// @param updatedAtMs Unix milliseconds
    public record Summary(String text, long updatedAtMs) {}

    /// The machine on which it runs; needed to resume or fork it.
    public Optional<String> machineId() {
        return json.text("machineId");
    }

    public SessionMetadata withMachineId(String machineId) {
        return new SessionMetadata(json.with("machineId", machineId));
    }

    public OptionalLong hostPid() {
        return json.number("hostPid");
    }

    public SessionMetadata withHostPid(long pid) {
        return new SessionMetadata(json.with("hostPid", pid));
    }

    /// `daemon` or `terminal`.
    public Optional<String> startedBy() {
        return json.text("startedBy");
    }

    public boolean startedFromDaemon() {
        return json.flag("startedFromDaemon").orElse(false);
    }

    public SessionMetadata startedByDaemon() {
        return new SessionMetadata(
                json.with("startedBy", "daemon").with("startedFromDaemon", true));
    }

    public SessionMetadata startedByTerminal() {
        return new SessionMetadata(
                json.with("startedBy", "terminal").with("startedFromDaemon", false));
    }

    public Optional<String> gitBranch() {
        return json.text("gitBranch");
    }

    public SessionMetadata withGitBranch(Optional<String> branch) {
        return new SessionMetadata(json.withText("gitBranch", branch));
    }

    public Optional<String> claudeSessionId() {
        return json.text("claudeSessionId");
    }

    public SessionMetadata withClaudeSessionId(String id) {
        return new SessionMetadata(json.with("claudeSessionId", id));
    }

    public Optional<String> codexThreadId() {
        return json.text("codexThreadId");
    }

    public SessionMetadata withCodexThreadId(String id) {
        return new SessionMetadata(json.with("codexThreadId", id));
    }

    public List<String> tools() {
        return json.texts("tools");
    }

    public SessionMetadata withTools(List<String> tools) {
        return new SessionMetadata(json.with("tools", tools));
    }

    public List<String> slashCommands() {
        return json.texts("slashCommands");
    }

    public SessionMetadata withSlashCommands(List<String> commands) {
        return new SessionMetadata(json.with("slashCommands", commands));
    }

    public List<String> skills() {
        return json.texts("skills");
    }

    public SessionMetadata withSkills(List<String> skills) {
        return new SessionMetadata(json.with("skills", skills));
    }

    public List<McpServer> mcpServers() {
        return json.objects("mcpServers").stream()
                .flatMap(
                        server ->
                                server.text("name").stream()
                                        .map(
                                                name ->
                                                        new McpServer(
                                                                name,
                                                                server.text("status").orElse(""))))
                .toList();
    }

    public SessionMetadata withMcpServers(List<McpServer> servers) {
        return new SessionMetadata(
                json.withObjects(
                        "mcpServers",
                        servers.stream()
                                .map(
                                        server ->
                                                JsonObject.empty()
                                                        .with("name", server.name())
                                                        .with("status", server.status()))
                                .toList()));
    }

    /// A server of tools that the agent uses.
    public record McpServer(String name, String status) {}

    /// The models that the person may pick.
    public List<Option> models() {
        return options("models");
    }

    public Optional<String> currentModelCode() {
        return json.text("currentModelCode");
    }

    public SessionMetadata withModels(List<Option> models, Optional<String> current) {
        return withOptions("models", models, "currentModelCode", current);
    }

    /// The modes of work that the person may pick.
    public List<Option> operatingModes() {
        return options("operatingModes");
    }

    public Optional<String> currentOperatingModeCode() {
        return json.text("currentOperatingModeCode");
    }

    public SessionMetadata withOperatingModes(List<Option> modes, Optional<String> current) {
        return withOptions("operatingModes", modes, "currentOperatingModeCode", current);
    }

    /// How hard the model may think.
    public List<Option> thoughtLevels() {
        return options("thoughtLevels");
    }

    public Optional<String> currentThoughtLevelCode() {
        return json.text("currentThoughtLevelCode");
    }

    public SessionMetadata withThoughtLevels(List<Option> levels, Optional<String> current) {
        return withOptions("thoughtLevels", levels, "currentThoughtLevelCode", current);
    }

    /// Something to pick.
    ///
    /// @param code what travels back
    /// @param value what the person reads
    public record Option(String code, String value, Optional<String> description) {}

    private List<Option> options(String field) {
        return json.objects(field).stream()
                .flatMap(
                        option ->
                                option.text("code").stream()
                                        .map(
                                                code ->
                                                        new Option(
                                                                code,
                                                                option.text("value").orElse(code),
                                                                option.text("description"))))
                .toList();
    }

    private SessionMetadata withOptions(
            String field, List<Option> options, String currentField, Optional<String> current) {
        return new SessionMetadata(
                json.withObjects(
                                field,
                                options.stream()
                                        .map(
                                                option ->
                                                        JsonObject.empty()
                                                                .with("code", option.code())
                                                                .with("value", option.value())
                                                                .withText(
                                                                        "description",
                                                                        option.description()))
                                        .toList())
                        .withText(currentField, current));
    }

    /// Which agent it is: `claude`, `codex`, `gemini` and so on.
    public Optional<String> flavor() {
        return json.text("flavor");
    }

    public SessionMetadata withFlavor(String flavor) {
        return new SessionMetadata(json.with("flavor", flavor));
    }

    /// Whatever the command line says about its sandbox.
    public Optional<JsonNode> sandbox() {
        return json.value("sandbox");
    }

    public SessionMetadata withSandbox(JsonNode sandbox) {
        return new SessionMetadata(json.with("sandbox", sandbox));
    }

    public boolean dangerouslySkipPermissions() {
        return json.flag("dangerouslySkipPermissions").orElse(false);
    }

    public SessionMetadata withDangerouslySkipPermissions(boolean skip) {
        return new SessionMetadata(json.with("dangerouslySkipPermissions", skip));
    }

    /// `running`, `archiveRequested`, `archived` or another.
    public Optional<String> lifecycleState() {
        return json.text("lifecycleState");
    }

    /// Unix milliseconds.
    public OptionalLong lifecycleStateSinceMs() {
        return json.number("lifecycleStateSince");
    }

    public Optional<String> archivedBy() {
        return json.text("archivedBy");
    }

    public Optional<String> archiveReason() {
        return json.text("archiveReason");
    }

    /// Whether the process of this session has to end.
    public boolean mustEnd() {
        return lifecycleState()
                .filter(state -> state.equals("archiveRequested") || state.equals("archived"))
                .isPresent();
    }

    /// @param atMs Unix milliseconds; the first time stays when it runs already
    public SessionMetadata running(long atMs) {
        return new SessionMetadata(
                lifecycle("running", atMs).without("archivedBy").without("archiveReason"));
    }

    /// Asks the process of the session to end.
    ///
    /// @param atMs Unix milliseconds; the first time stays when it was asked already
    public SessionMetadata archiveRequested(long atMs) {
        return new SessionMetadata(lifecycle("archiveRequested", atMs));
    }

    /// @param atMs Unix milliseconds; the first time stays when it is archived already
    /// @param by `cli`, `user` and so on
    public SessionMetadata archived(long atMs, String by, String reason) {
        return new SessionMetadata(
                lifecycle("archived", atMs).with("archivedBy", by).with("archiveReason", reason));
    }

    /// The same state again keeps its time, so that a change that is applied twice is one change.
    private JsonObject lifecycle(String state, long atMs) {
        boolean same = lifecycleState().equals(Optional.of(state));
        return json.with("lifecycleState", state)
                .with("lifecycleStateSince", same ? lifecycleStateSinceMs().orElse(atMs) : atMs);
    }

    public Optional<String> parentSessionId() {
        return json.text("parentSessionId");
    }

    public SessionMetadata withParentSessionId(String id) {
        return new SessionMetadata(json.with("parentSessionId", id));
    }

    public Optional<String> forkedFromMessageId() {
        return json.text("forkedFromMessageId");
    }

    public SessionMetadata withForkedFromMessageId(String id) {
        return new SessionMetadata(json.with("forkedFromMessageId", id));
    }

    public boolean isSideChat() {
        return json.flag("isSideChat").orElse(false);
    }

    public SessionMetadata withSideChat(boolean sideChat) {
        return new SessionMetadata(json.with("isSideChat", sideChat));
    }

    /// What the person picked for this session. Any name: agents have their own.
    public Choice<String> permissionMode() {
        return json.textChoice("permissionMode");
    }

    public SessionMetadata withPermissionMode(Choice<String> mode) {
        return new SessionMetadata(json.withTextChoice("permissionMode", mode));
    }

    public Choice<String> modelMode() {
        return json.textChoice("modelMode");
    }

    public SessionMetadata withModelMode(Choice<String> mode) {
        return new SessionMetadata(json.withTextChoice("modelMode", mode));
    }

    public Choice<String> effortLevel() {
        return json.textChoice("effortLevel");
    }

    public SessionMetadata withEffortLevel(Choice<String> level) {
        return new SessionMetadata(json.withTextChoice("effortLevel", level));
    }
}
