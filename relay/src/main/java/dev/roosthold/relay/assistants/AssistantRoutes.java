package dev.roosthold.relay.assistants;

import dev.roosthold.protocol.AssistantId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.machines.Assistant.Status;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.BadRequest;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.machines.Reach;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/// `/v1/machines/:id/assistants` for the machine, `/v1/web/machines/:id/assistants` for its owner.
public final class AssistantRoutes {
    private static final String OF_MACHINE = "/v1/machines/:id/assistants";
    private static final String OF_OWNER = "/v1/web/machines/:id/assistants";
    private static final String ONE = "/:assistantId";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{21}");

    /// Characters; a name, a path and a user's name, encrypted.
    private static final int MAX_DETAILS = 16 << 10;

    private static final int MAX_BODY = 128 << 10;

    private final Assistants assistants;

    public AssistantRoutes(Assistants assistants) {
        this.assistants = assistants;
    }

    public void register(Routes routes) {
        routes.bearer("GET", OF_MACHINE, this::list);
        routes.withBodyLimit(MAX_BODY).bearer("PUT", OF_MACHINE + ONE, this::put);
        routes.accountBearer("GET", OF_OWNER, this::list);
        routes.accountBearer(
                "POST",
                OF_OWNER + ONE + "/approve",
                request -> change(request, assistants::approve));
        routes.accountBearer(
                "POST", OF_OWNER + ONE + "/reject", request -> change(request, assistants::reject));
        routes.accountBearer(
                "POST", OF_OWNER + ONE + "/revoke", request -> change(request, assistants::revoke));
        routes.accountBearer(
                "DELETE", OF_OWNER + ONE, request -> change(request, assistants::remove));
    }

    private Response list(Request request) {
        MachineId machine = Reach.named(request);
        if (!Reach.mayTouch(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        return assistants
                .list(request.requireCaller(), machine)
                .<Response>map(Response::ok)
                .orElseGet(Reach::notFound);
    }

    private Response put(Request request) {
        if (!Reach.mayTouch(request.requireCaller(), Reach.named(request))) {
            return Reach.forbidden();
        }
        if (!ID.matcher(request.parameter("assistantId")).matches()) {
            throw new BadRequest("params/assistantId must match " + ID.pattern());
        }
        var fields = Fields.body(request);
        String details = fields.text("details", 1, MAX_DETAILS);
        if (!Texts.isWellFormed(details)) {
            fields.problem("details", "Invalid string: half of a surrogate pair");
        }
        Optional<Status> status = status(fields);
        fields.check();
        return answer(assistants.put(key(request), Actor.of(request), details, status));
    }

    private static Response change(
            Request request, BiFunction<Assistants.Key, Actor, Outcome> change) {
        return answer(change.apply(key(request), Actor.of(request)));
    }

    private static Response answer(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done(var assistant) -> Response.ok(assistant);
            case Outcome.Gone() -> Response.ok(Success.OK);
            case Outcome.Refused(var text) -> Response.error(409, text);
            case Outcome.TooMany() ->
                    Response.tooMany("Too many assistants", Duration.ofMinutes(1));
            // The same for both: an unknown machine has no assistants.
            case Outcome.Unknown() -> Response.error(404, "Assistant not found");
        };
    }

    private static Optional<Status> status(Fields fields) {
        return fields.optionalText("status")
                .flatMap(
                        text ->
                                switch (text) {
                                    case "online" -> Optional.of(Status.ONLINE);
                                    case "offline" -> Optional.of(Status.OFFLINE);
                                    default -> {
                                        fields.problem("status", "must be online or offline");
                                        yield Optional.empty();
                                    }
                                });
    }

    private static Assistants.Key key(Request request) {
        return new Assistants.Key(
                request.requireCaller(),
                Reach.named(request),
                new AssistantId(request.parameter("assistantId")));
    }
}
