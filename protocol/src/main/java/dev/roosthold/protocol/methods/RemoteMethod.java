package dev.roosthold.protocol.methods;

import dev.roosthold.protocol.Codec;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

/// A method that can be called from afar.
///
/// Fields that are not known are ignored. A parameter of another type than it must have makes the
/// parameters unreadable as a whole: `"false"` is no answer to a question for permission.
///
/// @param name without the id of the machine or session
/// @param params what goes in
/// @param result what comes out
public record RemoteMethod<P, R>(String name, Class<P> params, Class<R> result) {
    private static final JsonMapper STRICT =
            Codec.mapper()
                    .rebuild()
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .withCoercionConfig(
                            LogicalType.Textual,
                            config ->
                                    config.setCoercion(
                                                    CoercionInputShape.Integer, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Float, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Boolean,
                                                    CoercionAction.Fail))
                    .build();

    /// The parameters as they are encrypted.
    public JsonNode write(P value) {
        return tree(value);
    }

    /// The result as it is encrypted; JSON null stands for the encryption of nothing at all.
    public JsonNode writeResult(R value) {
        return value instanceof Nothing ? JsonNodeFactory.instance.nullNode() : tree(value);
    }

    /// What a caller sent. Empty when a required field is missing or one has another type, and for
    /// null, which stands for parameters that could not be decrypted.
    public Optional<P> read(JsonNode plaintext) {
        return read(plaintext, params);
    }

    /// What the target answered.
    public MethodResult<R> readResult(JsonNode plaintext) {
        if (result == Nothing.class) {
            return error(plaintext)
                    .orElseGet(() -> new MethodResult.Done<>(result.cast(new Nothing())));
        }
        Optional<R> done = read(plaintext, result);
        return done.isPresent()
                ? new MethodResult.Done<>(done.get())
                : error(plaintext).orElseGet(MethodResult.Unreadable::new);
    }

    /// The result of a call that the target could not carry out.
    public static ObjectNode error(String message) {
        return JsonNodeFactory.instance.objectNode().put("error", message);
    }

    private Optional<MethodResult<R>> error(JsonNode plaintext) {
        JsonNode message = plaintext.path("error");
        return message.isString()
                ? Optional.of(new MethodResult.Failed<>(message.stringValue()))
                : Optional.empty();
    }

    private static JsonNode tree(Object value) {
        return STRICT.valueToTree(value);
    }

    private static <T> Optional<T> read(JsonNode plaintext, Class<T> type) {
        if (!plaintext.isObject()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(STRICT.treeToValue(plaintext, type));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
