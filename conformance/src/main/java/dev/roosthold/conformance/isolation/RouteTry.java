package dev.roosthold.conformance.isolation;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/// A request with places for ids.
///
/// @param path path and query
/// @param body JSON text; empty for none
/// @param use what the ids in it are
record RouteTry(String method, String path, String body, Use use) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What the id in a place does.
    enum Use {
        /// It names something that is there or not.
        REFERENCE,
        /// It is a name inside the caller's own account, where every account may use any name: the
        /// request may succeed, with any id alike.
        NAME,
        /// It says where to go on in the caller's own list, by its order: answers may differ.
        CURSOR,
        /// A reference on a route whose failures are counted and limited: tried with few ids.
        COUNTED
    }

    static RouteTry get(String path) {
        return new RouteTry("GET", path, "", Use.REFERENCE);
    }

    static RouteTry delete(String path) {
        return new RouteTry("DELETE", path, "", Use.REFERENCE);
    }

    static RouteTry post(String path, String body) {
        return new RouteTry("POST", path, body, Use.REFERENCE);
    }

    static RouteTry of(String method, String path, String body) {
        return new RouteTry(method, path, body, Use.REFERENCE);
    }

    RouteTry names() {
        return new RouteTry(method, path, body, Use.NAME);
    }

    RouteTry cursor() {
        return new RouteTry(method, path, body, Use.CURSOR);
    }

    RouteTry counted() {
        return new RouteTry(method, path, body, Use.COUNTED);
    }

    Set<String> positions() {
        Set<String> positions = new LinkedHashSet<>(Position.in(path));
        positions.addAll(Position.in(body));
        return positions;
    }

    /// Method and path without values, for example `GET /v1/machines/*`.
    String route() {
        String shape = Position.shape(path);
        int query = shape.indexOf('?');
        return method + " " + (query < 0 ? shape : shape.substring(0, query));
    }

    Rest.Request with(Map<String, String> values) {
        return new Rest.Request(
                method,
                Position.fill(
                        path,
                        values,
                        value ->
                                URLEncoder.encode(value, StandardCharsets.UTF_8)
                                        .replace("+", "%20")),
                Position.fill(body, values, RouteTry::quoted));
    }

    /// A text as it stands between the quotes of JSON.
    static String quoted(String text) {
        String json = JSON.writeValueAsString(text);
        return json.substring(1, json.length() - 1);
    }

    @Override
    public String toString() {
        return method + " " + path + (body.isEmpty() ? "" : " " + body);
    }
}
