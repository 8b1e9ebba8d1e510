package dev.roosthold.client.sessions;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.protocol.SessionId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Files of sessions on the relay, which sees them encrypted only: see
/// [dev.roosthold.crypto.Blob]. A message of the session says what they are. Thread-safe.
public final class Attachments {
    /// Bytes of one file, before it is encrypted.
    public static final int MAX_BYTES = 10 * 1024 * 1024 - 40;

    private static final int MAX_SEALED = 10 * 1024 * 1024;
    private static final int MAX_FIELDS = 50;
    private static final int TOO_LARGE = 413;
    private static final int NOT_IMPLEMENTED = 501;

    private final RelayClient relay;
    private final Supplier<BearerToken> bearer;

    /// @param bearer asked before each request
    public Attachments(RelayClient relay, Supplier<BearerToken> bearer) {
        this.relay = relay;
        this.bearer = bearer;
    }

    /// Stores a file, at the relay or where the relay says: a storage service beside it takes the
    /// bytes as they are or in a form that the relay has signed. When the outcome is not known it
    /// may be tried again: the relay drops what was announced and did not come.
    ///
    /// @param name readable by the relay; nothing that tells about the content
    /// @param sealed encrypted bytes
    /// @return the reference for the message; denied with 413 when it is too large, with 501 when
    ///     the server wants it in another way than these
    public Reply<String> upload(SessionId session, String name, byte[] sealed)
            throws InterruptedException {
        if (sealed.length > MAX_SEALED) {
            return new Reply.Denied<>(TOO_LARGE, "the file is larger than 10 MB");
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("filename", name).put("size", sealed.length);
        Reply<Place> place =
                relay.post(bearer.get(), path(session, "request-upload"), body, Attachments::place);
        if (!(place instanceof Reply.Success<Place>(Place found))) {
            return failure(place);
        }
        Reply<Boolean> stored =
                switch (found.method()) {
                    case "PUT" -> relay.upload(bearer.get(), found.url(), sealed);
                    case "POST" ->
                            relay.uploadForm(
                                    bearer.get(), found.url(), found.fields(), name, sealed);
                    default ->
                            new Reply.Denied<>(
                                    NOT_IMPLEMENTED,
                                    "the server keeps attachments in a way unknown here");
                };
        return stored instanceof Reply.Success<Boolean>
                ? new Reply.Success<>(found.ref())
                : failure(stored);
    }

    private static Place place(JsonNode answer) {
        SequencedMap<String, String> fields = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : answer.path("formFields").properties()) {
            JsonNode value = field.getValue();
            // What comes after the file is not read by the services; two files would be refused.
            if (!value.isValueNode() || field.getKey().equals("file")) {
                throw new IllegalArgumentException("formFields are not those of a form");
            }
            fields.put(field.getKey(), value.asString());
        }
        if (fields.size() > MAX_FIELDS) {
            throw new IllegalArgumentException("too many formFields");
        }
        return new Place(
                text(answer, "ref"),
                text(answer, "uploadUrl"),
                answer.path("method").asString("PUT"),
                fields);
    }

    /// Reads a file as it is stored, encrypted.
    ///
    /// @param ref of the message
    public Reply<byte[]> download(SessionId session, String ref) throws InterruptedException {
        Reply<String> url =
                relay.post(
                        bearer.get(),
                        path(session, "request-download"),
                        JsonNodeFactory.instance.objectNode().put("ref", ref),
                        answer -> text(answer, "downloadUrl"));
        return url instanceof Reply.Success<String>(String address)
                ? relay.download(bearer.get(), address, MAX_SEALED)
                : failure(url);
    }

    private static <T> Reply<T> failure(Reply<?> reply) {
        return switch (reply) {
            case Reply.Success<?> _ -> throw new IllegalArgumentException("a success");
            case Reply.CredentialsRefused<?>(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Denied<?>(int status, String message) -> new Reply.Denied<>(status, message);
            case Reply.Unavailable<?>(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    /// Where the relay wants a file.
    ///
    /// @param fields of the form, in their order; none for `PUT`
    private record Place(
            String ref, String url, String method, SequencedMap<String, String> fields) {}

    private static String text(JsonNode answer, String name) {
        JsonNode value = answer.path(name);
        if (!value.isString() || value.asString().isEmpty()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value.asString();
    }

    private static String path(SessionId session, String what) {
        return "/v1/sessions/"
                + URLEncoder.encode(session.value(), StandardCharsets.UTF_8).replace("+", "%20")
                + "/attachments/"
                + what;
    }
}
