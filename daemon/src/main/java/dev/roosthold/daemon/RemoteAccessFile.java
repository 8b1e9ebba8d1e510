package dev.roosthold.daemon;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.daemon.rpc.RemotePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `remote.json` in the home directory, mode 0600: the policy and the root directories of this
/// machine. There is none as long as nothing was changed: then the policy is `full`, and the one
/// root directory is that of the enrolment.
///
/// ```
/// {"format":1, "policy":"full"|"sessions"|"locked", "rootDirectories":[path]}
/// ```
///
/// A running daemon reads it before each call.
public final class RemoteAccessFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int FORMAT = 1;
    private static final long MAX_BYTES = 256 * 1024;

    private final Path file;

    /// @param home the directory of all files of this program
    public RemoteAccessFile(Path home) {
        file = home.resolve("remote.json");
    }

    Path path() {
        return file;
    }

    /// The settings that hold now.
    ///
    /// @param rootDirectory of the enrolment
    /// @throws DaemonException when it cannot be read or understood
    public RemoteAccess read(Path rootDirectory) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw damaged();
            }
            return decode(JSON.readTree(Files.readAllBytes(file)));
        } catch (NoSuchFileException _) {
            return new RemoteAccess(RemotePolicy.FULL, List.of(rootDirectory));
        } catch (IOException e) {
            throw new DaemonException("cannot read " + file, e);
        } catch (JacksonException | InvalidPathException _) {
            throw damaged();
        }
    }

    private RemoteAccess decode(JsonNode object) {
        JsonNode directories = object.path("rootDirectories");
        RemotePolicy policy =
                RemotePolicy.of(object.path("policy").asString("")).orElseThrow(this::damaged);
        if (object.path("format").asInt(0) != FORMAT || !directories.isArray()) {
            throw damaged();
        }
        List<Path> roots = new ArrayList<>();
        for (JsonNode directory : directories) {
            Path root = Path.of(directory.asString(""));
            if (!root.isAbsolute()) {
                throw damaged();
            }
            roots.add(root);
        }
        return new RemoteAccess(policy, roots);
    }

    private DaemonException damaged() {
        return new DaemonException(
                file + " is damaged; set it anew with `roost daemon policy` after removing it");
    }

    /// Replaces it in one step.
    ///
    /// @throws DaemonException when it cannot be written
    public void write(RemoteAccess access) {
        ObjectNode object = JSON.createObjectNode();
        object.put("format", FORMAT);
        object.put("policy", access.policy().text());
        ArrayNode roots = object.putArray("rootDirectories");
        access.roots().forEach(root -> roots.add(root.toString()));
        try {
            PrivateFiles.createDirectory(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            PrivateFiles.write(
                    file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(object));
        } catch (IOException e) {
            throw new DaemonException("cannot write " + file, e);
        }
    }

    /// After an enrolment with this root directory: it is the only one again. The policy stays.
    void enrolledWith(Path rootDirectory) {
        if (Files.exists(file)) {
            write(read(rootDirectory).withRoots(List.of(rootDirectory)));
        }
    }
}
