package dev.roosthold.daemon;

import dev.roosthold.daemon.rpc.RemotePolicy;
import java.nio.file.Path;
import java.util.List;

/// What the account may do on this machine from afar, and where.
///
/// @param roots real paths of the root directories, the default one first
public record RemoteAccess(RemotePolicy policy, List<Path> roots) {

    public RemoteAccess {
        roots = List.copyOf(roots);
    }

    /// What holds when the settings cannot be read: nothing is allowed that they might forbid.
    static RemoteAccess closed() {
        return new RemoteAccess(RemotePolicy.LOCKED, List.of());
    }

    public RemoteAccess withPolicy(RemotePolicy value) {
        return new RemoteAccess(value, roots);
    }

    public RemoteAccess withRoots(List<Path> value) {
        return new RemoteAccess(policy, value);
    }
}
