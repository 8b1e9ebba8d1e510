package dev.roosthold.client.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What holds for every sequence of messages, also for those that no program would write.
class ConversationPropertiesTest {

    private static final List<String> KINDS =
            List.of(
                    "person",
                    "begin",
                    "say",
                    "tool",
                    "toolEnd",
                    "end",
                    "closed",
                    "codex",
                    "output",
                    "result",
                    "ready",
                    "note",
                    "nonsense");

    @Provide
    Arbitrary<List<String>> stories() {
        return Arbitraries.of(KINDS).list().ofMaxSize(40);
    }

    private static Messages tell(List<String> story) {
        Messages messages = new Messages();
        int n = 0;
        for (String kind : story) {
            n++;
            switch (kind) {
                case "person" -> messages.person("p" + n);
                case "begin" -> messages.begin("t" + n);
                case "say" -> messages.say("s" + n);
                case "tool" -> messages.tool("c" + n % 3, "Bash", "x");
                case "toolEnd" -> messages.toolEnd("c" + n % 3);
                case "end" -> messages.end(TurnStatus.values()[n % 3]);
                case "closed" -> messages.closed();
                case "codex" -> messages.agent("codex", "{\"type\":\"message\",\"message\":\"m\"}");
                case "output" ->
                        messages.agent(
                                "output",
                                "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"c%d\",\"name\":\"n\",\"input\":{}}]}}"
                                        .formatted(n % 3));
                case "result" ->
                        messages.agent(
                                "codex",
                                "{\"type\":\"tool-call-result\",\"callId\":\"c%d\",\"output\":{},\"id\":\"i\"}"
                                        .formatted(n % 3));
                case "ready" -> messages.agent("event", "{\"type\":\"ready\"}");
                case "note" -> messages.agent("event", "{\"type\":\"message\",\"message\":\"x\"}");
                default -> messages.json("{\"role\":\"session\",\"content\":{\"id\":7}}");
            }
        }
        return messages;
    }

    @Property(tries = 300)
    void orderOfArrivalAndRepetitionsChangeNothing(
            @ForAll("stories") List<String> story, @ForAll long seed) {
        List<Received> told = tell(story).all;
        List<Received> shuffled = new ArrayList<>(told);
        shuffled.addAll(told.subList(0, told.size() / 2));
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(Conversation.of(shuffled)).isEqualTo(Conversation.of(told));
    }

    @Property(tries = 300)
    void rowsHaveTheirOwnIdsAndAreInTheOrderOfTime(@ForAll("stories") List<String> story) {
        List<Entry> entries = tell(story).conversation().entries();
        Set<String> ids = new HashSet<>();
        long before = Long.MIN_VALUE;
        for (Entry entry : entries) {
            assertThat(ids.add(entry.id())).isTrue();
            assertThat(entry.timeMs()).isGreaterThanOrEqualTo(before);
            before = entry.timeMs();
        }
    }

    @Property(tries = 300)
    void laterMessagesTakeNoRowAwayAndNoTurnRunsBackwards(@ForAll("stories") List<String> story) {
        List<Received> told = tell(story).all;
        Set<String> before = new HashSet<>();
        int ended = 0;
        for (int n = 0; n <= told.size(); n++) {
            Conversation part = Conversation.of(told.subList(0, n));
            Set<String> now = new HashSet<>();
            part.entries().forEach(entry -> now.add(entry.id()));
            assertThat(now).containsAll(before);
            before = now;
            int nowEnded = (int) part.turns().stream().filter(t -> t.end().isPresent()).count();
            assertThat(nowEnded).isGreaterThanOrEqualTo(ended);
            ended = nowEnded;
            part.turns()
                    .forEach(
                            turn ->
                                    turn.end()
                                            .ifPresent(
                                                    end ->
                                                            assertThat(end.seq())
                                                                    .isGreaterThanOrEqualTo(
                                                                            turn.startSeq())));
        }
    }

    @Property(tries = 300)
    void diffGivesBothSidesBack(
            @ForAll("lines") List<String> before, @ForAll("lines") List<String> after) {
        List<DiffLine> diff = DiffLine.between(String.join("\n", before), String.join("\n", after));
        assertThat(side(diff, DiffLine.Kind.ADDED)).isEqualTo(String.join("\n", before));
        assertThat(side(diff, DiffLine.Kind.REMOVED)).isEqualTo(String.join("\n", after));
    }

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.of("a", "b", "c", "d").list().ofMaxSize(12);
    }

    private static String side(List<DiffLine> diff, DiffLine.Kind without) {
        return String.join(
                "\n",
                diff.stream().filter(line -> line.kind() != without).map(DiffLine::text).toList());
    }
}
