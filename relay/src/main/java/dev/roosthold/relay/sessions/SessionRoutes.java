package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.sessions.Session;
import dev.roosthold.protocol.sessions.SessionAnswer;
import dev.roosthold.protocol.sessions.SessionList;
import dev.roosthold.protocol.sessions.SessionPage;
import dev.roosthold.protocol.sessions.SessionV1;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.limits.Texts;
import java.util.List;
import java.util.Optional;

/// `/v1/sessions` and `/v2/sessions`.
public final class SessionRoutes {
    private static final int MAX_TAG = 512;
    private static final int MAX_KEY = 3_072;

    /// Metadata and state are single texts; one megabyte each is far beyond what clients write.
    private static final int MAX_BODY = 4 << 20;

    /// Clients show what this list has and nothing else, so it is long.
    private static final int MAX_LIST = 10_000;

    private static final int USUAL_ACTIVE = 150;
    private static final int MAX_ACTIVE = 500;
    private static final int USUAL_PAGE = 50;
    private static final int MAX_PAGE = 200;
    private static final String CURSOR = "cursor_v1_";

    private final Sessions sessions;

    public SessionRoutes(Sessions sessions) {
        this.sessions = sessions;
    }

    public void register(Routes routes) {
        routes.withBodyLimit(MAX_BODY).bearer("POST", "/v1/sessions", this::create);
        routes.bearer("GET", "/v1/sessions", this::list);
        routes.bearer("GET", "/v1/sessions/:id", this::get);
        routes.bearer("DELETE", "/v1/sessions/:id", this::delete);
        routes.bearer("POST", "/v1/sessions/:id/archive", this::archive);
        routes.bearer("GET", "/v2/sessions", this::page);
        routes.bearer("GET", "/v2/sessions/active", this::active);
    }

    private Response create(Request request) {
        var fields = Fields.body(request);
        String tag = fields.text("tag", 0, MAX_TAG);
        String metadata = fields.text("metadata");
        Optional<String> agentState = fields.nullableText("agentState");
        Optional<String> key = fields.nullableText("dataEncryptionKey");
        checkStorable(fields, "tag", tag);
        checkStorable(fields, "metadata", metadata);
        agentState.ifPresent(state -> checkStorable(fields, "agentState", state));
        if (key.isPresent() && !isKey(key.get())) {
            fields.problem("dataEncryptionKey", "Invalid base64-encoded string");
        }
        fields.check();
        var fresh = new Fresh(tag, metadata, agentState.orElse(null), key.orElse(null));
        return switch (sessions.create(request.requireCaller(), fresh)) {
            case Created.Found(var session) -> Response.ok(new SessionAnswer(session));
            case Created.Taken() -> Response.error(409, "Tag belongs to another session");
        };
    }

    private Response list(Request request) {
        return Response.ok(
                new SessionList<>(
                        sessions.newest(request.requireCaller(), MAX_LIST).stream()
                                .map(SessionV1::new)
                                .toList()));
    }

    private Response get(Request request) {
        return sessions.find(request.requireCaller(), session(request))
                .map(session -> Response.ok(new SessionAnswer(session)))
                .orElseGet(SessionRoutes::notFound);
    }

    private Response active(Request request) {
        var fields = Fields.query(request);
        int limit = fields.limit("limit", MAX_ACTIVE, USUAL_ACTIVE);
        fields.check();
        return Response.ok(new SessionList<>(sessions.active(request.requireCaller(), limit)));
    }

    private Response page(Request request) {
        var fields = Fields.query(request);
        Optional<String> cursor = fields.optionalText("cursor");
        int limit = fields.limit("limit", MAX_PAGE, USUAL_PAGE);
        long changedSince =
                fields.optionalInteger("changedSince", 1, Long.MAX_VALUE).orElse(Long.MIN_VALUE);
        fields.check();
        if (cursor.isPresent() && !isCursor(cursor.get())) {
            return Response.error(400, "Invalid cursor format");
        }
        Optional<SessionId> before =
                cursor.map(text -> new SessionId(text.substring(CURSOR.length())));
        List<Session> found =
                sessions.page(request.requireCaller(), before, changedSince, limit + 1);
        if (found.size() <= limit) {
            return Response.ok(new SessionPage(found, null, false));
        }
        List<Session> page = found.subList(0, limit);
        return Response.ok(new SessionPage(page, CURSOR + page.getLast().id(), true));
    }

    private Response archive(Request request) {
        return sessions.archive(request.requireCaller(), session(request))
                ? Response.ok(Success.OK)
                : notFound();
    }

    private Response delete(Request request) {
        return sessions.delete(request.requireCaller(), session(request), Actor.of(request))
                ? Response.ok(Success.OK)
                : Response.error(404, "Session not found or not owned by user");
    }

    private static SessionId session(Request request) {
        return new SessionId(request.parameter("id"));
    }

    private static boolean isCursor(String text) {
        return text.startsWith(CURSOR) && text.length() > CURSOR.length();
    }

    private static void checkStorable(Fields fields, String name, String text) {
        if (!Texts.isWellFormed(text)) {
            fields.problem(name, "Invalid string: half of a surrogate pair");
        }
    }

    private static boolean isKey(String text) {
        return Base64Text.decode(text, MAX_KEY).filter(bytes -> bytes.length > 0).isPresent();
    }

    private static Response notFound() {
        return Response.error(404, "Session not found");
    }
}
