package dev.roosthold.relay.social;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.social.FriendList;
import dev.roosthold.protocol.social.UserAnswer;
import dev.roosthold.protocol.social.UserList;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.util.Optional;
import java.util.OptionalLong;

/// `/v1/user`, `/v1/friends` and `/v1/feed`.
public final class SocialRoutes {
    private static final int MAX_QUERY = 100;
    private static final int MAX_ID = 200;
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 50;

    private final Social social;

    public SocialRoutes(Social social) {
        this.social = social;
    }

    public void register(Routes routes) {
        routes.accountBearer("GET", "/v1/user/search", this::search);
        routes.accountBearer("GET", "/v1/user/:id", this::user);
        routes.accountBearer("GET", "/v1/friends", this::friends);
        routes.accountBearer("POST", "/v1/friends/add", this::add);
        routes.accountBearer("POST", "/v1/friends/remove", this::remove);
        routes.accountBearer("GET", "/v1/feed", this::feed);
    }

    private Response user(Request request) {
        return social.find(me(request), request.parameter("id"))
                .<Response>map(user -> Response.ok(new UserAnswer(user)))
                .orElseGet(() -> Response.error(404, "User not found"));
    }

    private Response search(Request request) {
        var fields = Fields.query(request);
        String query = fields.text("query", 0, MAX_QUERY);
        fields.check();
        return Response.ok(new UserList(social.search(me(request), query)));
    }

    private Response friends(Request request) {
        return Response.ok(new FriendList(social.friends(me(request))));
    }

    private Response add(Request request) {
        return Response.ok(new UserAnswer(social.add(me(request), uid(request)).orElse(null)));
    }

    private Response remove(Request request) {
        return Response.ok(new UserAnswer(social.remove(me(request), uid(request)).orElse(null)));
    }

    private Response feed(Request request) {
        var fields = Fields.query(request);
        long before = cursor(fields, "before", Long.MAX_VALUE);
        long after = cursor(fields, "after", -1);
        int limit = fields.limit("limit", MAX_PAGE, USUAL_PAGE);
        fields.check();
        return Response.ok(social.feed(me(request), after, before, limit));
    }

    private static long cursor(Fields fields, String name, long otherwise) {
        Optional<String> text = fields.optionalText(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        OptionalLong cursor = Cursor.parse(text.get());
        if (cursor.isEmpty()) {
            fields.problem(name, "Invalid cursor");
        }
        return cursor.orElse(otherwise);
    }

    private static String uid(Request request) {
        var fields = Fields.body(request);
        String uid = fields.text("uid", 0, MAX_ID);
        fields.check();
        return uid;
    }

    private static AccountId me(Request request) {
        return request.requireCaller().account();
    }
}
