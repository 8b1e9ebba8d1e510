package dev.roosthold.relay.messages;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import java.util.List;

/// What the routes of messages do, for tests without sockets.
public final class MessageAccess {
    private MessageAccess() {}

    /// @return its number
    public static long post(
            Messages messages, Caller caller, SessionId session, String localId, String content) {
        return messages.post(caller, session, List.of(messages.draft(localId, content)))
                .orElseThrow()
                .getFirst()
                .seq();
    }

    /// @param seq number in the session
    public record Row(long seq, String localId, String content) {}

    public static List<Row> after(Messages messages, Caller caller, SessionId session, long seq) {
        return messages.after(caller, session, seq, 500).orElseThrow().messages().stream()
                .map(
                        message ->
                                new Row(
                                        message.seq(),
                                        String.valueOf(message.localId()),
                                        message.content().c()))
                .toList();
    }
}
