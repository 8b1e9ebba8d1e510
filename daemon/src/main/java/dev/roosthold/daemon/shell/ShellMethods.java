package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.util.Map;
import java.util.function.Supplier;

/// The methods of this package by their names.
public final class ShellMethods {
    private ShellMethods() {}

    /// Looks for the programs once.
    ///
    /// @param roots asked at each call
    /// @param searchPath where programs are looked for, as in the variable `PATH`
    public static Map<String, RpcMethod> of(Supplier<Roots> roots, String searchPath) {
        return Map.of(
                "bash",
                new Bash(roots),
                "ripgrep",
                RpcMethod.reporting(new Ripgrep(roots, Programs.find("rg", searchPath))),
                "difftastic",
                RpcMethod.reporting(new Difftastic(roots, Programs.find("difft", searchPath))));
    }
}
