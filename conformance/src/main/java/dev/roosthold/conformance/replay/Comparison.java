package dev.roosthold.conformance.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Compares what was recorded with what was received, place by place.
final class Comparison {
    private final Placeholders placeholders;
    private final List<Difference> differences = new ArrayList<>();

    private Comparison(Placeholders placeholders) {
        this.placeholders = placeholders;
    }

    /// Compares two JSON values that stand at `path`.
    static List<Difference> ofValues(
            Placeholders placeholders, String path, JsonNode recorded, JsonNode received) {
        Comparison comparison = new Comparison(placeholders);
        comparison.compare(path, recorded, received);
        return comparison.differences;
    }

    /// Compares the events of one listener, in order. Events are first lined up by name and type,
    /// so that one event too many or too few is one difference and not a row of them.
    static List<Difference> ofEvents(
            Placeholders placeholders,
            String path,
            List<ObservedEvent> recorded,
            List<ObservedEvent> received) {
        Comparison comparison = new Comparison(placeholders);
        comparison.align(path, recorded, received);
        return comparison.differences;
    }

    private void compare(String path, JsonNode recorded, JsonNode received) {
        if (recorded.isObject() && received.isObject()) {
            compareObjects(path, recorded, received);
        } else if (recorded.isArray() && received.isArray()) {
            compareArrays(path, recorded, received);
        } else if (!scalarMatches(recorded, received)) {
            differ(path, recorded, received);
        }
    }

    private boolean scalarMatches(JsonNode recorded, JsonNode received) {
        if (recorded.isString()) {
            return placeholders.matches(recorded.asString(), received);
        }
        if (recorded.isNumber() && received.isNumber()) {
            return recorded.decimalValue().compareTo(received.decimalValue()) == 0;
        }
        return recorded.equals(received);
    }

    private void compareObjects(String path, JsonNode recorded, JsonNode received) {
        TreeSet<String> names = new TreeSet<>(recorded.propertyNames());
        names.addAll(received.propertyNames());
        for (String name : names) {
            compareParts(path + "/" + name, recorded.get(name), received.get(name));
        }
    }

    private void compareArrays(String path, JsonNode recorded, JsonNode received) {
        for (int i = 0; i < Math.max(recorded.size(), received.size()); i++) {
            compareParts(path + "/" + i, recorded.get(i), received.get(i));
        }
    }

    private void compareParts(
            String path, @Nullable JsonNode recorded, @Nullable JsonNode received) {
        if (recorded == null || received == null) {
            differ(path, recorded, received);
        } else {
            compare(path, recorded, received);
        }
    }

    private void align(String path, List<ObservedEvent> recorded, List<ObservedEvent> received) {
        int[][] common = commonLengths(recorded, received);
        int i = 0;
        int j = 0;
        while (i < recorded.size() || j < received.size()) {
            if (i < recorded.size()
                    && j < received.size()
                    && recorded.get(i).kind().equals(received.get(j).kind())) {
                compare(path + "/" + i, recorded.get(i).toJson(), received.get(j).toJson());
                i++;
                j++;
            } else if (j == received.size()
                    || (i < recorded.size() && common[i + 1][j] >= common[i][j + 1])) {
                differ(path + "/" + i, recorded.get(i).toJson(), null);
                i++;
            } else {
                ObservedEvent extra = received.get(j);
                differ(path + "/+" + extra.kind(), null, extra.toJson());
                j++;
            }
        }
    }

    /// Length of the longest common subsequence of the kinds from each pair of positions on.
    private static int[][] commonLengths(List<ObservedEvent> a, List<ObservedEvent> b) {
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] =
                        a.get(i).kind().equals(b.get(j).kind())
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private void differ(String path, @Nullable JsonNode recorded, @Nullable JsonNode received) {
        differences.add(
                new Difference(path, Optional.ofNullable(recorded), Optional.ofNullable(received)));
    }
}
