package dev.roosthold.relay.usage;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.limits.Texts;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Numbers by kind, as one report names them; `total` is among them.
///
/// Only finite numbers count, and of those the first [#MAX_KINDS] with printable names of at most
/// [#MAX_NAME] characters; everything else in the object is left out.
record Amounts(ObjectNode numbers) {
    static final int MAX_KINDS = 32;
    static final int MAX_NAME = 64;

    private static final String TOTAL = "total";

    /// Bits of the largest integer that is finite as a double.
    private static final int FINITE_BITS = 1_023;

    /// Empty when it is no object, or has no number `total`.
    static Optional<Amounts> of(JsonNode reported) {
        JsonNode total = reported.path(TOTAL);
        if (!reported.isObject() || !isFinite(total)) {
            return Optional.empty();
        }
        ObjectNode numbers = JsonNodeFactory.instance.objectNode();
        int others = 0;
        for (Map.Entry<String, JsonNode> field : reported.properties()) {
            String name = field.getKey();
            if (name.equals(TOTAL)) {
                numbers.set(TOTAL, total);
            } else if (others < MAX_KINDS - 1
                    && name.length() <= MAX_NAME
                    && Texts.isPrintable(name)
                    && isFinite(field.getValue())) {
                numbers.set(name, field.getValue());
                others++;
            }
        }
        return Optional.of(new Amounts(numbers));
    }

    /// What [#json()] printed.
    static Map<String, BigDecimal> parse(byte[] json) {
        var amounts = new LinkedHashMap<String, BigDecimal>();
        for (Map.Entry<String, JsonNode> field : Codec.parse(json).properties()) {
            amounts.put(field.getKey(), field.getValue().decimalValue());
        }
        return amounts;
    }

    String json() {
        return Codec.printText(numbers);
    }

    /// The numbers with 0 for those kinds that were not reported.
    ObjectNode completed(List<String> kinds) {
        ObjectNode all = numbers.deepCopy();
        for (String kind : kinds) {
            if (!all.has(kind)) {
                all.put(kind, 0);
            }
        }
        return all;
    }

    private static boolean isFinite(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() || node.bigIntegerValue().bitLength() <= FINITE_BITS;
        }
        return node.isFloatingPointNumber() && Double.isFinite(node.doubleValue());
    }
}
