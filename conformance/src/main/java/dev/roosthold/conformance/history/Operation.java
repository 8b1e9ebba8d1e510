package dev.roosthold.conformance.history;

import java.util.List;

/// One thing that a client did or heard, as it saw it. Immutable.
public sealed interface Operation {

    /// Who did it; a name for people.
    String client();

    /// The register or stream it was about. A register and a stream never have the same name.
    String subject();

    Span span();

    /// What concerns a versioned register.
    sealed interface OnRegister extends Operation {}

    /// What concerns a stream of numbered messages.
    sealed interface OnStream extends Operation {}

    /// Replacing a value.
    ///
    /// @param expected the version that is to be replaced; the write makes the next one
    record Write(
            String client,
            String subject,
            long expected,
            String value,
            Span span,
            WriteOutcome outcome)
            implements OnRegister {}

    /// How a write ended.
    sealed interface WriteOutcome {
        /// @param version that the server named
        record Stored(long version) implements WriteOutcome {}

        /// Refused because the version was another: what is there instead.
        record Mismatch(long version, String value) implements WriteOutcome {}

        /// Refused for another reason: nothing may have happened.
        record Refused() implements WriteOutcome {}

        /// No answer came: it happened or not.
        record Unknown() implements WriteOutcome {}
    }

    /// Reading a value.
    record Read(String client, String subject, long version, String value, Span span)
            implements OnRegister {}

    /// Being told of a value without asking. It may come late, so it says nothing about what was
    /// current when it came.
    ///
    /// @param connection on which it came; what comes on one connection is in order
    record Told(
            String client, String subject, String connection, long version, String value, long at)
            implements OnRegister {
        @Override
        public Span span() {
            return new Span(at, at);
        }
    }

    /// Adding a message. Sending one again, with its local id, is another such operation.
    record Append(
            String client,
            String subject,
            String localId,
            String content,
            Span span,
            AppendOutcome outcome)
            implements OnStream {}

    /// How adding a message ended.
    sealed interface AppendOutcome {
        /// @param number that the server named
        record Stored(long number) implements AppendOutcome {}

        /// Nothing may have happened.
        record Refused() implements AppendOutcome {}

        /// No answer came: it happened or not.
        record Unknown() implements AppendOutcome {}
    }

    /// One message as it was read or heard.
    record Message(long number, String localId, String content) {}

    /// Reading everything behind a number up to the end.
    record Fetch(String client, String subject, long after, List<Message> messages, Span span)
            implements OnStream {
        public Fetch {
            messages = List.copyOf(messages);
        }
    }

    /// Hearing of a message without asking.
    ///
    /// @param connection on which it came; what comes on one connection is in order, and the server
    ///     may leave out what this client has sent itself
    record Heard(String client, String subject, String connection, Message message, long at)
            implements OnStream {
        @Override
        public Span span() {
            return new Span(at, at);
        }
    }
}
