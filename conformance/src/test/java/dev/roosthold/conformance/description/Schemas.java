package dev.roosthold.conformance.description;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Judges values by the schemas of one document. What the relay sends is judged more strictly than
/// the document says: a field that is not described is a problem, because then the document is not
/// complete.
final class Schemas {
    private final SchemaRegistry registry =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final JsonNode document;
    private final JsonNode components;
    private final JsonNode closedComponents;
    private final Map<JsonNode, Schema> open = new HashMap<>();
    private final Map<JsonNode, Schema> closed = new HashMap<>();

    Schemas(JsonNode document) {
        this.document = document;
        this.components = document.path("components");
        this.closedComponents = closed(components);
    }

    /// What a `$ref` stands for, through any number of them; anything else is itself.
    JsonNode resolve(JsonNode node) {
        JsonNode now = node;
        while (now.has("$ref")) {
            String ref = now.path("$ref").asString();
            now = document.at(ref.substring(1));
            if (now.isMissingNode()) {
                throw new AssertionError("nothing at " + ref);
            }
        }
        return now;
    }

    /// What is wrong with something that a client sends.
    List<String> received(JsonNode schema, JsonNode value) {
        return judge(open.computeIfAbsent(schema, s -> schema(s, components)), value);
    }

    /// What is wrong with something that the relay sends.
    List<String> sent(JsonNode schema, JsonNode value) {
        return judge(
                closed.computeIfAbsent(schema, s -> schema(closed(s), closedComponents)), value);
    }

    private Schema schema(JsonNode schema, JsonNode parts) {
        ObjectNode root = (ObjectNode) schema.deepCopy();
        root.set("components", parts);
        return registry.getSchema(root);
    }

    private static List<String> judge(Schema schema, JsonNode value) {
        return schema.validate(value).stream()
                .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                .toList();
    }

    private static JsonNode closed(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode out = Json.NODES.objectNode();
                object.properties().forEach(e -> out.set(e.getKey(), closed(e.getValue())));
                if (out.path("type").asString("").equals("object")
                        && !out.has("additionalProperties")) {
                    out.put("additionalProperties", false);
                }
                yield out;
            }
            case ArrayNode array -> {
                ArrayNode out = Json.NODES.arrayNode();
                array.forEach(element -> out.add(closed(element)));
                yield out;
            }
            default -> node;
        };
    }
}
