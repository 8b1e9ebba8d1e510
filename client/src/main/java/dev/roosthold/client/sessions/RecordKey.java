package dev.roosthold.client.sessions;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.SymmetricKey;
import java.util.Optional;

/// The key that a new record is written with.
///
/// @param key the record's own key; empty in the older form, where the account's master secret is
///     the key
/// @param sealed the key, sealed to the account: the field `dataEncryptionKey`
public record RecordKey(
        Optional<SymmetricKey> key, Optional<String> sealed, EncryptedJson encryption) {}
