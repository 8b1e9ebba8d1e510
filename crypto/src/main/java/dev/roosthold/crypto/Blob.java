package dev.roosthold.crypto;

import java.security.SecureRandom;

/// Encrypts attachments: `nonce(24) || secretbox(raw bytes)` under a key of its own that follows
/// from the key of the session. 40 bytes longer than the content.
public final class Blob {
    private static final String USAGE = "Happy Blobs";

    private Blob() {}

    /// The blob key of a session that has its own key.
    public static SymmetricKey keyOf(SymmetricKey sessionKey) {
        return KeyTree.derive(sessionKey, USAGE, "session");
    }

    /// The blob key of sessions of the older form, which have no key of their own.
    public static SymmetricKey keyOf(MasterSecret master) {
        return KeyTree.derive(master, USAGE, "master");
    }

    public static byte[] seal(byte[] plain, SymmetricKey blobKey, SecureRandom random) {
        return SecretBox.seal(plain, blobKey.shared(), random);
    }

    /// @throws CryptoException when the blob is damaged or was made with another key
    public static byte[] open(byte[] blob, SymmetricKey blobKey) {
        return SecretBox.open(blob, blobKey.shared(), "the attachment");
    }
}
