package dev.roosthold.protocol.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The methods on files and programs that both machines and sessions have. In a session, paths are
/// limited to its directory; on a machine, to its root directories.
public final class FileMethods {
    public static final RemoteMethod<Bash, BashResult> BASH =
            new RemoteMethod<>("bash", Bash.class, BashResult.class);

    public static final RemoteMethod<PathParams, Content> READ_FILE =
            new RemoteMethod<>("readFile", PathParams.class, Content.class);

    public static final RemoteMethod<WriteFile, Written> WRITE_FILE =
            new RemoteMethod<>("writeFile", WriteFile.class, Written.class);

    public static final RemoteMethod<PathParams, Listing> LIST_DIRECTORY =
            new RemoteMethod<>("listDirectory", PathParams.class, Listing.class);

    public static final RemoteMethod<TreeParams, Tree> GET_DIRECTORY_TREE =
            new RemoteMethod<>("getDirectoryTree", TreeParams.class, Tree.class);

    public static final RemoteMethod<Arguments, ProgramResult> RIPGREP =
            new RemoteMethod<>("ripgrep", Arguments.class, ProgramResult.class);

    public static final RemoteMethod<Arguments, ProgramResult> DIFFTASTIC =
            new RemoteMethod<>("difftastic", Arguments.class, ProgramResult.class);

    private FileMethods() {}

    /// @param cwd `/` stands for the default
    /// @param timeout milliseconds; 30,000 without
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Bash(String command, Optional<String> cwd, OptionalLong timeout) {}

    /// @param success whether the command ended with 0
    /// @param error why it did not run to its end
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record BashResult(
            boolean success,
            String stdout,
            String stderr,
            @JsonProperty(required = true) int exitCode,
            Optional<String> error) {}

    public record PathParams(String path) {}

    /// @param content base64
    public record Content(boolean success, String content) {}

    /// @param content base64
    /// @param expectedHash hexadecimal SHA-256 of what the file holds now; empty, which travels as
    ///     null, when it must not exist
    public record WriteFile(String path, String content, Optional<String> expectedHash) {}

    /// @param hash hexadecimal SHA-256 of what the file holds now
    public record Written(boolean success, String hash) {}

    /// @param entries directories first
    public record Listing(boolean success, List<Entry> entries) {}

    /// What is in a directory.
    ///
    /// @param size bytes
    /// @param modified Unix milliseconds
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Entry(String name, Type type, OptionalLong size, OptionalLong modified) {}

    /// What an entry is.
    public enum Type {
        @JsonProperty("file")
        FILE,
        @JsonProperty("directory")
        DIRECTORY,
        @JsonProperty("other")
        OTHER
    }

    /// @param maxDepth 0 for the directory alone
    public record TreeParams(String path, @JsonProperty(required = true) int maxDepth) {}

    public record Tree(boolean success, Node tree) {}

    /// A directory or file with what is below it.
    ///
    /// @param size bytes
    /// @param modified Unix milliseconds
    /// @param children empty for what is no directory, and below the asked depth
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Node(
            String name,
            String path,
            Type type,
            OptionalLong size,
            OptionalLong modified,
            Optional<List<Node>> children) {}

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Arguments(List<String> args, Optional<String> cwd) {}

    /// @param success whether the program ran; with `ripgrep`, exit code 1 says that nothing was
    ///     found
    public record ProgramResult(
            boolean success,
            @JsonProperty(required = true) int exitCode,
            String stdout,
            String stderr) {}
}
