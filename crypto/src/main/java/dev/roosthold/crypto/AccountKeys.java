package dev.roosthold.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// The keys of an account that follow from its master secret.
///
/// The content key pair is made as libsodium's `crypto_box_seed_keypair` does: secret key = first
/// 32 bytes of SHA-512 of the content seed. Immutable.
public final class AccountKeys {
    private final MasterSecret master;
    private final BoxSecretKey contentSecretKey;
    private final BoxPublicKey contentPublicKey;

    private AccountKeys(MasterSecret master) {
        this.master = master;
        contentSecretKey = seededSecretKey(contentSeed(master).shared());
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
        byte[] id = KeyTree.derive(master, "Happy Coder", "analytics", "id").shared();
        return HexFormat.of().formatHex(id, 0, 8);
    }

    static SymmetricKey contentSeed(MasterSecret master) {
        return KeyTree.derive(master, "Happy EnCoder", "content");
    }

    private static BoxSecretKey seededSecretKey(byte[] seed) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-512").digest(seed);
            return new BoxSecretKey(Arrays.copyOf(hash, KeyBytes.LENGTH));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
