package dev.roosthold.client.account;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.KeyBytes;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `account.json` in the home directory: the sign-in of this computer's commands and daemon, mode
/// 0600, replaced in one step. Keys are standard base64.
///
/// ```
/// {"format":1, "kind":"whole", "server":"https://relay.example", "token":text,
///  "secret":base64, "recoveryKept":bool}
/// {"format":1, "kind":"terminal", "server":"https://relay.example", "token":text,
///  "contentPublicKey":base64, "machineKey":base64}
/// ```
///
/// Thread-safe: each call reads or replaces the whole file.
public final class SignInFile {
    private static final Logger LOG = LoggerFactory.getLogger(SignInFile.class);
    private static final String NAME = "account.json";
    private static final int FORMAT = 1;
    private static final long MAX_BYTES = 64 * 1024;
    private static final String WHOLE = "whole";
    private static final String TERMINAL = "terminal";

    private final Path file;

    /// @param home the directory of all files of the programs
    public SignInFile(Path home) {
        file = home.resolve(NAME);
    }

    public Path path() {
        return file;
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /// Empty when there is no file.
    ///
    /// @throws SignInException when it cannot be read or understood
    public Optional<SignIn> read() {
        if (!exists()) {
            return Optional.empty();
        }
        try {
            if (PrivateFiles.tighten(file)) {
                LOG.warn("{} was readable by others; it is not any more", file);
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new SignInException(file + " is not a stored sign-in");
            }
            return Optional.of(decode(Codec.mapper().readTree(Files.readAllBytes(file))));
        } catch (IOException e) {
            throw new SignInException("cannot read " + file, e);
        } catch (JacksonException | IllegalArgumentException | CryptoException _) {
            // Without the cause: its message may quote the file.
            throw new SignInException(file + " is damaged or not a stored sign-in");
        }
    }

    /// Stores the sign-in, instead of one that is there. When this returns it is on the disk.
    ///
    /// @throws SignInException when it cannot be written; then what was there is still there
    public void write(SignIn signIn) {
        try {
            PrivateFiles.createDirectory(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            PrivateFiles.write(
                    file,
                    Codec.mapper()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(encode(signIn))
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new SignInException("cannot write " + file, e);
        }
    }

    /// Forgets the sign-in.
    ///
    /// @throws SignInException when it cannot be deleted
    public void delete() {
        try {
            Files.deleteIfExists(file);
            PrivateFiles.syncName(file);
        } catch (IOException e) {
            throw new SignInException("cannot delete " + file, e);
        }
    }

    /// Gives the file another name, `account.json.<suffix>`, so that it is not used and not lost.
    ///
    /// @return the new name
    /// @throws SignInException when that fails; then it is still in place
    public Path putAside(String suffix) {
        try {
            Path aside = file.resolveSibling(NAME + "." + suffix);
            for (int n = 2; Files.exists(aside); n++) {
                aside = file.resolveSibling(NAME + "." + suffix + "-" + n);
            }
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            PrivateFiles.syncName(file);
            return aside;
        } catch (IOException e) {
            throw new SignInException("cannot put " + file + " aside", e);
        }
    }

    private static ObjectNode encode(SignIn signIn) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("format", FORMAT);
        object.put(
                "kind",
                switch (signIn) {
                    case SignIn.Whole _ -> WHOLE;
                    case SignIn.Terminal _ -> TERMINAL;
                });
        object.put("server", signIn.server().toString());
        object.put("token", signIn.bearer().value());
        switch (signIn) {
            case SignIn.Whole whole -> {
                object.put("secret", base64(whole.secret()));
                object.put("recoveryKept", whole.recoveryKept());
            }
            case SignIn.Terminal terminal -> {
                object.put("contentPublicKey", base64(terminal.contentPublicKey()));
                object.put("machineKey", base64(terminal.machineKey()));
            }
        }
        return object;
    }

    private static SignIn decode(JsonNode object) {
        if (object.path("format").asInt(0) != FORMAT) {
            throw new IllegalArgumentException("unknown format");
        }
        RelayAddress server = RelayAddress.parse(text(object, "server"));
        BearerToken bearer = new BearerToken(text(object, "token"));
        return switch (text(object, "kind")) {
            case WHOLE ->
                    new SignIn.Whole(
                            server,
                            new MasterSecret(key(object, "secret")),
                            bearer,
                            object.path("recoveryKept").asBoolean(false));
            case TERMINAL ->
                    new SignIn.Terminal(
                            server,
                            new BoxPublicKey(key(object, "contentPublicKey")),
                            new SymmetricKey(key(object, "machineKey")),
                            bearer);
            default -> throw new IllegalArgumentException("unknown kind");
        };
    }

    private static String base64(KeyBytes key) {
        return Base64.getEncoder().encodeToString(key.bytes());
    }

    private static byte[] key(JsonNode object, String field) {
        return Base64.getDecoder().decode(text(object, field));
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value.asString();
    }
}
