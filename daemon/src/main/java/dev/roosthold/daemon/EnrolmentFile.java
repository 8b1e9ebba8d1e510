package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.KeyBytes;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `machine.json` in the home directory: the credential of this machine, mode 0600.
///
/// ```
/// {"format":1, "server":"https://relay.example", "machineId":text, "secret":text,
///  "accountKey":base64url, "machineKey":base64, "rootDirectory":path}
/// ```
///
/// Without `secret` it is the machine of a terminal that is signed in. With `requestKey` (base64)
/// instead of both keys it waits for its owner's approval.
final class EnrolmentFile {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentFile.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String NAME = "machine.json";
    private static final int FORMAT = 1;
    private static final long MAX_BYTES = 64 * 1024;

    private final Path file;

    EnrolmentFile(Path home) {
        file = home.resolve(NAME);
    }

    Path path() {
        return file;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /// Empty when there is no file.
    ///
    /// @throws DaemonException when it cannot be read or understood
    Optional<MachineIdentity> read() {
        if (!exists()) {
            return Optional.empty();
        }
        try {
            if (PrivateFiles.tighten(file)) {
                LOG.warn("{} was readable by others; it is not any more", file);
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new DaemonException(file + " is not a machine credential");
            }
            return Optional.of(decode(JSON.readTree(Files.readAllBytes(file))));
        } catch (IOException e) {
            throw new DaemonException("cannot read " + file, e);
        } catch (JacksonException | IllegalArgumentException | CryptoException _) {
            // Without the cause: its message may quote the file.
            throw new DaemonException(file + " is damaged or not a machine credential");
        }
    }

    void write(MachineIdentity identity) {
        ObjectNode object = JSON.createObjectNode();
        object.put("format", FORMAT);
        object.put("server", identity.server().toString());
        object.put("machineId", identity.machine().value());
        switch (identity) {
            case MachineCredential.WithToken withToken -> {
                object.put("secret", withToken.token().secret());
                putKeys(object, withToken);
            }
            case MachineCredential.OfSignIn ofSignIn -> putKeys(object, ofSignIn);
            case PendingEnrolment pending -> {
                object.put("secret", pending.token().secret());
                object.put("requestKey", base64(pending.requestKey()));
            }
        }
        object.put("rootDirectory", identity.rootDirectory().toString());
        try {
            PrivateFiles.write(
                    file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(object));
        } catch (IOException e) {
            throw new DaemonException("cannot write " + file, e);
        }
    }

    private static void putKeys(ObjectNode object, MachineCredential credential) {
        object.put("accountKey", credential.accountKey().text());
        object.put("machineKey", base64(credential.machineKey()));
    }

    private static String base64(KeyBytes key) {
        return Base64.getEncoder().encodeToString(key.bytes());
    }

    /// Keeps what is there under another name.
    ///
    /// @return the copy
    Path backUp(String suffix) {
        try {
            Path copy = file.resolveSibling(NAME + "." + suffix);
            for (int n = 2; Files.exists(copy); n++) {
                copy = file.resolveSibling(NAME + "." + suffix + "-" + n);
            }
            PrivateFiles.write(copy, Files.readAllBytes(file));
            return copy;
        } catch (IOException e) {
            throw new DaemonException("cannot keep a copy of " + file, e);
        }
    }

    private static MachineIdentity decode(JsonNode object) {
        if (object.path("format").asInt(0) != FORMAT) {
            throw new IllegalArgumentException("unknown format");
        }
        RelayAddress server = RelayAddress.parse(text(object, "server"));
        MachineId machine = new MachineId(text(object, "machineId"));
        Path root = Path.of(text(object, "rootDirectory"));
        if (object.has("requestKey")) {
            return new PendingEnrolment(
                    server,
                    new MachineToken(machine, text(object, "secret")),
                    new BoxSecretKey(bytes(object, "requestKey")),
                    root);
        }
        AccountKey accountKey = AccountKey.parse(text(object, "accountKey"));
        SymmetricKey machineKey = new SymmetricKey(bytes(object, "machineKey"));
        return object.has("secret")
                ? new MachineCredential.WithToken(
                        server,
                        new MachineToken(machine, text(object, "secret")),
                        accountKey,
                        machineKey,
                        root)
                : new MachineCredential.OfSignIn(server, machine, accountKey, machineKey, root);
    }

    private static byte[] bytes(JsonNode object, String field) {
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
