package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.accesskeys.AccessKeyAnswer;
import dev.roosthold.protocol.accesskeys.AccessKeyWrite;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Texts;

/// `/v1/access-keys/:sessionId/:machineId`.
public final class AccessKeyRoutes {
    static final String OUT_OF_REACH = "Session or machine not found";

    private static final String PATH = "/v1/access-keys/:sessionId/:machineId";

    /// Characters; a key with its envelope takes some hundred.
    private static final int MAX_DATA = 64 << 10;

    private final AccessKeys keys;

    public AccessKeyRoutes(AccessKeys keys) {
        this.keys = keys;
    }

    public void register(Routes routes) {
        routes.bearer("GET", PATH, this::get);
        routes.bearer("POST", PATH, this::create);
        routes.bearer("PUT", PATH, this::replace);
    }

    private Response get(Request request) {
        return switch (keys.find(request.requireCaller(), pair(request))) {
            case KeyOutcome.Found(var key) -> Response.ok(new AccessKeyAnswer.Found(key));
            case KeyOutcome.Absent() -> Response.ok(new AccessKeyAnswer.Found(null));
            case KeyOutcome.Refused _ -> throw neverRefused();
            case KeyOutcome.OutOfReach() -> Response.error(404, OUT_OF_REACH);
        };
    }

    private Response create(Request request) {
        var fields = Fields.body(request);
        String data = data(fields);
        fields.check();
        return switch (keys.create(request.requireCaller(), pair(request), data)) {
            case KeyOutcome.Found(var key) -> Response.ok(new AccessKeyAnswer.Created(true, key));
            case KeyOutcome.Refused _ -> Response.error(409, "Access key already exists");
            case KeyOutcome.Absent(), KeyOutcome.OutOfReach() -> Response.error(404, OUT_OF_REACH);
        };
    }

    /// Without a key it makes no difference whether session and machine are there.
    private Response replace(Request request) {
        var fields = Fields.body(request);
        String data = data(fields);
        int expectedVersion = fields.version("expectedVersion");
        fields.check();
        return switch (keys.replace(
                request.requireCaller(), pair(request), data, expectedVersion)) {
            case KeyOutcome.Found(var key) -> Response.ok(AccessKeyWrite.saved(key.dataVersion()));
            case KeyOutcome.Refused(var current) -> Response.ok(AccessKeyWrite.mismatch(current));
            case KeyOutcome.Absent(), KeyOutcome.OutOfReach() ->
                    Response.error(404, "Access key not found");
        };
    }

    private static String data(Fields fields) {
        String data = fields.text("data", 0, MAX_DATA);
        // What has no UTF-8 form would come back from the store as another text.
        if (!Texts.isWellFormed(data)) {
            fields.problem("data", "Invalid string: half of a surrogate pair");
        }
        return data;
    }

    static IllegalStateException neverRefused() {
        return new IllegalStateException("reading is not refused");
    }

    private static Pair pair(Request request) {
        return new Pair(
                new SessionId(request.parameter("sessionId")),
                new MachineId(request.parameter("machineId")));
    }
}
