package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Success;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.machines.Reach;
import java.time.Duration;
import java.util.Optional;

/// Enrolment by approval: `/v1/machines/:id/enrolment` for the machine,
/// `/v1/web/machines/:id/enrolment` for its owner.
final class KeyRequestRoutes {
    private static final String OF_MACHINE = "/v1/machines/:id/enrolment";
    private static final String OF_OWNER = "/v1/web/machines/:id/enrolment";
    private static final int KEY_BYTES = 32;

    /// An envelope has 72 bytes more than what is in it, which is a version and a key.
    private static final int MIN_ENVELOPE = 73;

    private static final int MAX_ENVELOPE = 1_024;
    private static final int MAX_BODY = 16 << 10;

    private final KeyRequests requests;

    KeyRequestRoutes(KeyRequests requests) {
        this.requests = requests;
    }

    void register(Routes routes) {
        Routes small = routes.withBodyLimit(MAX_BODY);
        small.bearer("PUT", OF_MACHINE, this::publish);
        routes.bearer("GET", OF_MACHINE, this::state);
        routes.accountBearer("GET", OF_OWNER, this::waiting);
        small.accountBearer("POST", OF_OWNER + "/approve", this::approve);
        small.accountBearer("POST", OF_OWNER + "/reject", this::reject);
    }

    private Response publish(Request request) {
        MachineId machine = Reach.named(request);
        // Nobody else has the secret key, so nobody else asks in its place.
        if (!Reach.isMachine(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        var fields = Fields.body(request);
        String publicKey = publicKey(fields);
        fields.check();
        return switch (requests.publish(
                request.requireCaller(), Actor.of(request), machine, publicKey)) {
            case KeyRequests.Published.Done(var state) -> Response.ok(state);
            case KeyRequests.Published.UnknownMachine() -> Reach.notFound();
            case KeyRequests.Published.TooMany() ->
                    Response.tooMany("Too many keys, try again in a minute", Duration.ofMinutes(1));
            case KeyRequests.Published.Revoked() -> EnrolmentRoutes.invalidToken();
        };
    }

    private Response state(Request request) {
        MachineId machine = Reach.named(request);
        if (!Reach.isMachine(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        return requests.state(request.requireCaller(), machine)
                .<Response>map(Response::ok)
                .orElseGet(KeyRequestRoutes::nothingWaits);
    }

    private Response waiting(Request request) {
        return requests.waiting(request.requireCaller(), Reach.named(request))
                .<Response>map(Response::ok)
                .orElseGet(KeyRequestRoutes::nothingWaits);
    }

    private Response approve(Request request) {
        var fields = Fields.body(request);
        String publicKey = publicKey(fields);
        String response = response(fields);
        fields.check();
        return switch (requests.approve(
                request.requireCaller(),
                Actor.of(request),
                Reach.named(request),
                publicKey,
                response)) {
            case DONE -> Response.ok(Success.OK);
            case NOTHING_WAITS -> nothingWaits();
            case KEY_CHANGED -> Response.error(409, "Public key has changed");
            case BEFORE -> Response.error(409, "Already approved");
            case REVOKED -> EnrolmentRoutes.invalidToken();
        };
    }

    private Response reject(Request request) {
        var fields = Fields.body(request);
        String secret = EnrolmentRoutes.secret(fields);
        fields.check();
        MachineId machine = Reach.named(request);
        return switch (requests.reject(
                request.requireCaller(), Actor.of(request), machine, secret)) {
            case DONE -> Response.ok(EnrolmentRoutes.created(machine, secret));
            // The same text: whether a machine is there is nobody else's business.
            case UNKNOWN_MACHINE, NOTHING_WAITS -> nothingWaits();
            case REVOKED -> EnrolmentRoutes.invalidToken();
        };
    }

    private static String publicKey(Fields fields) {
        String text = fields.text("publicKey");
        Optional<byte[]> key =
                Base64Text.decode(text, KEY_BYTES).filter(bytes -> bytes.length == KEY_BYTES);
        if (key.isEmpty() && fields.node("publicKey").isString()) {
            fields.problem("publicKey", "must be base64 of 32 bytes");
        }
        return key.map(Base64Text::encode).orElse("");
    }

    private static String response(Fields fields) {
        String text = fields.text("response");
        if (fields.node("response").isString()
                && Base64Text.decode(text, MAX_ENVELOPE)
                        .filter(bytes -> bytes.length >= MIN_ENVELOPE)
                        .isEmpty()) {
            fields.problem("response", "must be base64 of an envelope");
        }
        return text;
    }

    private static Response nothingWaits() {
        return Response.error(404, "No enrolment is waiting");
    }
}
