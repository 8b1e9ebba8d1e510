package dev.roosthold.client.sessions;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.sessions.Message;
import dev.roosthold.protocol.sessions.Session;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The relay's routes about sessions and messages. Each call sends one request and waits at most 60
/// seconds. Thread-safe.
public final class Sessions {
    /// More than this in one page is refused.
    public static final int MAX_PAGE = 500;

    private final RelayClient relay;
    private final Supplier<BearerToken> bearer;
    private final Keyring keys;
    private final SessionKeys kept;

    /// @param bearer asked before each request
    public Sessions(RelayClient relay, Supplier<BearerToken> bearer, Keyring keys) {
        this(relay, bearer, keys, SessionKeys.NONE);
    }

    /// @param bearer asked before each request
    /// @param kept keys of sessions that the keyring cannot open
    public Sessions(
            RelayClient relay, Supplier<BearerToken> bearer, Keyring keys, SessionKeys kept) {
        this.relay = relay;
        this.bearer = bearer;
        this.keys = keys;
        this.kept = kept;
    }

    /// `POST /v1/sessions`: makes a session, or finds the one that has this tag.
    ///
    /// A session that is found keeps all that is stored, its key included. It is empty when that
    /// key cannot be had here: a [Keyring#writer] that has not kept the key must take a new tag.
    ///
    /// @param tag chosen by the client, random; readable by the relay
    /// @param key from [Keyring#fresh], or the kept key of an earlier run with the same tag
    public Reply<Optional<OpenSession>> create(
            String tag, ObjectNode metadata, Optional<ObjectNode> agentState, RecordKey key)
            throws InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("tag", tag);
        body.put("metadata", key.encryption().seal(metadata));
        body.put("agentState", agentState.map(key.encryption()::seal).orElse(null));
        body.put("dataEncryptionKey", key.sealed().orElse(null));
        return relay.post(
                bearer.get(),
                "/v1/sessions",
                body,
                answer -> {
                    SessionRow row = row(answer.path("session"));
                    return keys.open(row.dataEncryptionKey())
                            .or(() -> opening(row, key.encryption()))
                            .map(encryption -> new OpenSession(row, encryption));
                });
    }

    /// The encryption, when it is the one that the row was written with.
    private static Optional<EncryptedJson> opening(SessionRow row, EncryptedJson encryption) {
        String metadata = row.metadata().value();
        return metadata != null && encryption.open(metadata).isPresent()
                ? Optional.of(encryption)
                : Optional.empty();
    }

    /// `GET /v1/sessions/:id`; an unknown session is [Reply.Denied] with status 404.
    public Reply<SessionRow> find(SessionId id) throws InterruptedException {
        return relay.get(bearer.get(), path("/v1", id, ""), answer -> row(answer.path("session")));
    }

    /// `GET /v1/sessions`: all sessions, the last changed first.
    public Reply<List<SessionRow>> list() throws InterruptedException {
        return relay.get(
                bearer.get(),
                "/v1/sessions",
                answer -> {
                    List<SessionRow> rows = new ArrayList<>();
                    for (JsonNode session : required(answer, "sessions")) {
                        rows.add(row(session));
                    }
                    return rows;
                });
    }

    /// The row with its key, when that can be opened here.
    public Optional<OpenSession> open(SessionRow row) {
        return keys.open(row.dataEncryptionKey())
                .or(
                        () ->
                                kept.find(row.id())
                                        .flatMap(key -> opening(row, keys.of(key).encryption())))
                .map(encryption -> new OpenSession(row, encryption));
    }

    /// `POST /v1/sessions/:id/archive`: the session is over; it can still be read.
    public Reply<Boolean> archive(SessionId id) throws InterruptedException {
        return relay.post(
                bearer.get(),
                path("/v1", id, "/archive"),
                JsonNodeFactory.instance.objectNode(),
                _ -> true);
    }

    /// `DELETE /v1/sessions/:id`, with its messages.
    public Reply<Boolean> delete(SessionId id) throws InterruptedException {
        return relay.delete(bearer.get(), path("/v1", id, ""), _ -> true);
    }

    /// Messages with a higher number, in rising order.
    ///
    /// @param seq 0 from the start
    /// @param limit 1 to [#MAX_PAGE]; a page may be shorter although there is more
    public Reply<MessagePage> after(SessionId session, long seq, int limit)
            throws InterruptedException {
        return page(session, "after_seq=" + seq, limit);
    }

    /// Messages with a lower number, in falling order.
    ///
    /// @param seq [Long#MAX_VALUE] from the end
    /// @param limit 1 to [#MAX_PAGE]; a page may be shorter although there is more
    public Reply<MessagePage> before(SessionId session, long seq, int limit)
            throws InterruptedException {
        return page(session, "before_seq=" + seq, limit);
    }

    private Reply<MessagePage> page(SessionId session, String from, int limit)
            throws InterruptedException {
        return relay.get(
                bearer.get(),
                path("/v3", session, "/messages?" + from + "&limit=" + limit),
                answer -> {
                    List<StoredMessage> messages = new ArrayList<>();
                    for (JsonNode message : required(answer, "messages")) {
                        messages.add(
                                StoredMessage.of(
                                        Codec.mapper().treeToValue(message, Message.class)));
                    }
                    return new MessagePage(messages, answer.path("hasMore").asBoolean(false));
                });
    }

    /// `POST /v3/sessions/:id/messages`: stores all or none, in this order; one whose local id is
    /// already stored is answered as it is stored. Repeating it does no harm.
    public Reply<List<Receipt>> post(SessionId session, List<Draft> drafts)
            throws InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode messages = body.putArray("messages");
        for (Draft draft : drafts) {
            ObjectNode message = messages.addObject();
            message.put("content", draft.sealed());
            message.put("localId", draft.localId());
        }
        return relay.post(
                bearer.get(),
                path("/v3", session, "/messages"),
                body,
                answer -> {
                    List<Receipt> receipts = new ArrayList<>();
                    for (JsonNode stored : required(answer, "messages")) {
                        receipts.add(
                                new Receipt(
                                        stored.path("localId").asString(""),
                                        stored.path("seq").asLong(0)));
                    }
                    return receipts;
                });
    }

    /// Reads a session of an answer or update.
    ///
    /// @throws IllegalArgumentException when it is none
    /// @throws tools.jackson.core.JacksonException when it is none
    public static SessionRow row(@Nullable JsonNode session) {
        if (session == null || !session.isObject()) {
            throw new IllegalArgumentException("no session");
        }
        return SessionRow.of(Codec.mapper().treeToValue(session, Session.class));
    }

    private static JsonNode required(JsonNode answer, String list) {
        JsonNode found = answer.path(list);
        if (!found.isArray()) {
            throw new IllegalArgumentException(list + " is missing");
        }
        return found;
    }

    private static String path(String version, SessionId id, String rest) {
        return version
                + "/sessions/"
                + URLEncoder.encode(id.value(), StandardCharsets.UTF_8).replace("+", "%20")
                + rest;
    }
}
