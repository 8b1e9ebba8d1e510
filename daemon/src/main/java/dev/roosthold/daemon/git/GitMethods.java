package dev.roosthold.daemon.git;

import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.util.Map;
import java.util.function.Supplier;

/// The methods of this package by their names, and the clones that are going on.
public final class GitMethods {
    private final GitClone clone;

    /// @param roots asked at each call
    public GitMethods(Supplier<Roots> roots, ProgressStream stream) {
        clone = new GitClone(roots, stream);
    }

    public Map<String, RpcMethod> methods() {
        return Map.of("git-clone", clone);
    }

    /// Ends the clones, with a moment for git to remove what it has begun.
    public void close() throws InterruptedException {
        clone.close();
    }
}
