package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.hostile.RouteShape.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Everything that can be wrong with a request to one route.
final class RestCases {
    private static final Set<Integer> ANY = Set.of();

    /// A body up to so many characters is too large for no route.
    private static final int SMALL = 10_000;

    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    /// Media types in which no route of JSON takes its body.
    private static final List<String> MEDIA_TYPES =
            List.of(
                    "text/plain",
                    "application/xml",
                    "multipart/form-data; boundary=x",
                    "application/x-www-form-urlencoded",
                    "application/json; charset=utf-16",
                    "nonsense",
                    "application/octet-stream");

    private final RouteShape route;
    private final Map<String, String> valid;
    private final Map<String, String> foreign;
    private final String token;
    private final String machineToken;
    private final List<RestCase> cases = new ArrayList<>();

    /// @param valid values for the names in braces
    /// @param foreign values that belong to another account, for some of the names
    /// @param token of the account
    /// @param machineToken of a machine of the account; empty where machines have none
    RestCases(
            RouteShape route,
            Map<String, String> valid,
            Map<String, String> foreign,
            String token,
            String machineToken) {
        this.route = route;
        this.valid = valid;
        this.foreign = foreign;
        this.token = token;
        this.machineToken = machineToken;
    }

    /// The request as it should be: whether the route is there at all.
    RestCase valid() {
        return new RestCase(
                "valid", route.method(), path(valid) + query(), bearer(), JSON, body(), ANY, ANY);
    }

    List<RestCase> hostile() {
        credentials();
        pathParameters();
        queryParameters();
        if (!route.body().isEmpty()) {
            fields();
            wholeBodies();
            mediaTypes();
        }
        add("an unknown method", "BREW", path(valid), bearer(), Map.of(), Optional.empty(), ANY);
        add(
                "a media type without a body",
                route.method(),
                path(valid) + query(),
                bearer(),
                JSON,
                Optional.empty(),
                ANY);
        return cases;
    }

    /// Refused before anything else is looked at: the body is wrong as well. The original server
    /// looks at the body first, so what it says is borne, and the credential is tried with a right
    /// body, too.
    private void credentials() {
        if (route.access() == Access.OPEN) {
            return;
        }
        Map<String, Optional<String>> refused = new LinkedHashMap<>();
        refused.put("no credential", Optional.empty());
        refused.put("lower-case scheme", Optional.of("bearer " + token));
        refused.put("another scheme", Optional.of("Basic " + token));
        refused.put("no scheme", Optional.of(token));
        refused.put("empty token", Optional.of("Bearer "));
        refused.put("unknown token", Optional.of("Bearer nobody"));
        refused.put("cut token", Optional.of("Bearer " + token.substring(1)));
        refused.put("longer token", Optional.of("Bearer " + token + "x"));
        refused.put("token of 4,000 characters", Optional.of("Bearer " + "x".repeat(4000)));
        refused.put("quoted token", Optional.of("Bearer \"" + token + "\""));
        refused.forEach(
                (name, bearer) -> {
                    wrongBody(name, bearer, Set.of(401));
                    add(
                            name + ", nothing else wrong",
                            route.method(),
                            path(valid) + query(),
                            bearer,
                            JSON,
                            body(),
                            Set.of(401));
                });
        Optional<String> machine = Optional.of("Bearer " + machineToken);
        if (route.access() == Access.MACHINE) {
            wrongBody("credential of the account", Optional.of("Bearer " + token), Set.of(403));
        } else if (machineToken.isEmpty()) {
            return;
        } else if (route.access() == Access.ACCOUNT) {
            wrongBody("credential of a machine", machine, Set.of(403));
        } else {
            wrongBody("credential of a machine", machine, ANY);
        }
    }

    private void wrongBody(String name, Optional<String> bearer, Set<Integer> statuses) {
        cases.add(
                new RestCase(
                        route + ": " + name,
                        route.method(),
                        path(valid),
                        bearer,
                        JSON,
                        Optional.of("[]"),
                        statuses,
                        statuses.isEmpty() ? ANY : Set.of(400)));
    }

    private void pathParameters() {
        for (String parameter : route.parameters()) {
            String place = parameter + " in the path is ";
            for (String text : WrongValues.ENCODED) {
                send(place + shortened(text), path(with(parameter, text)) + query(), ANY);
            }
            String other = foreign.get(parameter);
            if (other != null) {
                send(
                        place + "of another account",
                        path(with(parameter, other)) + query(),
                        Set.of(404));
            }
        }
    }

    private void queryParameters() {
        route.query()
                .forEach(
                        (name, field) -> {
                            Map<String, String> others = new LinkedHashMap<>(queryTexts());
                            others.remove(name);
                            Set<Integer> missing = field.mayBeMissing() ? ANY : refused();
                            send("query without " + name, path(valid) + joined(others), missing);
                            for (String text : WrongValues.ENCODED) {
                                Map<String, String> texts = new LinkedHashMap<>(others);
                                texts.put(name, text);
                                boolean noNumber =
                                        field.type() == FieldShape.Type.NUMBER
                                                && !text.matches("-?[0-9.e]+");
                                send(
                                        name + " in the query is " + shortened(text),
                                        path(valid) + joined(texts),
                                        noNumber ? refused() : ANY);
                            }
                            send(
                                    name + " twice in the query",
                                    path(valid) + joined(queryTexts()) + "&" + name + "=1",
                                    ANY);
                        });
    }

