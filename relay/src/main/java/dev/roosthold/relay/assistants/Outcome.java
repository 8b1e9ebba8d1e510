package dev.roosthold.relay.assistants;

import dev.roosthold.protocol.machines.Assistant;

/// What became of a change of an assistant.
sealed interface Outcome {

    /// The assistant as it is now, changed or as it was asked for already.
    record Done(Assistant assistant) implements Outcome {}

    /// It is not there any more.
    record Gone() implements Outcome {}

    /// What was asked for is not possible from where it is.
    ///
    /// @param text for the answer
    record Refused(String text) implements Outcome {}

    /// There are too many, or they come too fast.
    record TooMany() implements Outcome {}

    /// No such assistant, or no such machine in this account.
    record Unknown() implements Outcome {}
}
