package dev.roosthold.relay.messages;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// `/v3/sessions/:id/messages` and `/v1/sessions/:id/messages`.
public final class MessageRoutes {
    /// Clients send all that has gathered in one request and repeat it for ever when it is refused,
    /// so only the size of the whole body is bounded, not the number of messages.
    private static final int MAX_BODY = 100 << 20;

    static final int MAX_LOCAL_ID = 1_024;

    private static final int USUAL_PAGE = 100;
    private static final int MAX_PAGE = 500;
    private static final int V1_PAGE = 150;

    private final Messages messages;

    public MessageRoutes(Messages messages) {
        this.messages = messages;
    }

    public void register(Routes routes) {
        routes.bearer("GET", "/v3/sessions/:id/messages", this::page);
        routes.withBodyLimit(MAX_BODY)
                .neverRefused()
                .bearer("POST", "/v3/sessions/:id/messages", this::post);
        routes.bearer("GET", "/v1/sessions/:id/messages", this::newest);
    }

    private Response page(Request request) {
        var fields = Fields.query(request);
        OptionalLong after = fields.optionalInteger("after_seq", 0, Long.MAX_VALUE);
        OptionalLong before = fields.optionalInteger("before_seq", 1, Long.MAX_VALUE);
        int limit = fields.limit("limit", MAX_PAGE, USUAL_PAGE);
        if (request.query().containsKey("after_seq") && request.query().containsKey("before_seq")) {
            fields.problem("", "after_seq and before_seq are mutually exclusive");
        }
        fields.check();
        Caller caller = request.requireCaller();
        SessionId session = session(request);
        return answer(
                before.isPresent()
                        ? messages.before(caller, session, before.getAsLong(), limit)
                        : messages.after(caller, session, after.orElse(0), limit));
    }

    private Response newest(Request request) {
        return messages.before(request.requireCaller(), session(request), Long.MAX_VALUE, V1_PAGE)
                .map(page -> Response.ok(Map.of("messages", page.messages())))
                .orElseGet(MessageRoutes::notFound);
    }

    private Response post(Request request) {
        var fields = Fields.body(request);
        var drafts = new ArrayList<Draft>();
        for (Fields message : fields.objects("messages", 1, Integer.MAX_VALUE)) {
            String content = message.text("content");
            String localId = message.text("localId", 1, MAX_LOCAL_ID);
            // What has no UTF-8 form would come back from the store as another text.
            if (!Texts.isWellFormed(content)) {
                message.problem("content", "Invalid string: half of a surrogate pair");
            }
            if (!Texts.isWellFormed(localId)) {
                message.problem("localId", "Invalid string: half of a surrogate pair");
            }
            drafts.add(messages.draft(localId, content));
        }
        fields.check();
        Optional<List<Receipt>> receipts =
                messages.post(request.requireCaller(), session(request), drafts);
        return receipts.map(all -> Response.ok(Map.of("messages", all)))
                .orElseGet(MessageRoutes::notFound);
    }

    private static SessionId session(Request request) {
        return new SessionId(request.parameter("id"));
    }

    private static Response answer(Optional<Page> page) {
        return page.<Response>map(Response::ok).orElseGet(MessageRoutes::notFound);
    }

    private static Response notFound() {
        return Response.error(404, "Session not found");
    }
}
