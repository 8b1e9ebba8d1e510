package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.FormatException;

/// Who writes: an account, or an agent (a pair of keys) where no account exists yet.
public sealed interface Author permits CoId, AgentId {
    /// The id as it stands in session ids and group entries.
    String text();

    /// Reads the id of an account or agent.
    ///
    /// @throws FormatException when the text is neither
    static Author of(String text) {
        return text.startsWith(CoId.PREFIX) ? new CoId(text) : new AgentId(text);
    }
}
