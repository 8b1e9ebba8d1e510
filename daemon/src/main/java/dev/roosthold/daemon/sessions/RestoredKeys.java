package dev.roosthold.daemon.sessions;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Session keys that a client handed to this machine after it had lost its own files: one file for
/// each session in the directory `session-keys`, mode 0600. Thread-safe.
public final class RestoredKeys {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Path directory;

    /// @param home the directory of all files of this program
    public RestoredKeys(Path home) {
        directory = home.resolve("session-keys");
    }

    /// `restore-session-key {sessionId, key}`: keeps the key, base64 of 32 bytes. One that is there
    /// is replaced: the client reads the session with what it sends.
    public JsonNode restore(Params params) throws MethodFailure, IOException {
        String session = params.text("sessionId");
        if (!ID.matcher(session).matches()) {
            throw new MethodFailure("sessionId is not the id of a session");
        }
        byte[] key = key(params.text("key"));
        PrivateFiles.createDirectory(directory);
        PrivateFiles.write(
                directory.resolve(session),
                (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.UTF_8));
        return JsonNodeFactory.instance.objectNode().put("message", "Session key restored");
    }

    private static byte[] key(String text) throws MethodFailure {
        try {
            return new SymmetricKey(Base64.getDecoder().decode(text)).bytes();
        } catch (IllegalArgumentException | CryptoException _) {
            throw new MethodFailure("key must be base64 of 32 bytes");
        }
    }

    /// The key that was handed over for a session.
    ///
    /// @throws IOException when it is there and cannot be read
    public Optional<SymmetricKey> find(String session) throws IOException {
        if (!ID.matcher(session).matches()) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(directory.resolve(session)).strip();
            return Optional.of(new SymmetricKey(Base64.getDecoder().decode(text)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IllegalArgumentException | CryptoException e) {
            throw new IOException("the key of session " + session + " is damaged", e);
        }
    }
}
