package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;

/// What a session process told about itself in the forms before the session protocol.
public sealed interface SessionNotice {

    /// The agent waits for a person.
    record Ready() implements SessionNotice {}

    /// Who has control now.
    ///
    /// @param mode `local`: the person at the terminal, or `remote`
    record Switch(String mode) implements SessionNotice {}

    record Note(String message) implements SessionNotice {}

    /// The account's limit at the vendor is reached.
    ///
    /// @param endsAt when it ends, a Unix time as the vendor gave it
    record LimitReached(long endsAt) implements SessionNotice {}

    record Unknown(JsonObject json) implements SessionNotice {}
}
