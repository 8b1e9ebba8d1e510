package dev.roosthold.conformance.isolation;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Places for ids in a text: names in double braces, for example
/// `/v1/access-keys/{{session}}/{{machine}}`.
final class Position {
    private static final Pattern NAME = Pattern.compile("\\{\\{([A-Za-z0-9]+)}}");

    private Position() {}

    /// The names in the text, each once, in order.
    static List<String> in(String text) {
        return NAME.matcher(text).results().map(found -> found.group(1)).distinct().toList();
    }

    /// The text with values in the places.
    ///
    /// @param escaped makes a value fit for where it stands
    static String fill(String text, Map<String, String> values, UnaryOperator<String> escaped) {
        return NAME.matcher(text)
                .replaceAll(
                        found -> {
                            String value = values.get(found.group(1));
                            if (value == null) {
                                throw new IllegalStateException("nothing for " + found.group());
                            }
                            return Matcher.quoteReplacement(escaped.apply(value));
                        });
    }

    /// The text with a star in each place.
    static String shape(String text) {
        return NAME.matcher(text).replaceAll("*");
    }
}
