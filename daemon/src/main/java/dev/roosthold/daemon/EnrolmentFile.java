package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.CryptoException;
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
    Optional<MachineCredential> read() {
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

    void write(MachineCredential credential) {
        ObjectNode object = JSON.createObjectNode();
        object.put("format", FORMAT);
        object.put("server", credential.server().toString());
        object.put("machineId", credential.token().machine().value());
        object.put("secret", credential.token().secret());
        object.put("accountKey", credential.accountKey().text());
        object.put(
                "machineKey", Base64.getEncoder().encodeToString(credential.machineKey().bytes()));
        object.put("rootDirectory", credential.rootDirectory().toString());
        try {
            PrivateFiles.write(
                    file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(object));
        } catch (IOException e) {
            throw new DaemonException("cannot write " + file, e);
        }
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

    private static MachineCredential decode(JsonNode object) {
        if (object.path("format").asInt(0) != FORMAT) {
            throw new IllegalArgumentException("unknown format");
        }
        return new MachineCredential(
                RelayAddress.parse(text(object, "server")),
                new MachineToken(new MachineId(text(object, "machineId")), text(object, "secret")),
                AccountKey.parse(text(object, "accountKey")),
                new SymmetricKey(Base64.getDecoder().decode(text(object, "machineKey"))),
                Path.of(text(object, "rootDirectory")));
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value.asString();
    }
}
