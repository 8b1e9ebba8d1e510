package dev.roosthold.client.sessions;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SecretBoxCipher;
import dev.roosthold.crypto.SymmetricKey;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a client can open, and how it writes new records. Immutable, thread-safe when its random
/// source is.
///
/// | Made by | Opens | New records |
/// |---|---|---|
/// | [#owner] | everything of the account | with a key of their own |
/// | [#legacy] | everything of the account | under the master secret, the older form |
/// | [#writer] | only what its own kept keys open | with a key of their own |
public final class Keyring {
    private final Optional<AccountKeys> account;
    private final BoxPublicKey recipient;
    private final boolean older;
    private final SecureRandom random;

    private Keyring(
            Optional<AccountKeys> account,
            BoxPublicKey recipient,
            boolean older,
            SecureRandom random) {
        this.account = account;
        this.recipient = recipient;
        this.older = older;
        this.random = random;
    }

    /// A client of the person.
    public static Keyring owner(MasterSecret secret, SecureRandom random) {
        AccountKeys keys = AccountKeys.of(secret);
        return new Keyring(Optional.of(keys), keys.contentPublicKey(), false, random);
    }

    /// A client that was paired in the older form and has the master secret.
    public static Keyring legacy(MasterSecret secret, SecureRandom random) {
        AccountKeys keys = AccountKeys.of(secret);
        return new Keyring(Optional.of(keys), keys.contentPublicKey(), true, random);
    }

    /// A client that knows only the account's public key: it writes what the person can read, and
    /// reads nothing that it has not written with a key that it still has.
    public static Keyring writer(BoxPublicKey account, SecureRandom random) {
        return new Keyring(Optional.empty(), account, false, random);
    }

    /// A key for a new record.
    public RecordKey fresh() {
        if (older) {
            EncryptedJson encryption = masterEncryption().orElseThrow();
            return new RecordKey(Optional.empty(), Optional.empty(), encryption);
        }
        return of(SymmetricKey.random(random));
    }

    /// A key that was kept from an earlier run: what makes it possible to come back to a record.
    public RecordKey of(SymmetricKey kept) {
        return new RecordKey(
                Optional.of(kept),
                Optional.of(DataEncryptionKey.wrap(kept, recipient, random)),
                new EncryptedJson(new DataKeyCipher(kept, random)));
    }

    /// The encryption of a record with this `dataEncryptionKey`; empty when it cannot be opened
    /// here.
    public Optional<EncryptedJson> open(@Nullable String dataEncryptionKey) {
        if (dataEncryptionKey == null) {
            return masterEncryption();
        }
        try {
            return account.map(
                    keys ->
                            new EncryptedJson(
                                    new DataKeyCipher(
                                            DataEncryptionKey.unwrap(
                                                    dataEncryptionKey, keys.contentSecretKey()),
                                            random)));
        } catch (CryptoException e) {
            return Optional.empty();
        }
    }

    private Optional<EncryptedJson> masterEncryption() {
        return account.map(keys -> new EncryptedJson(new SecretBoxCipher(keys.master(), random)));
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
