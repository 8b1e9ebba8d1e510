package dev.roosthold.client;

import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.RecordCipher;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A JSON object as an encrypted text. Objects are kept as trees, so keys that this program does
/// not know survive a rewrite.
public record EncryptedJson(RecordCipher cipher) {

    public String seal(ObjectNode object) {
        return cipher.sealText(Json.write(object));
    }

    /// Any JSON value as an encrypted text.
    public String sealValue(JsonNode value) {
        return cipher.sealText(Json.write(value));
    }

    /// The encryption of nothing at all, which remote methods without a result answer with.
    public String sealNothing() {
        return cipher.sealText("");
    }

    /// Any JSON value; JSON null when there is nothing inside. Empty when the text does not open
    /// with this key or holds no JSON.
    public Optional<JsonNode> openValue(String text) {
        try {
            String json = cipher.openText(text);
            return Optional.of(
                    json.isEmpty() ? JsonNodeFactory.instance.nullNode() : Json.read(json));
        } catch (CryptoException | JacksonException e) {
            return Optional.empty();
        }
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
