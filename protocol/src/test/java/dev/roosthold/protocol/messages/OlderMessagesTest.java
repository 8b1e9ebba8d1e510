package dev.roosthold.protocol.messages;

import static dev.roosthold.protocol.JsonTrees.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.messages.TranscriptLine.Block;
import dev.roosthold.protocol.messages.TranscriptLine.Content;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class OlderMessagesTest {

    private static SessionMessage agent(String content) {
        ObjectNode message =
                (ObjectNode)
                        json(
                                "{'role':'agent','content':"
                                        + content
                                        + ",'meta':{'sentFrom':'cli'}}");
        SessionMessage read = SessionMessage.read(message);
        assertThat(read.tree()).isEqualTo(message);
        assertThat(read.meta().sentFrom()).contains("cli");
        return read;
    }

    private static TranscriptLine line(String data) {
        return ((SessionMessage.Transcript) agent("{'type':'output','data':" + data + "}")).line();
    }

    private static AgentStep codex(String data) {
        SessionMessage.Agent message =
                (SessionMessage.Agent) agent("{'type':'codex','data':" + data + "}");
        assertThat(message.agent()).isEqualTo("codex");
        return message.step();
    }

    private static AgentStep acp(String data) {
        SessionMessage.Agent message =
                (SessionMessage.Agent)
                        agent("{'type':'acp','provider':'gemini','data':" + data + "}");
        assertThat(message.agent()).isEqualTo("gemini");
        return message.step();
    }

    private static SessionNotice notice(String data) {
        SessionMessage.Notice message =
                (SessionMessage.Notice) agent("{'type':'event','id':'e1','data':" + data + "}");
        assertThat(message.id()).isEqualTo("e1");
        return message.notice();
    }

    @Test
    void assistantLineOfATranscript() {
        TranscriptLine line =
                line(
                        "{'type':'assistant','uuid':'u','parentUuid':'p','isSidechain':true,"
                                + "'isMeta':false,'message':{'role':'assistant','model':'opus',"
                                + "'content':[{'type':'text','text':'hi'},"
                                + "{'type':'thinking','thinking':'hm','signature':'s'},"
                                + "{'type':'tool_use','id':'c','name':'Bash','input':{'a':1}},"
                                + "{'type':'tool-call','callId':'d','name':'Read','input':null},"
                                + "{'type':'image'}],"
                                + "'usage':{'input_tokens':1,'output_tokens':2}}}");
        assertThat(line.uuid()).contains("u");
        assertThat(line.parentUuid()).contains("p");
        assertThat(line.isSidechain()).isTrue();
        assertThat(line.isMeta()).isFalse();
        assertThat(line.isCompactSummary()).isFalse();
        assertThat(line.content())
                .isEqualTo(
                        new Content.Assistant(
                                Optional.of("opus"),
                                List.of(
                                        new Block.Text("hi"),
                                        new Block.Thinking("hm"),
                                        new Block.ToolUse("c", "Bash", json("{'a':1}")),
                                        new Block.ToolUse("d", "Read", json("null")),
                                        new Block.Unknown(json("{'type':'image'}"))),
                                Optional.of(TokenUsage.of(1, 2))));
    }

    @Test
    void userLineHasWordsOrResultsOfTools() {
        assertThat(line("{'type':'user','message':{'role':'user','content':'hello'}}").content())
                .isEqualTo(new Content.User(List.of(new Block.Text("hello"))));
        JsonNode parts = json("[{'type':'text','text':'out'}]");
        assertThat(
                        line("{'type':'user','message':{'content':["
                                        + "{'type':'tool_result','tool_use_id':'c','content':'x'},"
                                        + "{'type':'tool_result','tool_use_id':'d','is_error':true,"
                                        + "'content':[{'type':'text','text':'out'}]}]}}")
                                .content())
                .isEqualTo(
                        new Content.User(
                                List.of(
                                        new Block.ToolResult("c", json("'x'"), false),
                                        new Block.ToolResult("d", parts, true))));
    }

    @Test
    void otherLinesOfATranscript() {
        assertThat(line("{'type':'summary','summary':'Fix'}").content())
                .isEqualTo(new Content.Summary("Fix"));
        assertThat(line("{'type':'system','isMeta':true}"))
                .matches(TranscriptLine::isMeta)
                .extracting(TranscriptLine::content)
                .isEqualTo(new Content.Other());
        assertThat(line("{'type':'result','isCompactSummary':true}"))
                .matches(TranscriptLine::isCompactSummary);
    }

    @Test
    void stepsOfCodex() {
        assertThat(codex("{'type':'message','message':'hi'}")).isEqualTo(new AgentStep.Said("hi"));
        assertThat(codex("{'type':'reasoning','message':'hm'}"))
                .isEqualTo(new AgentStep.Thought("hm"));
        assertThat(
                        codex(
                                "{'type':'tool-call','callId':'c','name':'Bash','input':{'a':1},"
                                        + "'id':'i'}"))
                .isEqualTo(new AgentStep.ToolCall("c", "Bash", json("{'a':1}"), "i"));
        assertThat(codex("{'type':'tool-call-result','callId':'c','output':'o','id':'i'}"))
                .isEqualTo(new AgentStep.ToolResult("c", json("'o'"), "i", false));
        assertThat(codex("{'type':'new','x':1}"))
                .isEqualTo(
                        new AgentStep.Unknown(
                                JsonObject.of((ObjectNode) json("{'type':'new','x':1}"))));
    }

    @Test
    void stepsOfAcp() {
        assertThat(acp("{'type':'thinking','text':'hm'}")).isEqualTo(new AgentStep.Thought("hm"));
        assertThat(
                        acp(
                                "{'type':'tool-result','callId':'c','output':null,'id':'i',"
                                        + "'isError':true}"))
                .isEqualTo(new AgentStep.ToolResult("c", json("null"), "i", true));
        assertThat(
                        acp(
                                "{'type':'file-edit','description':'d','filePath':'/f','diff':'+',"
                                        + "'id':'i'}"))
                .isEqualTo(
                        new AgentStep.FileEdit(
                                "d", "/f", Optional.of("+"), Optional.empty(), Optional.empty()));
        assertThat(acp("{'type':'terminal-output','data':'out','callId':'c'}"))
                .isEqualTo(new AgentStep.TerminalOutput("out", "c"));
        assertThat(acp("{'type':'task_started','id':'i'}"))
                .isEqualTo(new AgentStep.TaskStarted("i"));
        assertThat(acp("{'type':'task_complete','id':'i'}"))
                .isEqualTo(new AgentStep.TaskComplete("i"));
        assertThat(acp("{'type':'turn_aborted','id':'i'}"))
                .isEqualTo(new AgentStep.TurnAborted("i"));
        assertThat(
                        acp(
                                "{'type':'permission-request','permissionId':'p','toolName':'Bash',"
                                        + "'description':'d'}"))
                .isEqualTo(new AgentStep.PermissionRequest("p", "Bash", "d"));
        assertThat(acp("{'type':'token_count','total':7}"))
                .isInstanceOfSatisfying(
                        AgentStep.TokenCount.class,
                        count -> assertThat(count.json().number("total")).hasValue(7));
    }

    @Test
    void noticesOfTheSessionProcess() {
        assertThat(notice("{'type':'ready'}")).isEqualTo(new SessionNotice.Ready());
        assertThat(notice("{'type':'switch','mode':'local'}"))
                .isEqualTo(new SessionNotice.Switch("local"));
        assertThat(notice("{'type':'message','message':'m'}"))
                .isEqualTo(new SessionNotice.Note("m"));
        assertThat(notice("{'type':'limit-reached','endsAt':1700000000}"))
                .isEqualTo(new SessionNotice.LimitReached(1_700_000_000));
        assertThat(notice("{'type':'limit-reached'}")).isInstanceOf(SessionNotice.Unknown.class);
    }

    @Test
    void bareNameOfAnAgentAsContentType() {
        assertThat(agent("{'type':'opencode','data':{'type':'message','message':'hi'}}"))
                .isInstanceOfSatisfying(
                        SessionMessage.Agent.class,
                        message -> {
                            assertThat(message.agent()).isEqualTo("opencode");
                            assertThat(message.step()).isEqualTo(new AgentStep.Said("hi"));
                        });
    }
}
