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
    private @Nullable JsonNode around;

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
        if (haveIds(recorded) && haveIds(received)) {
            alignById(path, recorded, received);
            return;
        }
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

    private static boolean haveIds(JsonNode array) {
        return array.size() > 0 && array.valueStream().allMatch(e -> e.path("id").isString());
    }

    /// An element too many or too few is one difference and not a row of them.
    private void alignById(String path, JsonNode recorded, JsonNode received) {
        int[][] common =
                commonLengths(
                        recorded.size(),
                        received.size(),
                        (i, j) -> sameId(recorded, i, received, j));
        int i = 0;
        int j = 0;
        while (i < recorded.size() || j < received.size()) {
            if (i < recorded.size()
                    && j < received.size()
                    && sameId(recorded, i, received, j)
                    && common[i][j] == common[i + 1][j + 1] + 1) {
                compare(path + "/" + i, recorded.get(i), received.get(j));
                i++;
                j++;
            } else if (j == received.size()
                    || (i < recorded.size() && common[i + 1][j] >= common[i][j + 1])) {
                differ(path + "/" + i, recorded.get(i), null);
                i++;
            } else {
                differ(path + "/+" + j, null, received.get(j));
                j++;
            }
        }
    }

    private boolean sameId(JsonNode recorded, int i, JsonNode received, int j) {
        return placeholders.couldBe(
                recorded.get(i).path("id").asString(), received.get(j).path("id").asString());
    }

    private void align(String path, List<ObservedEvent> recorded, List<ObservedEvent> received) {
        int[][] common =
                commonLengths(
                        recorded.size(),
                        received.size(),
                        (a, b) -> recorded.get(a).kind().equals(received.get(b).kind()));
        int i = 0;
        int j = 0;
        while (i < recorded.size() || j < received.size()) {
            if (i < recorded.size()
                    && j < received.size()
                    && recorded.get(i).kind().equals(received.get(j).kind())) {
                JsonNode event = received.get(j).toJson();
                around = event;
                compare(path + "/" + i, recorded.get(i).toJson(), event);
                around = null;
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

    /// Length of the longest common subsequence from each pair of positions on.
    private static int[][] commonLengths(int m, int n, Same same) {
        int[][] common = new int[m + 1][n + 1];
        for (int i = m - 1; i >= 0; i--) {
            for (int j = n - 1; j >= 0; j--) {
                common[i][j] =
                        same.test(i, j)
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    /// Whether the recorded element at one position and the received one at another belong
    /// together.
    @FunctionalInterface
    private interface Same {
        boolean test(int recorded, int received);
    }

    private void differ(String path, @Nullable JsonNode recorded, @Nullable JsonNode received) {
        differences.add(
                new Difference(
                        path,
                        Optional.ofNullable(recorded),
                        Optional.ofNullable(received),
                        Optional.ofNullable(around)));
    }
}
