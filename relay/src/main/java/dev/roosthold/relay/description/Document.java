package dev.roosthold.relay.description;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A document that is put together from files: their objects are joined, and no two of them may say
/// something about the same place.
///
/// @param files beside this class, the first with what concerns everything
record Document(List<String> files) {
    static final Document OPENAPI =
            of(
                    "openapi",
                    "rest",
                    "service",
                    "auth",
                    "account",
                    "sessions",
                    "messages",
                    "machines",
                    "enrolment",
                    "accesskeys",
                    "artifacts",
                    "kv",
                    "push",
                    "connect",
                    "social",
                    "usage",
                    "attachments",
                    "catchup",
                    "audit");

    static final Document ASYNCAPI =
            of(
                    "asyncapi",
                    "socket",
                    "connection",
                    "sessions",
                    "messages",
                    "machines",
                    "accesskeys",
                    "artifacts",
                    "usage",
                    "rpc",
                    "streams",
                    "updates");

    private static Document of(String name, String folder, String... features) {
        return new Document(
                Stream.concat(
                                Stream.of(name + ".json", "shared.json"),
                                Stream.of(features).map(f -> folder + "/" + f + ".json"))
                        .toList());
    }

    /// Name of the file that it is served as.
    String name() {
        return files.getFirst();
    }

    /// The whole document as indented JSON.
    ///
    /// @param version of the program, which is the version of the document
    /// @param site address of the relay's root without a slash at its end, such as
    ///     `https://home.example/roost`; without it the document says no more than that the relay
    ///     is where the document came from
    byte[] print(String version, Optional<String> site) {
        ObjectNode whole = read(files.getFirst());
        for (String file : files.subList(1, files.size())) {
            join(whole, read(file), file);
        }
        whole.withObjectProperty("info").put("version", version);
        site.ifPresent(address -> place(whole, address));
        return Codec.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(whole);
    }

    private static void place(ObjectNode whole, String site) {
        if (whole.path("servers").path(0) instanceof ObjectNode server) {
            server.put("url", site);
            return;
        }
        // Not by URI, which does not take every host that a client may have asked.
        int host = site.indexOf("://") + 3;
        int slash = site.indexOf('/', host);
        int path = slash < 0 ? site.length() : slash;
        ObjectNode server = whole.withObjectProperty("servers").withObjectProperty("relay");
        server.remove("variables");
        server.put("host", site.substring(host, path));
        server.put("protocol", site.startsWith("https:") ? "wss" : "ws");
        if (path < site.length()) {
            server.put("pathname", site.substring(path));
        }
    }

    private static void join(ObjectNode whole, ObjectNode part, String place) {
        for (Map.Entry<String, JsonNode> field : part.properties()) {
            String name = field.getKey();
            String inside = place + " /" + name;
            JsonNode there = whole.get(name);
            if (there == null) {
                whole.set(name, field.getValue());
            } else if (there instanceof ObjectNode mine
                    && field.getValue() instanceof ObjectNode more) {
                join(mine, more, inside);
            } else {
                throw new IllegalStateException("described twice: " + inside);
            }
        }
    }

    private static ObjectNode read(String file) {
        try (InputStream in = Document.class.getResourceAsStream(file)) {
            if (in == null || !(Codec.parse(in.readAllBytes()) instanceof ObjectNode object)) {
                throw new IllegalStateException("no description " + file);
            }
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
