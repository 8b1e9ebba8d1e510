package dev.roosthold.client.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.conversation.Entry.Speaker;
import dev.roosthold.client.conversation.Entry.ToolState;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.messages.TokenUsage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ConversationTest {
    private final Messages messages = new Messages();

    private List<Entry> entries() {
        return messages.conversation().entries();
    }

    private static String words(Entry entry) {
        return entry instanceof Entry.Words words
                ? words.speaker() + (words.thinking() ? "?" : ":") + words.text()
                : entry.getClass().getSimpleName();
    }

    private Entry.Tool onlyTool() {
        return entries().stream()
                .filter(Entry.Tool.class::isInstance)
                .map(Entry.Tool.class::cast)
                .reduce(
                        (_, _) -> {
                            throw new AssertionError("two tools");
                        })
                .orElseThrow();
    }

    @Test
    void turnOfTheSessionProtocolBecomesRows() {
        messages.person("list it").begin("t1").say("I look.").tool("c1", "Bash", "ls");
        assertThat(messages.conversation().isWorking()).isTrue();
        assertThat(onlyTool().state()).isEqualTo(ToolState.RUNNING);
        messages.toolEnd("c1").say("Two files.").end(TurnStatus.COMPLETED);
        assertThat(entries().stream().map(ConversationTest::words))
                .containsExactly(
                        "PERSON:list it", "AGENT:I look.", "Tool", "AGENT:Two files.", "TurnOver");
        assertThat(onlyTool().state()).isEqualTo(ToolState.DONE);
        assertThat(messages.conversation().isWorking()).isFalse();
    }

    @Test
    void agentEnvelopesOutsideOfTurnsAreIgnoredButTheirUsageCounts() {
        messages.add(SessionMessage.text(messages.outside(), "lost"));
        messages.add(SessionMessage.usage(messages.outside(), TokenUsage.of(10, 2)));
        messages.add(SessionMessage.typed(messages.outside(), "typed"));
        assertThat(entries().stream().map(ConversationTest::words)).containsExactly("PERSON:typed");
        assertThat(messages.conversation().usage()).contains(TokenUsage.of(10, 2));
    }

    @Test
    void taskNotificationsAreHiddenAndDisplayTextIsShown() {
        messages.person("<task-notification>x</task-notification>");
        messages.json(
                "{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"long prompt\"},"
                        + "\"meta\":{\"sentFrom\":\"web\",\"displayText\":\"/short\"}}");
        assertThat(entries().stream().map(ConversationTest::words))
                .containsExactly("PERSON:/short");
    }

    @Test
    void envelopeThatIsStoredTwiceIsShownOnceAndTimeDecidesTheOrder() {
        SessionMessage late =
                SessionMessage.text(Stamp.of("same", 5_000).inTurn("t"), "later words");
        SessionMessage early =
                SessionMessage.text(Stamp.of("early", 4_000).inTurn("t"), "earlier words");
        messages.add(late).add(late).add(early);
        assertThat(entries().stream().map(ConversationTest::words))
                .containsExactly("AGENT:earlier words", "AGENT:later words");
    }

    @Test
    void transcriptLinesAreRead() {
        messages.agent(
                "output",
                """
                {"type":"assistant","uuid":"u1","message":{"role":"assistant","model":"m","content":[
                  {"type":"thinking","thinking":"hm"},{"type":"text","text":"I run it"},
                  {"type":"tool_use","id":"c1","name":"Bash","input":{"command":"ls"}}]}}""");
        assertThat(messages.conversation().isWorking()).isTrue();
        messages.agent(
                "output",
                """
                {"type":"user","uuid":"u2","message":{"content":[{"type":"tool_result",
                  "tool_use_id":"c1","content":[{"type":"text","text":"a.txt"}],"is_error":true}]}}""");
        messages.agent(
                "output",
                "{\"type\":\"user\",\"uuid\":\"u3\",\"message\":{\"content\":\"and now\"}}");
        messages.agent("output", "{\"type\":\"summary\",\"summary\":\"files\"}");
        messages.agent(
                "output",
                "{\"type\":\"user\",\"isMeta\":true,\"message\":{\"content\":\"caveat\"}}");
        messages.agent("event", "{\"type\":\"ready\"}");
        assertThat(entries().stream().map(ConversationTest::words))
                .containsExactly(
                        "AGENT?hm", "AGENT:I run it", "Tool", "PERSON:and now", "TurnOver");
        assertThat(onlyTool().state()).isEqualTo(ToolState.FAILED);
        assertThat(onlyTool().output()).contains("a.txt");
        assertThat(messages.conversation().isWorking()).isFalse();
    }

    @Test
    void codexAndAcpStepsAreRead() {
        messages.agent("acp", "{\"type\":\"task_started\",\"id\":\"t1\"}");
        messages.agent("codex", "{\"type\":\"reasoning\",\"message\":\"hm\"}");
        messages.agent("codex", "{\"type\":\"message\",\"message\":\"hello\"}");
        messages.agent(
                "gemini",
                "{\"type\":\"tool-call\",\"callId\":\"c1\",\"name\":\"shell\",\"input\":{},\"id\":\"i\"}");
        messages.agent("acp", "{\"type\":\"terminal-output\",\"data\":\"a\\n\",\"callId\":\"c1\"}");
        messages.agent(
                "codex",
                "{\"type\":\"tool-call-result\",\"callId\":\"c1\",\"output\":\"a b\",\"id\":\"i\"}");
        messages.agent(
                "acp",
                "{\"type\":\"file-edit\",\"description\":\"d\",\"filePath\":\"/f\","
                        + "\"oldContent\":\"1\\n2\",\"newContent\":\"1\\n3\"}");
        messages.agent("acp", "{\"type\":\"turn_aborted\",\"id\":\"t1\"}");
        assertThat(entries().stream().map(ConversationTest::words))
                .containsExactly("AGENT?hm", "AGENT:hello", "Tool", "FileChange", "TurnOver");
        assertThat(onlyTool().output()).contains("a b");
        FileDiff diff =
                entries().stream()
                        .filter(Entry.FileChange.class::isInstance)
                        .map(entry -> FileDiff.of((Entry.FileChange) entry))
                        .findFirst()
                        .orElseThrow();
        assertThat(diff.lines())
                .containsExactly(
                        new DiffLine(DiffLine.Kind.SAME, "1"),
                        new DiffLine(DiffLine.Kind.REMOVED, "2"),
                        new DiffLine(DiffLine.Kind.ADDED, "3"));
        assertThat(messages.conversation().turns().getLast().end().orElseThrow().status())
                .isEqualTo(TurnStatus.CANCELLED);
    }

    @Test
    void noticesAreRead() {
        messages.agent("event", "{\"type\":\"switch\",\"mode\":\"local\"}");
        messages.agent("event", "{\"type\":\"message\",\"message\":\"note\"}");
        messages.agent("event", "{\"type\":\"limit-reached\",\"endsAt\":1}");
        assertThat(entries()).hasSize(3).allMatch(Entry.Note.class::isInstance);
    }

    @Test
    void whatCannotBeReadIsARowAndNoFailure() {
        messages.closed().json("{\"role\":\"robot\"}").json("{}");
        assertThat(entries()).hasSize(3).allMatch(Entry.Unreadable.class::isInstance);
    }

    @Test
    void attachmentNamesItsSpeaker() {
        messages.json(
                """
                {"role":"session","content":{"type":"session","data":{"id":"f","time":5,"role":"user",
                  "ev":{"t":"file","ref":"r","name":"a.png","size":7}}}}""");
        assertThat(entries())
                .containsExactly(new Entry.Attached("f", 5, Speaker.PERSON, "a.png", 7));
    }

    @Test
    void answerIsTheFirstTurnBehindTheMessage() {
        messages.begin("t1").end(TurnStatus.COMPLETED).person("go");
        long asked = messages.all.size();
        assertThat(messages.conversation().answerTo(asked)).isEmpty();
        messages.begin("t2").say("working");
        assertThat(messages.conversation().answerTo(asked)).isEmpty();
        messages.end(TurnStatus.FAILED);
        Conversation.Answer answer = messages.conversation().answerTo(asked).orElseThrow();
        assertThat(answer.end().status()).isEqualTo(TurnStatus.FAILED);
        assertThat(answer.certain()).isTrue();
    }

    @Test
    void turnThatWasOpenMayHaveTakenTheMessageIn() {
        messages.begin("t1").say("working");
        messages.add(SessionMessage.fromPerson("and this", "test"));
        long asked = messages.all.size();
        messages.end(TurnStatus.COMPLETED);
        assertThat(messages.conversation().answerTo(asked).orElseThrow().certain()).isFalse();
        messages.begin("t2");
        assertThat(messages.conversation().answerTo(asked)).isEmpty();
        messages.end(TurnStatus.COMPLETED);
        assertThat(messages.conversation().answerTo(asked).orElseThrow().certain()).isTrue();
    }

    @Test
    void turnWhoseBeginningIsNotThereIsATurnAllTheSame() {
        Messages whole = new Messages().begin("t1").say("a").say("b");
        Conversation tail = Conversation.of(whole.all.subList(1, 3));
        assertThat(tail.isWorking()).isTrue();
        whole.end(TurnStatus.COMPLETED);
        assertThat(Conversation.of(whole.all.subList(2, 4)).isWorking()).isFalse();
    }

    @Test
    void toolsDoNotRunOnWhenTheTurnIsOver() {
        messages.begin("t1").tool("c1", "Bash", "sleep").end(TurnStatus.CANCELLED);
        assertThat(onlyTool().state()).isEqualTo(ToolState.DONE);
    }

    @Test
    void streamIdIsReadFromBothPlaces() {
        SessionMessage inMeta =
                SessionMessage.text(Stamp.of("a", 1).inTurn("t"), "x").endingStream("s1");
        messages.add(inMeta);
        messages.json(
                """
                {"role":"session","content":{"id":"b","time":2,"role":"agent","turn":"t",
                  "streamId":"s2","ev":{"t":"text","text":"y"}}}""");
        assertThat(messages.all.stream().map(Received::streamId))
                .containsExactly(Optional.of("s1"), Optional.of("s2"));
    }
}
