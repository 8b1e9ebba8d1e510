package dev.roosthold.relay.service;

import dev.roosthold.protocol.AppUpdate;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;

/// `/v1/voice` and `POST /v1/version`.
public final class AppServiceRoutes {
    private static final int MAX_BODY = 16 << 10;

    /// The words that the app knows for a server without voice.
    private static final Response NO_VOICE =
            Response.error(500, "ELEVENLABS_API_KEY not configured");

    public void register(Routes routes) {
        Routes small = routes.withBodyLimit(MAX_BODY);
        small.accountBearer("POST", "/v1/voice/conversations", this::conversation);
        small.accountBearer("GET", "/v1/voice/usage", _ -> NO_VOICE);
        small.open("POST", "/v1/version", this::version);
    }

    private Response conversation(Request request) {
        var fields = Fields.body(request);
        fields.text("agentId");
        fields.check();
        return NO_VOICE;
    }

    private Response version(Request request) {
        var fields = Fields.body(request);
        fields.text("platform");
        fields.text("version");
        fields.text("app_id");
        fields.check();
        return Response.ok(AppUpdate.NONE);
    }
}
