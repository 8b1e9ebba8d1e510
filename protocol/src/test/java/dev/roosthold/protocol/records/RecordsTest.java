package dev.roosthold.protocol.records;

import static dev.roosthold.protocol.JsonTrees.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Choice;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.JsonTrees;
import dev.roosthold.protocol.records.AgentState.Outcome;
import dev.roosthold.protocol.records.AgentState.Question;
import dev.roosthold.protocol.records.AgentState.Status;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RecordsTest {
    /// Every change that the views can make, so that none can lose a field.
    private static final Map<String, UnaryOperator<JsonNode>> CHANGES =
            Map.ofEntries(
                    session("directories", s -> s.withDirectories("/h", "/h/.happy", "/l", "/t")),
                    session("version", s -> s.withVersion("1").withName("n").withOs("linux")),
                    session("summary", s -> s.withSummary(new SessionMetadata.Summary("T", 5))),
                    session("machine", s -> s.withMachineId("m").withHostPid(7)),
                    session("daemon", SessionMetadata::startedByDaemon),
                    session("terminal", SessionMetadata::startedByTerminal),
                    session("branch", s -> s.withGitBranch(Optional.of("main"))),
                    session("no branch", s -> s.withGitBranch(Optional.empty())),
                    session("ids", s -> s.withClaudeSessionId("c").withCodexThreadId("x")),
                    session(
                            "tools",
                            s ->
                                    s.withTools(List.of("a"))
                                            .withSlashCommands(List.of("b"))
                                            .withSkills(List.of())),
                    session(
                            "servers",
                            s ->
                                    s.withMcpServers(
                                            List.of(new SessionMetadata.McpServer("n", "ok")))),
                    session(
                            "models",
                            s ->
                                    s.withModels(
                                                    List.of(
                                                            new SessionMetadata.Option(
                                                                    "c", "v", Optional.empty())),
                                                    Optional.of("c"))
                                            .withOperatingModes(List.of(), Optional.empty())
                                            .withThoughtLevels(List.of(), Optional.empty())),
                    session("flavor", s -> s.withFlavor("claude").withSandbox(json("{'a':1}"))),
                    session("running", s -> s.running(10)),
                    session("archive", s -> s.archiveRequested(10)),
                    session("archived", s -> s.archived(10, "cli", "done")),
                    session("parent", s -> s.withParentSessionId("p").withSideChat(true)),
                    session("picks", s -> s.withPermissionMode(Choice.reset())),
                    agent("control", s -> s.withControlledByUser(true)),
                    agent("ask", s -> s.asking("q", new Question("Bash", json("{}"), 1))),
                    agent("complete", s -> s.completing("q", Outcome.of(Status.APPROVED, 2))),
                    agent("cancel", s -> s.cancelingAll(3, "ended")),
                    agent("limits", s -> s.withUsageLimits(JsonObject.empty().with("a", 1))),
                    machine("required", m -> m.withRequired("h", "linux", "1", "/hh", "/h")),
                    machine("name", m -> m.withDisplayName("n").withUsername("u").withArch("x64")),
                    machine(
                            "agents",
                            m ->
                                    m.withCliAvailability(
                                            new MachineMetadata.CliAvailability(
                                                    Map.of("claude", true), OptionalLong.of(5)))),
                    machine(
                            "resume",
                            m ->
                                    m.withResumeSupport(
                                            new MachineMetadata.ResumeSupport(
                                                    true, true, false, false, OptionalLong.of(1)))),
                    machine("access", m -> m.withAccess(List.of("/r"), "full")),
                    daemon("run", d -> d.running(1, OptionalLong.of(2), 3)),
                    daemon("shutting down", d -> d.shuttingDown("cli", 4)),
                    daemon("offline", DaemonState::offline));

    private static Map.Entry<String, UnaryOperator<JsonNode>> session(
            String name, UnaryOperator<SessionMetadata> change) {
        return Map.entry(
                "session " + name, tree -> change.apply(SessionMetadata.read(tree)).tree());
    }

    private static Map.Entry<String, UnaryOperator<JsonNode>> agent(
            String name, UnaryOperator<AgentState> change) {
        return Map.entry("agent " + name, tree -> change.apply(AgentState.read(tree)).tree());
    }

    private static Map.Entry<String, UnaryOperator<JsonNode>> machine(
            String name, UnaryOperator<MachineMetadata> change) {
        return Map.entry(
                "machine " + name, tree -> change.apply(MachineMetadata.read(tree)).tree());
    }

    private static Map.Entry<String, UnaryOperator<JsonNode>> daemon(
            String name, UnaryOperator<DaemonState> change) {
        return Map.entry("daemon " + name, tree -> change.apply(DaemonState.read(tree)).tree());
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void unknownFieldsSurviveEveryChangeAndRepeatingItChangesNothing(
            @ForAll("unknownFields") ObjectNode unknown, @ForAll("changes") String change) {
        UnaryOperator<JsonNode> changing = Objects.requireNonNull(CHANGES.get(change));
        JsonNode once = changing.apply(unknown);
        unknown.properties()
                .forEach(field -> assertThat(once.get(field.getKey())).isEqualTo(field.getValue()));
        assertThat(changing.apply(JsonTrees.travelled(once))).isEqualTo(once);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anythingIsReadWithoutFailing(@ForAll("anything") JsonNode tree) {
        SessionMetadata session = SessionMetadata.read(tree);
        session.summary();
        session.mcpServers();
        session.models();
        session.permissionMode();
        session.lifecycleStateSinceMs();
        AgentState.read(tree).requests();
        AgentState.read(tree).completedRequests();
        AgentState.read(tree).cancelingAll(1, "x");
        MachineMetadata.read(tree).cliAvailability();
        MachineMetadata.read(tree).resumeSupport();
        DaemonState.read(tree).pid();
        assertThat(SessionMetadata.read(session.tree())).isEqualTo(session);
    }

    @Provide
    Arbitrary<String> changes() {
        return Arbitraries.of(CHANGES.keySet());
    }

    @Provide
    Arbitrary<ObjectNode> unknownFields() {
        return JsonTrees.objects(JsonTrees.texts().map(name -> "x-" + name));
    }

    @Provide
    Arbitrary<JsonNode> anything() {
        return Arbitraries.oneOf(
                JsonTrees.values(),
                JsonTrees.objects(
                                Arbitraries.of(
                                        "summary",
                                        "mcpServers",
                                        "models",
                                        "permissionMode",
                                        "lifecycleState",
                                        "lifecycleStateSince",
                                        "requests",
                                        "completedRequests",
                                        "cliAvailability",
                                        "resumeSupport",
                                        "pid",
                                        "path"))
                        .map(object -> object));
    }

    @Test
    void sessionMetadataIsWrittenByItsNames() {
        SessionMetadata metadata =
                SessionMetadata.of("/p", "box")
                        .withDirectories("/h", "/h/.happy", "/lib", "/lib/tools")
                        .withVersion("1.2.5")
                        .withOs("linux")
                        .withSummary(new SessionMetadata.Summary("Title", 5))
                        .withMachineId("m1")
                        .withHostPid(42)
                        .startedByDaemon()
                        .withFlavor("claude")
                        .withModels(
                                List.of(
                                        new SessionMetadata.Option(
                                                "opus", "Opus", Optional.of("large"))),
                                Optional.of("opus"))
                        .running(7)
                        .withModelMode(Choice.reset())
                        .withEffortLevel(Choice.set("high"));
        assertThat(metadata.tree())
                .isEqualTo(
                        json(
                                "{'path':'/p','host':'box','homeDir':'/h',"
                                        + "'happyHomeDir':'/h/.happy','happyLibDir':'/lib',"
                                        + "'happyToolsDir':'/lib/tools','version':'1.2.5',"
                                        + "'os':'linux','summary':{'text':'Title','updatedAt':5},"
                                        + "'machineId':'m1','hostPid':42,'startedBy':'daemon',"
                                        + "'startedFromDaemon':true,'flavor':'claude',"
                                        + "'models':[{'code':'opus','value':'Opus',"
                                        + "'description':'large'}],'currentModelCode':'opus',"
                                        + "'lifecycleState':'running','lifecycleStateSince':7,"
                                        + "'modelMode':null,'effortLevel':'high'}"));
        assertThat(metadata.isComplete()).isTrue();
        assertThat(metadata.permissionMode()).isEqualTo(Choice.unchanged());
        assertThat(metadata.modelMode()).isEqualTo(Choice.reset());
        assertThat(metadata.summary()).contains(new SessionMetadata.Summary("Title", 5));
        assertThat(SessionMetadata.read(json("{'path':'/p'}")).isComplete()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "running,false",
        "archiveRequested,true",
        "archived,true",
        "paused,false",
        "'',false"
    })
    void sessionEndsWhenItsArchivingIsAskedFor(String state, boolean ends) {
        assertThat(SessionMetadata.read(json("{'lifecycleState':'" + state + "'}")).mustEnd())
                .isEqualTo(ends);
    }

    @Test
    void questionMovesWithAllItsFieldsWhenItIsAnswered() {
        AgentState asked =
                AgentState.read(
                        json(
                                "{'controlledByUser':false,'requests':{'r1':{'tool':'Bash',"
                                        + "'arguments':{'command':'ls'},'createdAt':1,'new':true},"
                                        + "'r2':{'tool':'Edit','arguments':null,'createdAt':2}}}"));
        assertThat(asked.requests())
                .containsExactly(
                        Map.entry("r1", new Question("Bash", json("{'command':'ls'}"), 1)),
                        Map.entry("r2", new Question("Edit", json("null"), 2)));
        Outcome allowed =
                new Outcome(
                        Status.APPROVED,
                        OptionalLong.of(9),
                        Optional.empty(),
                        Optional.of("acceptEdits"),
                        Optional.of("approved_for_session"),
                        Optional.of(List.of("Bash(ls)")));
        AgentState answered = asked.completing("r1", allowed);
        assertThat(answered.tree())
                .isEqualTo(
                        json(
                                "{'controlledByUser':false,'requests':{'r2':{'tool':'Edit',"
                                        + "'arguments':null,'createdAt':2}},"
                                        + "'completedRequests':{'r1':{'tool':'Bash',"
                                        + "'arguments':{'command':'ls'},'createdAt':1,'new':true,"
                                        + "'completedAt':9,'status':'approved',"
                                        + "'mode':'acceptEdits',"
                                        + "'decision':'approved_for_session',"
                                        + "'allowTools':['Bash(ls)']}}}"));
        assertThat(completed(answered, "r1")).isEqualTo(allowed);
        assertThat(answered.completing("r1", Outcome.of(Status.DENIED, 10))).isEqualTo(answered);
        assertThat(answered.asking("r1", new Question("Bash", json("{}"), 3))).isEqualTo(answered);
        assertThat(answered.cancelingAll(11, "ended").requests()).isEmpty();
        assertThat(completed(answered.cancelingAll(11, "ended"), "r2").status())
                .isEqualTo(Status.CANCELED);
    }

    private static Outcome completed(AgentState state, String id) {
        return Objects.requireNonNull(state.completedRequests().get(id)).outcome();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "false", "0", "''", "[]"})
    void falsyStateCountsAsEmpty(String state) {
        assertThat(AgentState.read(json(state))).isEqualTo(AgentState.empty());
        assertThat(AgentState.read(json(state)).controlledByUser()).isEmpty();
        assertThat(DaemonState.read(json(state))).isEqualTo(DaemonState.empty());
    }

    @Test
    void controlMayBeNull() {
        assertThat(AgentState.read(json("{'controlledByUser':null}")).controlledByUser()).isEmpty();
    }

    @Test
    void machineMetadataIsWrittenByItsNames() {
        MachineMetadata metadata =
                MachineMetadata.empty()
                        .withRequired("box", "linux", "1.2.5", "/h/.happy", "/h")
                        .withHappyLibDir("/lib")
                        .withDisplayName("Box")
                        .withUsername("ada")
                        .withArch("x64")
                        .withResumeSupport(
                                new MachineMetadata.ResumeSupport(
                                        true, true, false, false, OptionalLong.of(3)))
                        .withAccess(List.of("/a", "/b"), "sessions");
        assertThat(metadata.tree())
                .isEqualTo(
                        json(
                                "{'host':'box','platform':'linux','happyCliVersion':'1.2.5',"
                                        + "'happyHomeDir':'/h/.happy','homeDir':'/h',"
                                        + "'happyLibDir':'/lib','displayName':'Box',"
                                        + "'username':'ada','arch':'x64','resumeSupport':{"
                                        + "'rpcAvailable':true,'requiresSameMachine':true,"
                                        + "'requiresHappyAgentAuth':false,"
                                        + "'happyAgentAuthenticated':false,'detectedAt':3},"
                                        + "'rootDirectory':'/a','rootDirectories':['/a','/b'],"
                                        + "'remotePolicy':'sessions'}"));
        assertThat(metadata.isComplete()).isTrue();
        assertThat(new MachineMetadata(metadata.json().without("host")).isComplete()).isFalse();
        assertThat(metadata.withAccess(List.of(), "full").json().has("rootDirectory")).isFalse();
    }

    @Test
    void agentsThatNothingIsSaidAboutStayAsTheyWere() {
        MachineMetadata metadata =
                MachineMetadata.read(
                                json("{'cliAvailability':{'agy':true,'claude':false,'x':'y'}}"))
                        .withCliAvailability(
                                new MachineMetadata.CliAvailability(
                                        Map.of("claude", true), OptionalLong.of(9)));
        assertThat(metadata.tree())
                .isEqualTo(
                        json(
                                "{'cliAvailability':{'agy':true,'claude':true,'x':'y',"
                                        + "'detectedAt':9}}"));
        assertThat(metadata.cliAvailability().orElseThrow().agents())
                .containsExactlyInAnyOrderEntriesOf(Map.of("agy", true, "claude", true));
    }

    @Test
    void daemonGoesFromRunningOverShuttingDownToOffline() {
        DaemonState running = DaemonState.empty().running(12, OptionalLong.of(4567), 100);
        assertThat(running.tree())
                .isEqualTo(
                        json("{'status':'running','pid':12,'httpPort':4567," + "'startedAt':100}"));
        DaemonState ending = running.shuttingDown("mobile-app", 200);
        assertThat(ending.tree())
                .isEqualTo(
                        json(
                                "{'status':'shutting-down','pid':12,'httpPort':4567,"
                                        + "'startedAt':100,'shutdownRequestedAt':200,"
                                        + "'shutdownSource':'mobile-app'}"));
        assertThat(ending.offline().status()).contains("offline");
        assertThat(ending.offline().shutdownSource()).contains("mobile-app");
        assertThat(ending.running(13, OptionalLong.empty(), 300).tree())
                .isEqualTo(json("{'status':'running','pid':13,'startedAt':300}"));
    }
}