    private void fields() {
        route.body()
                .forEach(
                        (name, field) -> {
                            fieldCases(
                                    name,
                                    field,
                                    json -> bodyWith(name, json),
                                    () -> bodyWithout(name));
                            field.inner()
                                    .forEach(
                                            (inside, inner) ->
                                                    fieldCases(
                                                            name + "/" + inside,
                                                            inner,
                                                            json ->
                                                                    bodyWith(
                                                                            name,
                                                                            field.withInner(
                                                                                    inside, json)),
                                                            () ->
                                                                    bodyWith(
                                                                            name,
                                                                            field.withoutInner(
                                                                                    inside))));
                        });
    }

    private void fieldCases(
            String name, FieldShape field, UnaryOperator<String> with, Supplier<String> without) {
        WrongValues.JSON.forEach(
                (what, json) ->
                        post(
                                name + " is " + what,
                                with.apply(json),
                                field.takes(json) ? ANY : refused()));
        post(name + " is missing", without.get(), field.mayBeMissing() ? ANY : refused());
    }

    private void wholeBodies() {
        WrongValues.BODIES.forEach(
                (what, body) -> post("body is " + what, body, route.needsBody() ? refused() : ANY));
    }

    private void mediaTypes() {
        for (String type : MEDIA_TYPES) {
            add(
                    "content type " + type,
                    route.method(),
                    path(valid) + query(),
                    bearer(),
                    Map.of("Content-Type", type),
                    body(),
                    ANY);
        }
        add(
                "a body without a content type",
                route.method(),
                path(valid) + query(),
                bearer(),
                Map.of(),
                body(),
                ANY);
    }

    /// Bad input is the caller's fault and is said to be.
    private Set<Integer> refused() {
        return route.limited() ? Set.of(400, 429) : Set.of(400);
    }

    private void post(String name, String body, Set<Integer> statuses) {
        if (!statuses.isEmpty() && body.length() > SMALL) {
            Set<Integer> orTooLarge = new HashSet<>(statuses);
            orTooLarge.add(413);
            sendBody(name, body, orTooLarge);
        } else {
            sendBody(name, body, statuses);
        }
    }

    private void sendBody(String name, String body, Set<Integer> statuses) {
        add(
                name,
                route.method(),
                path(valid) + query(),
                bearer(),
                JSON,
                Optional.of(body),
                statuses);
    }

    private void send(String name, String path, Set<Integer> statuses) {
        Map<String, String> headers = route.body().isEmpty() ? Map.of() : JSON;
        add(name, route.method(), path, bearer(), headers, body(), statuses);
    }

    private void add(
            String name,
            String method,
            String path,
            Optional<String> bearer,
            Map<String, String> headers,
            Optional<String> body,
            Set<Integer> statuses) {
        cases.add(
                new RestCase(
                        route + ": " + name, method, path, bearer, headers, body, statuses, ANY));
    }

    private Optional<String> bearer() {
        return switch (route.access()) {
            case OPEN -> Optional.empty();
            case MACHINE -> Optional.of("Bearer " + machineToken);
            case CALLER, ACCOUNT -> Optional.of("Bearer " + token);
        };
    }

    private Optional<String> body() {
        return route.body().isEmpty()
                ? Optional.empty()
                : Optional.of(RouteShape.filled(route.validBody(), valid));
    }

    private String bodyWith(String name, String json) {
        Map<String, String> texts = FieldShape.valids(route.body());
        texts.put(name, json);
        return RouteShape.filled(FieldShape.json(texts), valid);
    }

    private String bodyWithout(String name) {
        Map<String, String> texts = FieldShape.valids(route.body());
        texts.remove(name);
        return RouteShape.filled(FieldShape.json(texts), valid);
    }

    private String path(Map<String, String> values) {
        return RouteShape.filled(route.path(), values);
    }

    private Map<String, String> with(String parameter, String text) {
        Map<String, String> values = new HashMap<>(valid);
        values.put(parameter, text);
        return values;
    }

    private String query() {
        return joined(queryTexts());
    }

    private Map<String, String> queryTexts() {
        Map<String, String> texts = new LinkedHashMap<>();
        route.query().forEach((name, field) -> texts.put(name, field.valid().replace("\"", "")));
        return texts;
    }

    private static String joined(Map<String, String> texts) {
        StringBuilder query = new StringBuilder();
        texts.forEach(
                (name, text) ->
                        query.append(query.isEmpty() ? '?' : '&')
                                .append(name)
                                .append('=')
                                .append(text));
        return query.toString();
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.length() + " characters" : text;
    }
}
