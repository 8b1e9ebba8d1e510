package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.TransactionId;
import java.util.Arrays;

/// The 24 bytes that make one encryption differ from another: the hash of where the result stands.
public final class Nonce {
    private final byte[] bytes;

    private Nonce(byte[] bytes) {
        this.bytes = bytes;
    }

    /// The 24 bytes; a copy.
    public byte[] bytes() {
        return bytes.clone();
    }

    byte[] raw() {
        return bytes;
    }

    /// For a transaction of a value, and for what it carries sealed.
    public static Nonce of(CoId value, TransactionId transaction) {
        var material =
                new Utf8Buffer()
                        .ascii("{\"in\":")
                        .string(value.text())
                        .ascii(",\"tx\":{\"sessionID\":")
                        .string(transaction.session().text())
                        .ascii(",\"txIndex\":")
                        .number(transaction.index())
                        .ascii("}}");
        return of(material);
    }

    /// For a read key encrypted under another.
    public static Nonce of(KeyId encrypted, KeyId encrypting) {
        var material =
                new Utf8Buffer()
                        .ascii("{\"encryptedID\":")
                        .string(encrypted.text())
                        .ascii(",\"encryptingID\":")
                        .string(encrypting.text())
                        .ascii("}");
        return of(material);
    }

    private static Nonce of(Utf8Buffer material) {
        byte[] hash = new Blake3().update(material.array(), 0, material.size()).digest();
        return new Nonce(Arrays.copyOf(hash, 24));
    }
}
