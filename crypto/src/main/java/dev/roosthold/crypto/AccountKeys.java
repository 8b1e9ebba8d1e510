package dev.roosthold.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// The keys of an account that follow from its master secret.
///
/// The content key pair is made as libsodium's `crypto_box_seed_keypair` does: secret key = first
/// 32 bytes of SHA-512 of the content seed. Never changes until it is closed.
public final class AccountKeys implements AutoCloseable {
    private final MasterSecret master;
    private final BoxSecretKey contentSecretKey;
    private final BoxPublicKey contentPublicKey;

    private AccountKeys(MasterSecret master) {
        this.master = master;
        try (SymmetricKey seed = contentSeed(master)) {
            contentSecretKey = seededSecretKey(seed.shared());
        }
        contentPublicKey = contentSecretKey.publicKey();
    }

    public static AccountKeys of(MasterSecret master) {
        return new AccountKeys(master);
    }

    public MasterSecret master() {
        return master;
    }

    /// Opens the key of every record of the account.
    public BoxSecretKey contentSecretKey() {
        return contentSecretKey;
    }

    /// Records made for this key can be opened by the account's clients. It goes from person to
    /// machine and never through the relay.
    public BoxPublicKey contentPublicKey() {
        return contentPublicKey;
    }

    /// Sixteen lower-case hexadecimal digits that stand for the account in statistics.
    public String anonymousId() {
        try (SymmetricKey id = KeyTree.derive(master, "Happy Coder", "analytics", "id")) {
            return HexFormat.of().formatHex(id.shared(), 0, 8);
        }
    }

    static SymmetricKey contentSeed(MasterSecret master) {
        return KeyTree.derive(master, "Happy EnCoder", "content");
    }

    private static BoxSecretKey seededSecretKey(byte[] seed) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-512").digest(seed);
            byte[] secret = Arrays.copyOf(hash, KeyBytes.LENGTH);
            Arrays.fill(hash, (byte) 0);
            return wrapped(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    private static BoxSecretKey wrapped(byte[] secret) {
        try {
            return new BoxSecretKey(secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /// Wipes the content secret key. The master secret stays: it belongs to who gave it.
    @Override
    public void close() {
        contentSecretKey.close();
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
