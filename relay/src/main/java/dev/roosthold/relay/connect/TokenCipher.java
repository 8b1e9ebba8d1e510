package dev.roosthold.relay.connect;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.secrets.SecretCipher;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Encrypts vendor tokens for the disk.
///
/// Account and vendor are authenticated with it, so that a row copied to another account does not
/// open there. The key is made with the first token. Thread-safe.
final class TokenCipher {
    static final String KEY_FILE = "vendor-tokens.key";

    private final SecretCipher cipher;

    TokenCipher(SecretFiles secrets) {
        cipher = new SecretCipher(secrets, KEY_FILE);
    }

    /// @throws UncheckedIOException when the key can be neither read nor made
    byte[] encrypt(AccountId account, Vendor vendor, String token) {
        return cipher.encrypt(
                context(account, vendor.wire()), token.getBytes(StandardCharsets.UTF_8));
    }

    /// Empty when it was encrypted with another key, for another account or vendor, or was changed.
    Optional<String> decrypt(AccountId account, String vendor, byte[] stored) {
        return cipher.decrypt(context(account, vendor), stored)
                .map(token -> new String(token, StandardCharsets.UTF_8));
    }

    /// Neither ids nor vendors contain a line break.
    private static byte[] context(AccountId account, String vendor) {
        return (account.value() + "\n" + vendor).getBytes(StandardCharsets.UTF_8);
    }
}
