package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.SealerId;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.math.ec.rfc7748.X25519;

/// An X25519 secret. Thread-safe.
public final class SealerSecret extends Secret32 {
    private static final String PREFIX = "sealerSecret_z";

    public SealerSecret(byte[] scalar) {
        super(scalar);
    }

    /// Reads the text form.
    ///
    /// @throws FormatException when the text is no sealer secret
    public static SealerSecret of(String text) {
        return new SealerSecret(Base58.decode(text, PREFIX, 32));
    }

    /// The sealer of a group, which everybody who has the group's read key can derive.
    public static SealerSecret ofGroup(KeySecret readKey) {
        return new SealerSecret(
                Blake3.hash("groupSealer", readKey.reveal().getBytes(StandardCharsets.UTF_8)));
    }

    public SealerId id() {
        byte[] key = new byte[X25519.POINT_SIZE];
        X25519.generatePublicKey(raw(), 0, key, 0);
        return SealerId.of(key);
    }

    /// @throws FormatException when the other key has small order, which gives a known secret
    byte[] shared(byte[] otherKey) {
        byte[] shared = new byte[X25519.POINT_SIZE];
        if (!X25519.calculateAgreement(raw(), 0, otherKey, 0, shared, 0)) {
            throw new FormatException("weak sealer key");
        }
        return shared;
    }

    @Override
    String prefix() {
        return PREFIX;
    }
}
