package dev.roosthold.client.conversation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Live streams of one session put together from their frames. Bounded: a stream that never ends
/// and frames that come late cost nothing for long. Not thread-safe.
final class LiveTexts {
    private static final int MAX_OPEN = 16;
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_ENDED = 256;

    private final Map<String, Open> open = new LinkedHashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();

    private static final class Open {
        final StringBuilder text = new StringBuilder();
        long next;
        String turn = "";
        boolean thinking;
        boolean partial;
    }

    /// @param frame decrypted: `{"t": "text", "turn": id, "text": part, "thinking"?: true}`
    /// @return whether there is anything new to show
    boolean frame(String streamId, long n, JsonNode frame) {
        if (ended.contains(streamId) || !frame.path("t").asString("").equals("text")) {
            return false;
        }
        Open stream = open.computeIfAbsent(streamId, _ -> new Open());
        if (n < stream.next || stream.text.length() > MAX_TEXT) {
            return false;
        }
        stream.partial |= n > stream.next;
        stream.next = n + 1;
        stream.turn = frame.path("turn").asString("");
        stream.thinking = frame.path("thinking").asBoolean(false);
        stream.text.append(frame.path("text").asString(""));
        while (open.size() > MAX_OPEN) {
            open.remove(open.keySet().iterator().next());
        }
        return true;
    }

    /// The words are stored.
    void end(String streamId) {
        open.remove(streamId);
        ended.add(streamId);
        while (ended.size() > MAX_ENDED) {
            ended.remove(ended.iterator().next());
        }
    }

    /// A turn is over: its words are not being made any more. Those of the next may have begun.
    void endTurn(String turn) {
        open.entrySet().stream()
                .filter(one -> one.getValue().turn.isEmpty() || one.getValue().turn.equals(turn))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::end);
    }

    /// What was begun cannot be continued.
    void endAll() {
        List.copyOf(open.keySet()).forEach(this::end);
    }

    List<LiveText> shown() {
        List<LiveText> texts = new ArrayList<>();
        open.forEach(
                (id, stream) ->
                        texts.add(
                                new LiveText(
                                        id,
                                        stream.text.toString(),
                                        stream.thinking,
                                        stream.partial)));
        return texts;
    }
}
