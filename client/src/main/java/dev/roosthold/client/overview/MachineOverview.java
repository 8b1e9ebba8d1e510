package dev.roosthold.client.overview;

import dev.roosthold.protocol.MachineId;
import java.util.List;
import java.util.Optional;

/// A machine in a list.
///
/// @param name the person's own for it, else that of the host, else the id
/// @param sinceMs online: when its daemon was started, 0 when it does not say; offline: when it was
///     last active. Unix milliseconds
/// @param policy what may be done there from afar
/// @param agents that are installed there
/// @param locked whether its record does not open here
/// @param stage how far it is with joining
public record MachineOverview(
        MachineId id,
        String name,
        boolean online,
        long sinceMs,
        Optional<String> platform,
        Optional<String> policy,
        List<String> agents,
        List<String> rootDirectories,
        boolean locked,
        Stage stage) {

    /// How far a machine is with joining the account.
    public enum Stage {
        /// Added by its owner, and never there.
        NEVER_CONNECTED,
        /// Was there, and waits until its owner approves it.
        WAITS_FOR_APPROVAL,
        /// Has its keys, and has told of itself.
        JOINED
    }

    public MachineOverview {
        agents = List.copyOf(agents);
        rootDirectories = List.copyOf(rootDirectories);
    }
}
