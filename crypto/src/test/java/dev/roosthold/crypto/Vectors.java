package dev.roosthold.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The vector files, made by other implementations of the same formats.
final class Vectors {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private Vectors() {}

    static List<JsonNode> of(String file) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
            JsonNode tree = JSON.readTree(in);
            List<JsonNode> vectors =
                    StreamSupport.stream(tree.get("vectors").spliterator(), false).toList();
            if (vectors.isEmpty() || vectors.size() != tree.get("count").asInt()) {
                throw new IllegalStateException(file + " is incomplete");
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean ok(JsonNode vector) {
        return !vector.has("ok") || vector.get("ok").asBoolean();
    }

    static byte[] hex(JsonNode vector, String field) {
        return HexFormat.of().parseHex(vector.get(field).asString());
    }

    static byte[] b64(JsonNode vector, String field) {
        return Base64.getDecoder().decode(vector.get(field).asString());
    }
}
