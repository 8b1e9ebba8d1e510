package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.util.Map;
import java.util.function.Supplier;

/// The methods of this package by their names.
public final class FileMethods {
    private FileMethods() {}

    /// All of them.
    ///
    /// @param roots asked at each call
    public static Map<String, RpcMethod> of(Supplier<Roots> roots) {
        return Map.of(
                "readFile", RpcMethod.reporting(new ReadFile(roots)),
                "writeFile", RpcMethod.reporting(new WriteFile(roots)),
                "listDirectory", RpcMethod.reporting(new ListDirectory(roots)),
                "getDirectoryTree", RpcMethod.reporting(new DirectoryTree(roots)),
                "make-directory", RpcMethod.reporting(new MakeDirectory(roots)));
    }
}
