package dev.roosthold.protocol.messages;

import static dev.roosthold.protocol.JsonTrees.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.protocol.Choice;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.PermissionMode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class SessionMessageTest {
    private static final Stamp STAMP = Stamp.of("m1", 1_700_000_000_000L).inTurn("t1");
    private static final SessionEvent.FileAttached PICTURE =
            new SessionEvent.FileAttached(
                    "ref-1",
                    "cat.png",
                    120,
                    Optional.of("image/png"),
                    Optional.of(new SessionEvent.Picture(640, 480, Optional.of("aGFzaA=="))));

    /// Around the `ev` of a message of an agent in a turn.
    private static String around(String event) {
        return "{'role':'session','content':{'id':'m1','time':1700000000000,'role':'agent',"
                + "'turn':'t1','ev':"
                + event
                + "},'meta':{'sentFrom':'cli'}}";
    }

    private static void writes(SessionMessage message, String expected) {
        assertThat(message.tree()).isEqualTo(json(expected));
        assertThat(SessionMessage.read(message.tree())).isEqualTo(message);
    }

    @Test
    void everyEventOfATurnIsWrittenByItsNames() {
        writes(SessionMessage.turnStart(STAMP), around("{'t':'turn-start'}"));
        writes(SessionMessage.text(STAMP, "*hi*"), around("{'t':'text','text':'*hi*'}"));
        writes(
                SessionMessage.thinking(STAMP, "hm"),
                around("{'t':'text','text':'hm','thinking':true}"));
        writes(
                SessionMessage.toolCallStart(
                        STAMP,
                        "c1",
                        "Bash",
                        "List",
                        "ls -l",
                        JsonObject.empty().with("command", "ls")),
                around(
                        "{'t':'tool-call-start','call':'c1','name':'Bash','title':'List',"
                                + "'description':'ls -l','args':{'command':'ls'}}"));
        writes(
                SessionMessage.toolCallEnd(STAMP, "c1"),
                around("{'t':'tool-call-end','call':'c1'}"));
        writes(
                SessionMessage.file(STAMP, PICTURE),
                around(
                        "{'t':'file','ref':'ref-1','name':'cat.png','size':120,"
                                + "'mimeType':'image/png','image':{'width':640,'height':480,"
                                + "'thumbhash':'aGFzaA=='}}"));
        writes(SessionMessage.service(STAMP, "note"), around("{'t':'service','text':'note'}"));
        writes(
                SessionMessage.turnEnd(STAMP, SessionEvent.TurnStatus.COMPLETED),
                around("{'t':'turn-end','status':'completed'}"));
        writes(
                SessionMessage.turnEnd(STAMP, SessionEvent.TurnStatus.FAILED),
                around("{'t':'turn-end','status':'failed'}"));
        writes(
                SessionMessage.turnEnd(STAMP, SessionEvent.TurnStatus.CANCELLED),
                around("{'t':'turn-end','status':'cancelled'}"));
    }

    @Test
    void subagentUsageAndStreamStandWhereReadersLook() {
        Stamp stamp = STAMP.bySubagent("sub2");
        writes(
                SessionMessage.subagentStart(stamp, Optional.of("Search")),
                "{'role':'session','content':{'id':'m1','time':1700000000000,'role':'agent',"
                        + "'turn':'t1','subagent':'sub2','ev':{'t':'start','title':'Search'}},"
                        + "'meta':{'sentFrom':'cli'}}");
        writes(
                SessionMessage.subagentStop(stamp),
                "{'role':'session','content':{'id':'m1','time':1700000000000,'role':'agent',"
                        + "'turn':'t1','subagent':'sub2','ev':{'t':'stop'}},"
                        + "'meta':{'sentFrom':'cli'}}");
        writes(
                SessionMessage.usage(
                        Stamp.of("m1", 5), TokenUsage.of(10, 20).withContextWindow(200_000)),
                "{'role':'session','content':{'id':'m1','time':5,'role':'agent','usage':"
                        + "{'input_tokens':10,'output_tokens':20,'context_window':200000},"
                        + "'ev':{'t':'service','text':''}},'meta':{'sentFrom':'cli'}}");
        writes(
                SessionMessage.text(STAMP, "done")
                        .withUsage(TokenUsage.of(1, 2).withCache(3, 4))
                        .endingStream("stream-1"),
                "{'role':'session','content':{'id':'m1','time':1700000000000,'role':'agent',"
                        + "'turn':'t1','usage':{'input_tokens':1,'output_tokens':2,"
                        + "'cache_creation_input_tokens':3,'cache_read_input_tokens':4},"
                        + "'ev':{'t':'text','text':'done'}},"
                        + "'meta':{'sentFrom':'cli','streamId':'stream-1'}}");
        assertThat(
                        SessionMessage.read(
                                        SessionMessage.text(STAMP, "x").endingStream("s").tree())
                                .meta()
                                .streamId())
                .contains("s");
    }

    @Test
    void personsWordsCarryWhatIsSetAndNothingElse() {
        writes(
                SessionMessage.fromPerson("hello", "web"),
                "{'role':'user','content':{'type':'text','text':'hello'},"
                        + "'meta':{'sentFrom':'web'}}");
        MessageMeta meta =
                MessageMeta.sentFrom("ios")
                        .withPermissionMode(PermissionMode.ACCEPT_EDITS)
                        .withModel(Choice.reset())
                        .withEffort(Choice.set("high"))
                        .withFallbackModel(Choice.unchanged())
                        .withAllowedTools(Choice.set(List.of("Read")))
                        .withDisallowedTools(Choice.reset())
                        .withDisplayText("hi");
        writes(
                new SessionMessage.Person("hello", meta),
                "{'role':'user','content':{'type':'text','text':'hello'},'meta':{"
                        + "'sentFrom':'ios','permissionMode':'acceptEdits','model':null,"
                        + "'effort':'high','allowedTools':['Read'],'disallowedTools':null,"
                        + "'displayText':'hi'}}");
        assertThat(meta.model().after(Optional.of("opus"))).isEmpty();
        assertThat(meta.effort().after(Optional.of("low"))).contains("high");
        assertThat(meta.fallbackModel().after(Optional.of("haiku"))).contains("haiku");
        assertThat(meta.customSystemPrompt()).isEqualTo(Choice.unchanged());
    }

    @Test
    void attachmentOfAPersonIsWrittenInTheWrappedForm() {
        writes(
                SessionMessage.attachment(Stamp.of("f1", 9), PICTURE, "web"),
                "{'role':'session','content':{'type':'session','data':{'id':'f1','time':9,"
                        + "'role':'user','ev':{'t':'file','ref':'ref-1','name':'cat.png',"
                        + "'size':120,'mimeType':'image/png','image':{'width':640,'height':480,"
                        + "'thumbhash':'aGFzaA=='}}}},'meta':{'sentFrom':'web'}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "agent", "user"})
    void wrappedEnvelopeIsReadUnderEveryRole(String role) {
        SessionMessage read =
                SessionMessage.read(
                        json(
                                "{'role':'"
                                        + role
                                        + "','content':{'type':'session','data':{'id':'a','time':1,"
                                        + "'role':'agent','turn':'t','ev':{'t':'turn-start'}}}}"));
        assertThat(read)
                .isInstanceOfSatisfying(
                        SessionMessage.Protocol.class,
                        message -> {
                            assertThat(message.wrapped()).isTrue();
                            assertThat(message.envelope().id()).isEqualTo("a");
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "default,true",
        "acceptEdits,true",
        "bypassPermissions,true",
        "plan,true",
        "read-only,true",
        "safe-yolo,true",
        "yolo,true",
        "sudo,false",
        "Default,false",
        "'',false"
    })
    void inputOfAnUnknownPermissionModeIsNotActedOn(String mode, boolean input) {
        SessionMessage.Person person =
                (SessionMessage.Person)
                        SessionMessage.read(
                                json(
                                        "{'role':'user','content':{'type':'text','text':'x'},"
                                                + "'meta':{'permissionMode':'"
                                                + mode
                                                + "'}}"));
        assertThat(person.isInput()).isEqualTo(input);
    }

    @Test
    void modeThatIsNoTextIsNotActedOnEither() {
        SessionMessage.Person person =
                (SessionMessage.Person)
                        SessionMessage.read(
                                json(
                                        "{'role':'user','content':{'type':'text','text':'x'},"
                                                + "'meta':{'permissionMode':7}}"));
        assertThat(person.isInput()).isFalse();
    }

    private static Envelope envelope(String json) {
        return ((SessionMessage.Protocol)
                        SessionMessage.read(json("{'role':'session','content':" + json + "}")))
                .envelope();
    }

    @Test
    void agentsMessageWithoutTurnIsIgnoredUnlessItTellsUsage() {
        assertThat(envelope("{'id':'a','time':1,'role':'agent','ev':{'t':'text','text':'x'}}"))
                .matches(Envelope::isIgnored)
                .matches(e -> !e.isShown());
        assertThat(
                        envelope(
                                "{'id':'a','time':1,'role':'agent','usage':{'input_tokens':1,"
                                        + "'output_tokens':2},'ev':{'t':'service','text':''}}"))
                .matches(e -> !e.isIgnored())
                .matches(Envelope::isUsageOnly)
                .matches(e -> !e.isShown());
        assertThat(envelope("{'id':'a','time':1,'role':'agent','ev':{'t':'service','text':''}}"))
                .matches(Envelope::isIgnored);
        assertThat(envelope("{'id':'a','time':1,'role':'user','ev':{'t':'text','text':'x'}}"))
                .matches(Envelope::isShown);
        assertThat(SessionMessage.turnStart(STAMP).envelope().isShown()).isFalse();
        assertThat(SessionMessage.text(STAMP, "").envelope().isShown()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id':'a','time':1,'role':'user','ev':{'t':'service','text':'x'}}",
                "{'id':'a','time':1,'role':'user','ev':{'t':'start'}}",
                "{'id':'a','time':1,'role':'user','ev':{'t':'stop'}}",
                "{'id':'a','time':1,'role':'agent','subagent':'Sub','turn':'t','ev':{'t':'stop'}}",
                "{'id':'a','time':1,'role':'agent','subagent':'1a','turn':'t','ev':{'t':'stop'}}",
                "{'id':'a','time':1,'role':'agent','subagent':'a','turn':'t','ev':{'t':'stop'}}",
                "{'id':'a','time':1,'role':'agent','turn':'t','ev':{'t':'turn-end'}}",
                "{'id':'a','time':1,'role':'agent','turn':'t','ev':{'t':'new'}}",
                "{'id':'a','time':1,'role':'agent','turn':'t'}",
                "{'id':'a','time':'1','role':'agent','turn':'t','ev':{'t':'turn-start'}}",
                "{'id':1,'time':1,'role':'agent','turn':'t','ev':{'t':'turn-start'}}",
                "{'id':'a','time':1,'role':'system','turn':'t','ev':{'t':'turn-start'}}"
            })
    void envelopeThatReadersRefuseIsUnreadableAndKept(String content) {
        ObjectNode message = (ObjectNode) json("{'role':'session','content':" + content + "}");
        SessionMessage read = SessionMessage.read(message);
        assertThat(read).isInstanceOf(SessionMessage.Unreadable.class);
        assertThat(read.tree()).isEqualTo(message);
    }

    @Test
    void subagentIdsAreThoseThatReadersAccept() {
        assertThat(Envelope.isSubagentId("a" + "9".repeat(31))).isTrue();
        assertThat(Envelope.isSubagentId("a" + "9".repeat(32))).isFalse();
        assertThatThrownBy(() -> STAMP.bySubagent("A1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyWholeTaskNotificationsAreHidden() {
        String block = "<task-notification>\n<x>1</x>\n</task-notification>";
        assertThat(SessionMessage.isTaskNotification(block)).isTrue();
        assertThat(SessionMessage.isTaskNotification(" " + block + "\n" + block + " ")).isTrue();
        assertThat(SessionMessage.isTaskNotification(block + " and I")).isFalse();
        assertThat(SessionMessage.isTaskNotification("I " + block)).isFalse();
        assertThat(SessionMessage.isTaskNotification("<task-notification>")).isFalse();
        assertThat(SessionMessage.isTaskNotification("")).isFalse();
        assertThat(SessionMessage.isTaskNotification("<task-notification>".repeat(20_000)))
                .isFalse();
        assertThat(SessionMessage.isTaskNotification(block.repeat(20_000))).isTrue();
        assertThat(SessionMessage.typed(Stamp.of("a", 1), block).envelope().isShown()).isFalse();
        assertThat(SessionMessage.text(STAMP, block).envelope().isShown()).isTrue();
    }

    @Test
    void numbersMayHaveAPartBehindThePoint() {
        assertThat(envelope("{'id':'a','time':1.5,'role':'user','ev':{'t':'text','text':''}}"))
                .extracting(Envelope::timeMs)
                .isEqualTo(1L);
    }
}
