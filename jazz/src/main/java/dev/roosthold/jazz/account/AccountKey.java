package dev.roosthold.jazz.account;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// What one needs to be a person: the secret, from which the account's id follows. Every device
/// that holds the same secret is the same person. Thread-safe.
public final class AccountKey {
    private final byte @Nullable [] seed;
    private final Identity identity;

    private AccountKey(byte @Nullable [] seed, AgentSecret secret) {
        this.seed = seed;
        this.identity = Identity.ofAccount(secret);
    }

    /// A new person.
    public static AccountKey random(SecureRandom random) {
        byte[] seed = new byte[32];
        random.nextBytes(seed);
        return ofSeed(seed);
    }

    /// The person of a seed.
    ///
    /// @param seed 32 bytes
    public static AccountKey ofSeed(byte[] seed) {
        return new AccountKey(seed.clone(), AgentSecret.ofSeed(seed));
    }

    /// The person of 24 words.
    ///
    /// @throws FormatException when they are no such words
    public static AccountKey ofPassphrase(String words) {
        return ofSeed(Passphrase.secret(words));
    }

    /// The person of the secrets that other clients keep as `accountSecret`. It has no passphrase.
    ///
    /// @param text `sealerSecret_z.../signerSecret_z...`
    /// @throws FormatException when it is none
    public static AccountKey ofAccountSecret(String text) {
        return new AccountKey(null, AgentSecret.of(text));
    }

    /// This key, if it belongs to the account.
    ///
    /// @throws WrongAccountException when another account's id follows from the secret
    public AccountKey of(CoId account) {
        if (!account.equals(accountId())) {
            throw new WrongAccountException(account);
        }
        return this;
    }

    public CoId accountId() {
        CoId account = identity.account();
        if (account == null) {
            throw new IllegalStateException("an account key has an account");
        }
        return account;
    }

    public Identity identity() {
        return identity;
    }

    /// The 24 words. Keep them out of logs.
    ///
    /// @throws IllegalStateException when the key was not made from a seed
    public String passphrase() {
        byte[] known = seed;
        if (known == null) {
            throw new IllegalStateException("the seed of this account is not known here");
        }
        return Passphrase.of(known);
    }

    @Override
    public String toString() {
        return "AccountKey[" + identity.account() + "]";
    }
}
