package dev.roosthold.crypto;

import java.nio.charset.StandardCharsets;

/// Encrypts the fields of one record (session, machine, settings, artifact). All encrypted fields
/// of a record use the same key and form; nothing inside the ciphertext says which form it is.
///
/// Nothing binds a ciphertext to its record, field or version: who stores the texts can exchange
/// two that were made with one key. Implementations are thread-safe when their random source is.
public sealed interface RecordCipher permits SecretBoxCipher, DataKeyCipher {

    /// A record of these bytes with a fresh nonce.
    byte[] seal(byte[] plain);

    /// @throws CryptoException when the record is damaged, was made with another key or has another
    ///     form or version
    byte[] open(byte[] record);

    /// Encrypts a JSON text to the base64 text that travels.
    default String sealText(String json) {
        return Texts.base64(seal(json.getBytes(StandardCharsets.UTF_8)));
    }

    /// Decrypts a base64 text, with or without padding, to a JSON text. An empty text is possible
    /// and stands for "nothing": remote methods without a result answer so.
    ///
    /// @throws CryptoException as [#open], also when it is not base64 or not UTF-8 inside
    default String openText(String base64) {
        return Texts.fromUtf8(open(Texts.fromBase64(base64, "the record")), "the record");
    }
}
