package dev.roosthold.client;

import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.RecordCipher;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// A JSON object as an encrypted text. Objects are kept as trees, so keys that this program does
/// not know survive a rewrite.
public record EncryptedJson(RecordCipher cipher) {

    public String seal(ObjectNode object) {
        return cipher.sealText(Json.write(object));
    }

    /// Empty when the text does not open with this key or holds no JSON object.
    public Optional<ObjectNode> open(String text) {
        try {
            return Json.read(cipher.openText(text)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (CryptoException | JacksonException e) {
            return Optional.empty();
        }
    }
}
