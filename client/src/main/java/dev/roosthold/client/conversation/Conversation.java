package dev.roosthold.client.conversation;

import dev.roosthold.protocol.messages.TokenUsage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What a person sees of a session's messages. Immutable.
///
/// A pure function of the set of messages: neither the order in which they arrived nor repetitions
/// change it. A part of the messages gives the rows of that part: a turn whose beginning is not in
/// it begins with the first of its messages, and the end of a tool whose beginning is not in it is
/// left out.
///
/// @param entries in the order in which they are shown
/// @param turns in the order in which they began
/// @param usage what the agent has last said about it
/// @param lastSeq number of the newest message, 0 without any
public record Conversation(
        List<Entry> entries, List<Turn> turns, Optional<TokenUsage> usage, long lastSeq) {

    public Conversation {
        entries = List.copyOf(entries);
        turns = List.copyOf(turns);
    }

    public static Conversation of(Collection<Received> messages) {
        TreeMap<Long, Received> bySeq = new TreeMap<>();
        messages.forEach(message -> bySeq.putIfAbsent(message.seq(), message));
        ConversationReader reader = new ConversationReader();
        bySeq.values().forEach(reader::read);
        return reader.conversation(bySeq.isEmpty() ? 0 : bySeq.lastKey());
    }

    /// Whether the agent is in a turn.
    public boolean isWorking() {
        return !turns.isEmpty() && turns.getLast().end().isEmpty();
    }

    /// How the turn ended that answers a message: the first that began behind it. When the agent
    /// was in a turn at that moment and began none behind it, it is that one, which may have taken
    /// the message in.
    ///
    /// @param seq number of the message
    /// @return empty while there is no such end
    public Optional<Answer> answerTo(long seq) {
        Optional<Turn> behind = turns.stream().filter(turn -> turn.startSeq() > seq).findFirst();
        if (behind.isPresent()) {
            return behind.get().end().map(end -> new Answer(behind.get(), end, true));
        }
        return turns.stream()
                .filter(turn -> turn.end().filter(end -> end.seq() > seq).isPresent())
                .findFirst()
                .map(turn -> new Answer(turn, turn.end().orElseThrow(), false));
    }

    /// @param certain whether the turn began behind the message
    public record Answer(Turn turn, Turn.End end, boolean certain) {}
}
