package dev.roosthold.conformance.description;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.roosthold.conformance.RelayRig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Both documents are what their standards ask for, and every example in them is one.
class DescribedStandardsTest {
    private static final SchemaRegistry STANDARDS =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @TempDir Path folder;
    private RelayRig relay;
    private OpenApi rest;
    private AsyncApi socket;

    @BeforeEach
    void start() throws IOException {
        relay = RelayRig.start(folder);
        rest = OpenApi.of(relay.url());
        socket = AsyncApi.of(relay.url());
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    @Test
    void openApiDocumentIsValidByTheSchemaOfItsStandard() {
        assertThat(rest.document().path("openapi").asString()).startsWith("3.1.");
        assertThat(problems("openapi-3.1-schema.json", rest.document())).isEmpty();
    }

    @Test
    void asyncApiDocumentIsValidByTheSchemaOfItsStandard() {
        assertThat(socket.document().path("asyncapi").asString()).isEqualTo("3.0.0");
        assertThat(problems("asyncapi-3.0.0-schema.json", socket.document())).isEmpty();
    }

    @Test
    void everySchemaIsAJsonSchema() {
        var meta =
                STANDARDS.getSchema(
                        SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        for (JsonNode document : List.of(rest.document(), socket.document())) {
            var problems = new ArrayList<String>();
            eachSchema(
                    document,
                    (place, schema) ->
                            meta.validate(schema).forEach(e -> problems.add(place + ": " + e)));
            assertThat(problems).isEmpty();
        }
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryComponentIsUsed() {
        for (JsonNode document : List.of(rest.document(), socket.document())) {
            var used = new TreeSet<String>();
            collect(document, used);
            assertThat(used).allMatch(ref -> !document.at(ref.substring(1)).isMissingNode());
            var offered = new TreeSet<String>();
            document.path("components")
                    .properties()
                    .forEach(
                            kind ->
                                    kind.getValue()
                                            .propertyNames()
                                            .forEach(
                                                    name ->
                                                            offered.add(
                                                                    "#/components/"
                                                                            + kind.getKey()
                                                                            + "/"
                                                                            + name)));
            // Security schemes of OpenAPI are named, not referred to.
            offered.removeIf(place -> place.startsWith("#/components/securitySchemes/"));
            offered.removeAll(used);
            assertThat(offered).isEmpty();
        }
    }

    @Test
    void everyExampleOfRestFitsItsSchema() {
        var problems = new ArrayList<String>();
        int[] examples = new int[1];
        walk(
                "",
                rest.document(),
                (place, node) -> {
                    if (node.has("example") && node.has("schema")) {
                        examples[0]++;
                        rest.schemas()
                                .sent(node.path("schema"), node.path("example"))
                                .forEach(problem -> problems.add(place + ": " + problem));
                    }
                });
        assertThat(problems).isEmpty();
        assertThat(examples[0]).isGreaterThan(150);
    }

    @Test
    void everyExampleOfTheSocketFitsItsPayload() {
        var problems = new ArrayList<String>();
        socket.document()
                .at("/components/messages")
                .properties()
                .forEach(
                        message ->
                                message.getValue()
                                        .path("examples")
                                        .forEach(
                                                example ->
                                                        socket.schemas()
                                                                .sent(
                                                                        message.getValue()
                                                                                .path("payload"),
                                                                        example.path("payload"))
                                                                .forEach(
                                                                        p ->
                                                                                problems.add(
                                                                                        message
                                                                                                        .getKey()
                                                                                                + ": "
                                                                                                + p))));
        assertThat(problems).isEmpty();
    }

    @Test
    void operationsHaveNamesOfTheirOwnAndTheParametersOfTheirPaths() {
        assertThat(rest.operations()).extracting(OpenApi.Operation::id).doesNotHaveDuplicates();
        for (OpenApi.Operation operation : rest.operations()) {
            var inPath = new TreeSet<String>();
            operation.parameters().stream()
                    .filter(p -> p.path("in").asString().equals("path"))
                    .forEach(p -> inPath.add("{" + p.path("name").asString() + "}"));
            var wanted = new TreeSet<String>();
            for (String segment : operation.template().split("/", -1)) {
                if (segment.startsWith("{")) {
                    wanted.add(segment);
                }
            }
            assertThat(inPath).as(operation.toString()).isEqualTo(wanted);
        }
    }

    private static List<String> problems(String standard, JsonNode document) {
        return STANDARDS.getSchema(Json.resource(standard)).validate(document).stream()
                .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                .toList();
    }

    private static void eachSchema(JsonNode document, BiConsumer<String, JsonNode> visitor) {
        document.at("/components/schemas")
                .properties()
                .forEach(s -> visitor.accept(s.getKey(), s.getValue()));
        walk(
                "",
                document,
                (place, node) -> {
                    for (String name : List.of("schema", "payload")) {
                        boolean example = place.contains("/example");
                        if (!example && node.path(name).isObject()) {
                            visitor.accept(place, node.path(name));
                        }
                    }
                });
    }

    private static void collect(JsonNode document, TreeSet<String> references) {
        walk(
                "",
                document,
                (_, node) -> {
                    if (node.has("$ref")) {
                        references.add(node.path("$ref").asString());
                    }
                });
    }

    private static void walk(String place, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(place, node);
            node.properties().forEach(e -> walk(place + "/" + e.getKey(), e.getValue(), visitor));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(place + "/" + i, node.get(i), visitor);
            }
        }
    }
}
