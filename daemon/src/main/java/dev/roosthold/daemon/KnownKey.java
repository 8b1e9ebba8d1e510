package dev.roosthold.daemon;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.crypto.SymmetricKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the relay has held the machine's row under the present machine key before, kept in
/// `machine.key-known` as a hash of the key.
///
/// It tells two cases apart that look alike. A computer that has lost its files made a new key,
/// which the relay has never seen: the row is put under it. A computer that finds its row under
/// another key although the relay had it under this one shares its token with another computer:
/// it must not take the row away, for the other one would take it back.
final class KnownKey {
    private static final Logger LOG = LoggerFactory.getLogger(KnownKey.class);

    private final Path file;
    private final String hash;

    KnownKey(Path home, SymmetricKey machineKey) {
        file = home.resolve("machine.key-known");
        hash = hash(machineKey);
    }

    boolean isKnown() {
        try {
            return Files.exists(file) && Files.readString(file).strip().equals(hash);
        } catch (IOException e) {
            LOG.warn("cannot read {}", file, e);
            return true;
        }
    }

    void remember() {
        try {
            if (!isKnown()) {
                PrivateFiles.write(file, (hash + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            LOG.warn("cannot write {}", file, e);
        }
    }

    private static String hash(SymmetricKey key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("machine-key-known-v1\0".getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(key.bytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
