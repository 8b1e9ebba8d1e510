package dev.roosthold.conformance.hostile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A route as the contract describes it, with valid values for everything in it.
///
/// @param path with names in braces where a value goes, for example `/v1/machines/{machine}`
/// @param query parameters by name; the valid value is their text
/// @param body fields of the JSON body; empty when the route reads none
/// @param limited whether the route may be limited by rate, 429
/// @param unconfigured whether 500 `{"error":"... not configured"}` is an answer of this route
record RouteShape(
        String method,
        String path,
        Access access,
        Map<String, FieldShape> query,
        Map<String, FieldShape> body,
        boolean limited,
        boolean unconfigured) {
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)\\}");

    /// Who may call.
    enum Access {
        /// Anyone.
        OPEN,
        /// Any credential, a machine's too.
        CALLER,
        /// The credential of the machine in the path only.
        MACHINE,
        /// Credentials of the whole account only.
        ACCOUNT
    }

    static RouteShape of(Access access, String method, String path) {
        return new RouteShape(method, path, access, Map.of(), Map.of(), false, false);
    }

    RouteShape query(String name, FieldShape field) {
        return new RouteShape(
                method, path, access, with(query, name, field), body, limited, unconfigured);
    }

    RouteShape body(String name, FieldShape field) {
        return new RouteShape(
                method, path, access, query, with(body, name, field), limited, unconfigured);
    }

    RouteShape mayBeLimited() {
        return new RouteShape(method, path, access, query, body, true, unconfigured);
    }

    RouteShape mayBeUnconfigured() {
        return new RouteShape(method, path, access, query, body, limited, true);
    }

    /// The names in braces, in order.
    List<String> parameters() {
        return PARAMETER.matcher(path).results().map(match -> match.group(1)).toList();
    }

    /// A path or a body with values for the names in braces.
    static String filled(String text, Map<String, String> values) {
        return PARAMETER
                .matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(value(match, values)));
    }

    String validBody() {
        return FieldShape.json(FieldShape.valids(body));
    }

    /// Whether a body without any field is refused.
    boolean needsBody() {
        return body.values().stream().anyMatch(field -> !field.mayBeMissing());
    }

    private static String value(MatchResult match, Map<String, String> values) {
        String value = values.get(match.group(1));
        if (value == null) {
            throw new IllegalStateException("no value for " + match.group());
        }
        return value;
    }

    private static Map<String, FieldShape> with(
            Map<String, FieldShape> fields, String name, FieldShape field) {
        Map<String, FieldShape> more = new LinkedHashMap<>(fields);
        more.put(name, field);
        return more;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
