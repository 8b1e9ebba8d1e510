package dev.roosthold.conformance.description;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The description of REST, as a client reads it.
final class OpenApi {
    private final JsonNode document;
    private final Schemas schemas;
    private final List<Operation> operations = new ArrayList<>();

    private OpenApi(JsonNode document) {
        this.document = document;
        this.schemas = new Schemas(document);
        document.path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .properties()
                                        .forEach(
                                                method ->
                                                        operations.add(
                                                                new Operation(
                                                                        method.getKey()
                                                                                .toUpperCase(
                                                                                        Locale
                                                                                                .ROOT),
                                                                        path.getKey(),
                                                                        method.getValue()))));
        // A literal wins over a parameter.
        operations.sort(
                Comparator.comparingInt(operation -> operation.template().split("\\{").length));
    }

    static OpenApi of(URI server) {
        return new OpenApi(Json.fetch(server, "/v1/openapi.json"));
    }

    JsonNode document() {
        return document;
    }

    Schemas schemas() {
        return schemas;
    }

    List<Operation> operations() {
        return operations;
    }

    Optional<Operation> find(String method, String path) {
        return operations.stream()
                .filter(o -> o.method().equals(method) && o.matches(path))
                .findFirst();
    }

    /// One operation.
    ///
    /// @param template path with `{name}` segments
    final class Operation {
        private final String method;
        private final String template;
        private final JsonNode node;

        private Operation(String method, String template, JsonNode node) {
            this.method = method;
            this.template = template;
            this.node = node;
        }

        String method() {
            return method;
        }

        String template() {
            return template;
        }

        String id() {
            return node.path("operationId").asString();
        }

        boolean isOpen() {
            return node.path("security").isEmpty();
        }

        boolean admits(String scheme) {
            return node.path("security").valueStream().anyMatch(s -> s.has(scheme));
        }

        List<JsonNode> parameters() {
            return node.path("parameters").valueStream().map(schemas::resolve).toList();
        }

        boolean takesJson() {
            return node.at("/requestBody/content").has("application/json");
        }

        boolean takesBytes() {
            return node.at("/requestBody/content").has("application/octet-stream");
        }

        long bodyLimit() {
            return node.at("/requestBody/x-body-limit").asLong();
        }

        JsonNode bodySchema() {
            return node.at("/requestBody/content/application~1json/schema");
        }

        JsonNode bodyExample() {
            return node.at("/requestBody/content/application~1json/example");
        }

        boolean documents(int status) {
            return node.path("responses").has(String.valueOf(status));
        }

        /// The first status that is documented, which is that of success where there is one.
        int firstStatus() {
            return Integer.parseInt(node.path("responses").propertyNames().iterator().next());
        }

        boolean matches(String path) {
            String[] mine = template.split("/", -1);
            String[] other = path.split("/", -1);
            boolean same = mine.length == other.length;
            for (int i = 0; same && i < mine.length; i++) {
                String decoded = URLDecoder.decode(other[i], StandardCharsets.UTF_8);
                same = mine[i].startsWith("{") ? !other[i].isEmpty() : mine[i].equals(decoded);
            }
            return same;
        }

        /// What is wrong with a request.
        List<String> problemsOfRequest(String query, Optional<JsonNode> body) {
            var problems = new ArrayList<String>();
            Map<String, String> given = Query.parse(query);
            for (JsonNode parameter : parameters()) {
                if (parameter.path("in").asString().equals("query")) {
                    String name = parameter.path("name").asString();
                    String text = given.get(name);
                    if (text != null) {
                        schemas.received(
                                        parameter.path("schema"),
                                        Query.value(
                                                schemas.resolve(parameter.path("schema")), text))
                                .forEach(p -> problems.add("query " + name + p));
                    } else if (parameter.path("required").asBoolean()) {
                        problems.add("query without " + name);
                    }
                }
            }
            if (takesJson() && body.isPresent()) {
                schemas.received(bodySchema(), body.get()).forEach(p -> problems.add("body" + p));
            } else if (takesJson() && node.at("/requestBody/required").asBoolean()) {
                problems.add("no body");
            }
            return problems;
        }

        /// What is wrong with an answer: its status is not documented, or its body is not what is
        /// documented for it.
        ///
        /// @param body empty when it is no JSON
        List<String> problemsOfAnswer(int status, String contentType, Optional<JsonNode> body) {
            JsonNode response = node.path("responses").path(String.valueOf(status));
            if (response.isMissingNode()) {
                return List.of("status " + status + " is not documented: " + body);
            }
            JsonNode content = schemas.resolve(response).path("content");
            if (content.isMissingNode()) {
                return body.isEmpty() ? List.of() : List.of(status + " has a body: " + body.get());
            }
            JsonNode media = content.path(contentType.split(";", -1)[0]);
            if (media.isMissingNode()) {
                return List.of(status + " comes as " + contentType);
            }
            if (!contentType.startsWith("application/json")) {
                return List.of();
            }
            return body
                    .map(value -> schemas.sent(media.path("schema"), value))
                    .orElse(List.of("no body"))
                    .stream()
                    .map(problem -> status + " " + problem + " in " + body.orElseThrow())
                    .toList();
        }

        @Override
        public String toString() {
            return method + " " + template;
        }
    }
}
