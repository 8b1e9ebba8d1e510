package dev.roosthold.relay.description;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
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

    /// The whole document as indented JSON.
    ///
    /// @param version of the program, which is the version of the document
    byte[] print(String version) {
        ObjectNode whole = read(files.getFirst());
        for (String file : files.subList(1, files.size())) {
            join(whole, read(file), file);
        }
        whole.withObjectProperty("info").put("version", version);
        return Codec.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(whole);
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
