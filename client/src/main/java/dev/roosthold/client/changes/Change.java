package dev.roosthold.client.changes;

import dev.roosthold.client.MachineRow;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What an update tells. Texts are ciphertext as stored; parts that did not change are empty.
public sealed interface Change {

    record SessionAdded(SessionRow session) implements Change {}

    record SessionChanged(
            SessionId session, Optional<Versioned> metadata, Optional<Versioned> agentState)
            implements Change {}

    record SessionRemoved(SessionId session) implements Change {}

    record MessageAdded(SessionId session, StoredMessage message) implements Change {}

    record MachineAdded(MachineRow machine) implements Change {}

    record MachineChanged(
            MachineId machine,
            Optional<Versioned> metadata,
            Optional<Versioned> daemonState,
            boolean active)
            implements Change {}

    record MachineRemoved(MachineId machine) implements Change {}

    /// The account's settings changed.
    ///
    /// @param settings of the account, in the older form under the master secret
    record SettingsChanged(Versioned settings) implements Change {}

    /// Anything else: artifacts, key-value pairs, the feed, what later versions add.
    ///
    /// @param type the wire's `t`
    record Other(String type, JsonNode body) implements Change {}
}
