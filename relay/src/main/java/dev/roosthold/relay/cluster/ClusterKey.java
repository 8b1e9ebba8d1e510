package dev.roosthold.relay.cluster;

import dev.roosthold.relay.ids.Hashes;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/// What the nodes of one cluster have in common and nobody else: from it come the names under
/// which they find each other on the bus, so that a name says nothing of an account or method.
/// Thread-safe.
public final class ClusterKey {
    private static final int BYTES = 32;
    private static final int NAME_BYTES = 16;

    private final byte[] key;

    private ClusterKey(byte[] key) {
        this.key = key;
    }

    /// Reads the key, or makes it.
    ///
    /// @throws IOException when the file cannot be read or written
    public static ClusterKey open(SecretFiles files) throws IOException {
        byte[] key = files.readOrMake("cluster.key", ClusterKey::fresh);
        if (key.length != BYTES) {
            throw new IOException(
                    files.file("cluster.key") + " is damaged; stop all nodes and delete it");
        }
        return new ClusterKey(key);
    }

    private static byte[] fresh() {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /// A name for the text that is the same on all nodes: 32 hexadecimal digits.
    public String name(String text) {
        byte[] hash = Hashes.sha256(key, text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    }

    /// Tells keys apart without giving them away.
    String fingerprint() {
        return name("fingerprint");
    }
}
