package dev.roosthold.protocol.methods;

import static dev.roosthold.protocol.JsonTrees.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.JsonTrees;
import dev.roosthold.protocol.methods.SessionMethods.Decision;
import dev.roosthold.protocol.methods.SessionMethods.Permission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RemoteMethodTest {
    private static final List<RemoteMethod<?, ?>> ALL =
            List.of(
                    MachineMethods.SPAWN,
                    MachineMethods.RESUME,
                    MachineMethods.STOP_SESSION,
                    MachineMethods.STOP_DAEMON,
                    MachineMethods.CLAUDE_FORK,
                    MachineMethods.CLAUDE_POINTS,
                    MachineMethods.CLAUDE_DUPLICATE,
                    MachineMethods.CODEX_FORK,
                    MachineMethods.CODEX_POINTS,
                    MachineMethods.CODEX_DUPLICATE,
                    MachineMethods.MAKE_DIRECTORY,
                    MachineMethods.GIT_CLONE,
                    FileMethods.BASH,
                    FileMethods.READ_FILE,
                    FileMethods.WRITE_FILE,
                    FileMethods.LIST_DIRECTORY,
                    FileMethods.GET_DIRECTORY_TREE,
                    FileMethods.RIPGREP,
                    FileMethods.DIFFTASTIC,
                    SessionMethods.PERMISSION,
                    SessionMethods.ABORT,
                    SessionMethods.SWITCH,
                    SessionMethods.KILL_SESSION,
                    SessionMethods.GOAL_ACTION,
                    SessionMethods.COMMUNICATION);

    private record Params<P>(RemoteMethod<P, ?> method, P value, String json) {}

    private record Result<R>(RemoteMethod<?, R> method, R value, String json) {}

    static Stream<Params<?>> params() {
        return Stream.of(
                new Params<>(
                        MachineMethods.SPAWN,
                        SpawnParams.in("/p").withAgent("codex").approvingNewDirectory(),
                        "{'type':'spawn-in-directory','directory':'/p',"
                                + "'approvedNewDirectoryCreation':true,'agent':'codex'}"),
                new Params<>(
                        MachineMethods.SPAWN,
                        new SpawnParams(
                                Optional.empty(),
                                "/p",
                                Optional.of(false),
                                Optional.of("a"),
                                Optional.of("t"),
                                Optional.of("p"),
                                Optional.of("m"),
                                Optional.of("e"),
                                Optional.of(Map.of("K", "V")),
                                Optional.of("s"),
                                Optional.of("i"),
                                Optional.of("c"),
                                Optional.of("x"),
                                Optional.of("q"),
                                Optional.of("f"),
                                Optional.of(true)),
                        "{'directory':'/p','approvedNewDirectoryCreation':false,'agent':'a',"
                                + "'token':'t','permissionMode':'p','modelMode':'m',"
                                + "'effortLevel':'e','environmentVariables':{'K':'V'},"
                                + "'sessionId':'s','machineId':'i','resumeClaudeSessionId':'c',"
                                + "'resumeCodexThreadId':'x','parentSessionId':'q',"
                                + "'forkedFromMessageId':'f','isSideChat':true}"),
                new Params<>(
                        MachineMethods.RESUME,
                        new MachineMethods.Resume("s", Optional.of("opus"), Optional.empty()),
                        "{'sessionId':'s','model':'opus'}"),
                new Params<>(
                        MachineMethods.STOP_SESSION,
                        new MachineMethods.SessionRef("s"),
                        "{'sessionId':'s'}"),
                new Params<>(MachineMethods.STOP_DAEMON, new NoParams(), "{}"),
                new Params<>(
                        MachineMethods.CLAUDE_DUPLICATE,
                        new MachineMethods.ClaudeCut("/p", "c", "u"),
                        "{'directory':'/p','claudeSessionId':'c','cutAfterUuid':'u'}"),
                new Params<>(
                        MachineMethods.CODEX_DUPLICATE,
                        new MachineMethods.CodexThread("/p", "c", Optional.of("i")),
                        "{'directory':'/p','codexThreadId':'c','cutAfterItemId':'i'}"),
                new Params<>(
                        MachineMethods.GIT_CLONE,
                        new MachineMethods.GitClone("https://h/r", "/r", Optional.of("s")),
                        "{'url':'https://h/r','path':'/r','streamId':'s'}"),
                new Params<>(
                        FileMethods.BASH,
                        new FileMethods.Bash("ls", Optional.of("/"), OptionalLong.of(100)),
                        "{'command':'ls','cwd':'/','timeout':100}"),
                new Params<>(
                        FileMethods.BASH,
                        new FileMethods.Bash("ls", Optional.empty(), OptionalLong.empty()),
                        "{'command':'ls'}"),
                new Params<>(
                        FileMethods.WRITE_FILE,
                        new FileMethods.WriteFile("/f", "aGk=", Optional.empty()),
                        "{'path':'/f','content':'aGk=','expectedHash':null}"),
                new Params<>(
                        FileMethods.WRITE_FILE,
                        new FileMethods.WriteFile("/f", "", Optional.of("ab")),
                        "{'path':'/f','content':'','expectedHash':'ab'}"),
                new Params<>(
                        FileMethods.GET_DIRECTORY_TREE,
                        new FileMethods.TreeParams("/", 3),
                        "{'path':'/','maxDepth':3}"),
                new Params<>(
                        FileMethods.RIPGREP,
                        new FileMethods.Arguments(List.of("-n", "x"), Optional.empty()),
                        "{'args':['-n','x']}"),
                new Params<>(
                        SessionMethods.PERMISSION,
                        Permission.approve("q").withDecision(Decision.APPROVED_FOR_SESSION),
                        "{'id':'q','approved':true,'decision':'approved_for_session'}"),
                new Params<>(
                        SessionMethods.PERMISSION,
                        new Permission(
                                "q",
                                false,
                                Optional.of("no"),
                                Optional.of("plan"),
                                Optional.of(List.of("Read")),
                                Optional.of(json("{'a':1}")),
                                Optional.of(Decision.ABORT)),
                        "{'id':'q','approved':false,'reason':'no','mode':'plan',"
                                + "'allowTools':['Read'],'updatedInput':{'a':1},"
                                + "'decision':'abort'}"),
                new Params<>(
                        SessionMethods.ABORT, new SessionMethods.Abort(Optional.empty()), "{}"),
                new Params<>(
                        SessionMethods.SWITCH,
                        new SessionMethods.Switch(SessionMethods.Control.LOCAL),
                        "{'to':'local'}"),
                new Params<>(
                        SessionMethods.GOAL_ACTION,
                        new SessionMethods.GoalAction(
                                SessionMethods.GoalAction.Action.EDIT, Optional.of("ship")),
                        "{'action':'edit','objective':'ship'}"),
                new Params<>(
                        SessionMethods.COMMUNICATION,
                        new SessionMethods.Communication(
                                "q",
                                "form",
                                SessionMethods.Communication.Status.ANSWERED,
                                Optional.of(json("['a']"))),
                        "{'id':'q','kind':'form','status':'answered','answers':['a']}"));
    }

    static Stream<Result<?>> results() {
        return Stream.of(
                new Result<>(
                        MachineMethods.SPAWN,
                        new SpawnResult.Success("s"),
                        "{'type':'success','sessionId':'s'}"),
                new Result<>(
                        MachineMethods.SPAWN,
                        new SpawnResult.ApprovalNeeded("/p"),
                        "{'type':'requestToApproveDirectoryCreation','directory':'/p'}"),
                new Result<>(
                        MachineMethods.RESUME,
                        new SpawnResult.Pending("c", 500),
                        "{'type':'pending','clientRequestId':'c','retryAfterMs':500}"),
                new Result<>(
                        MachineMethods.STOP_DAEMON,
                        new MachineMethods.Message("stopping"),
                        "{'message':'stopping'}"),
                new Result<>(
                        MachineMethods.CLAUDE_FORK,
                        MachineMethods.NewClaudeSession.of("n"),
                        "{'type':'success','newClaudeSessionId':'n'}"),
                new Result<>(
                        MachineMethods.CLAUDE_POINTS,
                        MachineMethods.ClaudePoints.of(
                                List.of(
                                        new MachineMethods.ClaudePoint(
                                                "u", "t", Optional.of(json("'2026-01-01'"))))),
                        "{'type':'success','points':[{'uuid':'u','text':'t',"
                                + "'timestamp':'2026-01-01'}]}"),
                new Result<>(
                        MachineMethods.CODEX_POINTS,
                        MachineMethods.CodexPoints.of(
                                List.of(
                                        new MachineMethods.CodexPoint(
                                                "i", "t", Optional.of(json("5"))))),
                        "{'type':'success','points':[{'itemId':'i','text':'t','timestamp':5}]}"),
                new Result<>(
                        MachineMethods.CODEX_FORK,
                        MachineMethods.NewCodexThread.of("n"),
                        "{'type':'success','newCodexThreadId':'n'}"),
                new Result<>(
                        FileMethods.BASH,
                        new FileMethods.BashResult(false, "", "no", 1, Optional.of("failed")),
                        "{'success':false,'stdout':'','stderr':'no','exitCode':1,"
                                + "'error':'failed'}"),
                new Result<>(
                        FileMethods.READ_FILE,
                        new FileMethods.Content(true, "aGk="),
                        "{'success':true,'content':'aGk='}"),
                new Result<>(
                        FileMethods.WRITE_FILE,
                        new FileMethods.Written(true, "ab"),
                        "{'success':true,'hash':'ab'}"),
                new Result<>(
                        FileMethods.LIST_DIRECTORY,
                        new FileMethods.Listing(
                                true,
                                List.of(
                                        new FileMethods.Entry(
                                                "d",
                                                FileMethods.Type.DIRECTORY,
                                                OptionalLong.empty(),
                                                OptionalLong.empty()),
                                        new FileMethods.Entry(
                                                "f",
                                                FileMethods.Type.FILE,
                                                OptionalLong.of(3),
                                                OptionalLong.of(4)))),
                        "{'success':true,'entries':[{'name':'d','type':'directory'},"
                                + "{'name':'f','type':'file','size':3,'modified':4}]}"),
                new Result<>(
                        FileMethods.GET_DIRECTORY_TREE,
                        new FileMethods.Tree(
                                true,
                                new FileMethods.Node(
                                        "d",
                                        "/d",
                                        FileMethods.Type.DIRECTORY,
                                        OptionalLong.empty(),
                                        OptionalLong.empty(),
                                        Optional.of(List.of()))),
                        "{'success':true,'tree':{'name':'d','path':'/d','type':'directory',"
                                + "'children':[]}}"),
                new Result<>(
                        FileMethods.DIFFTASTIC,
                        new FileMethods.ProgramResult(true, 0, "o", "e"),
                        "{'success':true,'exitCode':0,'stdout':'o','stderr':'e'}"),
                new Result<>(SessionMethods.PERMISSION, new Nothing(), "null"),
                new Result<>(
                        SessionMethods.KILL_SESSION,
                        new SessionMethods.Killed(true, "m"),
                        "{'success':true,'message':'m'}"),
                new Result<>(
                        SessionMethods.GOAL_ACTION, SessionMethods.GoalDone.OK, "{'ok':true}"));
    }

    @ParameterizedTest
    @MethodSource("params")
    <P> void paramsTravelByTheirNames(Params<P> params) {
        assertThat(JsonTrees.travelled(params.method().write(params.value())))
                .isEqualTo(json(params.json()));
        assertThat(params.method().read(json(params.json()))).contains(params.value());
    }

    @ParameterizedTest
    @MethodSource("results")
    <R> void resultsTravelByTheirNames(Result<R> result) {
        assertThat(JsonTrees.travelled(result.method().writeResult(result.value())))
                .isEqualTo(json(result.json()));
        assertThat(result.method().readResult(json(result.json())))
                .isEqualTo(new MethodResult.Done<>(result.value()));
    }

    @Test
    void namesAreThoseOnTheWire() {
        assertThat(ALL)
                .extracting(RemoteMethod::name)
                .containsExactly(
                        "spawn-happy-session",
                        "resume-happy-session",
                        "stop-session",
                        "stop-daemon",
                        "claude-fork-session",
                        "claude-list-rewind-points",
                        "claude-duplicate-session",
                        "codex-fork-thread",
                        "codex-list-rewind-points",
                        "codex-duplicate-thread",
                        "make-directory",
                        "git-clone",
                        "bash",
                        "readFile",
                        "writeFile",
                        "listDirectory",
                        "getDirectoryTree",
                        "ripgrep",
                        "difftastic",
                        "permission",
                        "abort",
                        "switch",
                        "killSession",
                        "goal-action",
                        "communication");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "[]",
                "{'id':'q'}",
                "{'approved':true}",
                "{'id':'q','approved':null}",
                "{'id':'q','approved':'false'}",
                "{'id':'q','approved':1}",
                "{'id':null,'approved':true}",
                "{'id':7,'approved':true}",
                "{'id':'q','approved':true,'decision':'maybe'}",
                "{'id':'q','approved':true,'allowTools':'Bash'}"
            })
    void answerThatIsNotExactlyAnAnswerIsNone(String params) {
        assertThat(SessionMethods.PERMISSION.read(json(params))).isEmpty();
    }

    @Test
    void nullInOptionalFieldsIsAsGoodAsAbsentAndUnknownFieldsAreIgnored() {
        assertThat(
                        SessionMethods.PERMISSION.read(
                                json(
                                        "{'id':'q','approved':true,'reason':null,'mode':null,"
                                                + "'allowTools':null,'updatedInput':null,"
                                                + "'decision':null,'new':[1]}")))
                .contains(Permission.approve("q"));
        assertThat(FileMethods.BASH.read(json("{'command':'ls','cwd':null,'timeout':null}")))
                .contains(new FileMethods.Bash("ls", Optional.empty(), OptionalLong.empty()));
    }

    @Test
    void errorOfTheTargetIsAFailureWithItsWords() {
        for (RemoteMethod<?, ?> method : ALL) {
            assertThat(method.readResult(json("{'error':'Method not found'}")))
                    .isEqualTo(new MethodResult.Failed<>("Method not found"));
            assertThat(method.readResult(json("{'success':false,'error':'no'}")))
                    .isEqualTo(new MethodResult.Failed<>("no"));
        }
        assertThat(RemoteMethod.error("no")).isEqualTo(json("{'error':'no'}"));
    }

    @Test
    void answerThatIsNeitherIsUnreadableAndNothingIsADoneOne() {
        assertThat(FileMethods.BASH.readResult(json("{}")))
                .isEqualTo(new MethodResult.Unreadable<>());
        assertThat(FileMethods.BASH.readResult(json("null")))
                .isEqualTo(new MethodResult.Unreadable<>());
        assertThat(MachineMethods.SPAWN.readResult(json("{'type':'new'}")))
                .isEqualTo(new MethodResult.Unreadable<>());
        assertThat(SessionMethods.ABORT.readResult(json("null")))
                .isEqualTo(new MethodResult.Done<>(new Nothing()));
        assertThat(SessionMethods.ABORT.readResult(json("{}")))
                .isEqualTo(new MethodResult.Done<>(new Nothing()));
    }

    @Test
    void secretsOfASpawnAreNotPrinted() {
        assertThat(SpawnParams.in("/secret").toString()).doesNotContain("secret");
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anythingGivesAValueOrIsRefused(@ForAll("anything") JsonNode tree) {
        for (RemoteMethod<?, ?> method : ALL) {
            method.read(tree);
            method.readResult(tree);
        }
    }

    @Provide
    Arbitrary<JsonNode> anything() {
        return Arbitraries.oneOf(
                JsonTrees.values(),
                JsonTrees.objects(
                                Arbitraries.of(
                                        "id",
                                        "approved",
                                        "type",
                                        "path",
                                        "content",
                                        "error",
                                        "success",
                                        "entries",
                                        "tree",
                                        "directory",
                                        "sessionId",
                                        "timeout",
                                        "command",
                                        "args"))
                        .map(object -> object));
    }
}
