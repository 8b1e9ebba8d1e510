package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.KnownState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What clients and a real relay said to each other.
final class SyncTranscriptsTest {
    @Test
    void thePingIsRead() {
        Json.Obj ping = Vectors.object(Vectors.file("sync-transcripts"), "ping");
        assertThat(SyncCodec.read(JsonText.compact(ping.get("frame"))))
                .isEqualTo(new SyncMessage.Ping(0));
    }

    /// Every message of every scenario is read, and written so that the same is read again.
    @TestFactory
    Stream<DynamicTest> messagesAreReadAndWritten() {
        return Vectors.each(
                Vectors.file("sync-transcripts"),
                "scenarios",
                scenario -> {
                    for (Json.Obj entry : Vectors.list(scenario, "log")) {
                        if (!(entry.get("msg") instanceof Json.Obj message)) {
                            continue;
                        }
                        String text = JsonText.compact(message);
                        SyncMessage read = read(text, message);
                        if (read == null) {
                            assertThat(message.text("action")).isEqualTo("dance");
                            continue;
                        }
                        String written = SyncCodec.write(read);
                        assertThat(SyncCodec.read(written)).isEqualTo(read);
                        assertThat(withoutFalse(Json.parse(written)))
                                .isEqualTo(withoutFalse(message));
                    }
                });
    }

    /// The contents that clients sent, given to one node in the order of the file: what it then has
    /// is what the relay answered.
    @Test
    void contentsLeadToTheKnownStatesOfTheRelay() {
        var relay = new Node(null);
        var waiting = new ArrayList<Content>();
        int compared = 0;
        for (Json.Obj scenario : Vectors.list(Vectors.file("sync-transcripts"), "scenarios")) {
            var answers = new LinkedHashMap<String, SyncMessage>();
            var requested = new ArrayList<CoId>();
            for (Json.Obj entry : Vectors.list(scenario, "log")) {
                if (!(entry.get("msg") instanceof Json.Obj message)) {
                    continue;
                }
                SyncMessage read = read(JsonText.compact(message), message);
                boolean toRelay = "client->relay".equals(entry.text("dir"));
                if (toRelay && read instanceof SyncMessage.Push(Content content)) {
                    waiting.add(restored(content));
                    take(relay, waiting, answers, requested);
                } else if (!toRelay
                        && read instanceof SyncMessage.Known(KnownState known, boolean _)
                        && answers.containsKey(known.id().text())) {
                    assertThat(answers.get(known.id().text()))
                            .as(Vectors.text(scenario, "name"))
                            .isEqualTo(read);
                    compared++;
                } else if (!toRelay
                        && read instanceof SyncMessage.Load(KnownState known)
                        && !known.header()) {
                    assertThat(requested).contains(known.id());
                }
            }
            assertThat(waiting).as(Vectors.text(scenario, "name")).isEmpty();
        }
        assertThat(compared).isGreaterThan(20);
    }

    /// The frames of the scenario `garbage` that are no JSON.
    @Test
    void garbageIsRefusedWithOneKindOfError() {
        assertThat(SyncCodec.lines("")).isEmpty();
        assertThat(SyncCodec.lines("\n{}\n\n{}")).hasSize(2);
        assertThatThrownBy(() -> SyncCodec.read("this is not json"))
                .isInstanceOf(FormatException.class);
        assertThat(SyncCodec.read("{}")).isNull();
        assertThat(SyncCodec.read("{\"action\":\"dance\",\"id\":7}".replace("7", "\"x\"")))
                .isNull();
    }

    private static void take(
            Node relay,
            List<Content> waiting,
            Map<String, SyncMessage> answers,
            List<CoId> requested) {
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Content content : List.copyOf(waiting)) {
                switch (relay.receive(content)) {
                    case Received.Waiting(var missing) -> {
                        requested.addAll(missing);
                        continue;
                    }
                    case Received.Applied(var known, boolean gap, var _, var _) ->
                            answers.put(known.id().text(), new SyncMessage.Known(known, gap));
                    case Received.Headless(CoId id) ->
                            answers.put(
                                    id.text(), new SyncMessage.Known(KnownState.nothing(id), true));
                    case Received.Forged(CoId id) ->
                            answers.put(
                                    id.text(),
                                    new SyncMessage.Known(KnownState.nothing(id), false));
                }
                waiting.remove(content);
                progress = true;
            }
        }
    }

    /// The transcripts shorten the payloads of one value; they stand in full in another file.
    private static Content restored(Content content) {
        for (Content full : Vectors.contents(Vectors.file("costream-large-chunks"), "messages")) {
            if (full.id().equals(content.id())
                    && full.sessions().values().iterator().next().after()
                            == content.sessions().values().iterator().next().after()) {
                return full;
            }
        }
        return content;
    }

    private static SyncMessage read(String text, Json.Obj message) {
        SyncMessage read = SyncCodec.read(text);
        if (read instanceof SyncMessage.Push(Content content)
                && message.get("header") instanceof Json.Obj header) {
            assertThat(content.header()).isEqualTo(Header.of(header));
        }
        return read;
    }

    /// Members that say nothing: `isCorrection: false`.
    private static Json withoutFalse(Json message) {
        var members = new HashMap<>(((Json.Obj) message).members());
        if (Json.of(false).equals(members.get("isCorrection"))) {
            members.remove("isCorrection");
        }
        return new Json.Obj(members);
    }
}
