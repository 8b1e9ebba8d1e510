package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class OrgJsonTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Provide
    Arbitrary<JsonNode> trees() {
        return trees(4);
    }

    private static Arbitrary<JsonNode> trees(int depth) {
        Arbitrary<JsonNode> leaf =
                Arbitraries.oneOf(
                        Arbitraries.strings().map(NODES::stringNode),
                        Arbitraries.longs().map(NODES::numberNode),
                        Arbitraries.of(true, false).map(NODES::booleanNode),
                        Arbitraries.doubles().map(NODES::numberNode),
                        Arbitraries.just(NODES.nullNode()));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<List<JsonNode>> items = trees(depth - 1).list().ofMaxSize(3);
        return Arbitraries.oneOf(
                leaf,
                items.map(list -> NODES.arrayNode().addAll(list)),
                items.map(OrgJsonTest::object));
    }

    private static JsonNode object(List<JsonNode> values) {
        ObjectNode object = NODES.objectNode();
        for (int i = 0; i < values.size(); i++) {
            object.set("k" + i, values.get(i));
        }
        return object;
    }

    @Property(tries = 300)
    void whatGoesOutComesIn(@ForAll("trees") JsonNode tree) {
        assertThat(OrgJson.in(OrgJson.out(tree))).isEqualTo(tree);
    }

    @Test
    void valuesThatAreNotJsonComeInAsNull() throws JSONException {
        assertThat(OrgJson.in(null).isNull()).isTrue();
        assertThat(OrgJson.in(new Object()).isNull()).isTrue();
        JSONObject object = new JSONObject().put("a", JSONObject.NULL).put("b", 1.5);
        assertThat(OrgJson.in(object)).hasToString("{\"a\":null,\"b\":1.5}");
    }

    @Test
    void deepNestingFromOutsideDoesNotExhaustTheStack() {
        JSONArray array = new JSONArray();
        for (int i = 0; i < 100_000; i++) {
            array = new JSONArray().put(array);
        }
        assertThat(OrgJson.in(array).isArray()).isTrue();
    }
}
