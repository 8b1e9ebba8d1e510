package dev.roosthold.relay.enrolment;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.machines.AuthenticatedMachine;
import dev.roosthold.protocol.machines.CreatedMachine;
import dev.roosthold.protocol.machines.MachineToken;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.auth.ClientName;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.updates.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;

/// `/v1/web/machines`, `POST /v1/machines/authenticate`, and enrolment by approval.
public final class EnrolmentRoutes {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{21}");
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{21,128}");
    private static final int MAX_NAME = 100;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Longest text that is looked at when a machine shows its token.
    private static final int MAX_TEXT = 256;

    private final Machines machines;
    private final Enrolment enrolment;
    private final KeyRequestRoutes keyRequests;

    public EnrolmentRoutes(
            Store store,
            Machines machines,
            Devices devices,
            Router router,
            Audit audit,
            InstantSource clock) {
        this.machines = machines;
        this.enrolment = new Enrolment(store, machines, devices, audit, clock);
        this.keyRequests =
                new KeyRequestRoutes(new KeyRequests(store, machines, enrolment, router, clock));
    }

    /// What the tables of this feature hold of an account, but for the hashes of secrets, which go
    /// with the machines.
    public static List<OwnedRows> ofAccount() {
        return KeyRequestTable.OF_ACCOUNT;
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        enrolment.share(with);
    }

    public void register(Routes routes) {
        routes.accountBearer("POST", "/v1/web/machines", this::create);
        routes.accountBearer("GET", "/v1/web/machines", this::list);
        routes.accountBearer("PATCH", "/v1/web/machines/:id", this::rename);
        routes.accountBearer("DELETE", "/v1/web/machines/:id", this::remove);
        routes.accountBearer("POST", "/v1/web/machines/:id/secret", this::replaceSecret);
        routes.open("POST", "/v1/machines/authenticate", this::authenticate);
        keyRequests.register(routes);
    }

    private Response create(Request request) {
        var fields = Fields.body(request);
        String id = matching(fields, "machineId", ID);
        String secret = secret(fields);
        String name = name(fields);
        fields.check();
        var machine = new MachineId(id);
        return switch (enrolment.create(
                request.requireCaller(), Actor.of(request), machine, secret, name)) {
            case DONE -> Response.ok(created(machine, secret));
            case ID_TAKEN -> Response.error(409, "Machine ID already exists");
            case TOO_MANY -> Response.tooMany("Too many machines", MINUTE);
            case REVOKED -> invalidToken();
        };
    }

    private Response list(Request request) {
        return Response.ok(machines.webRows(account(request)));
    }

    private Response rename(Request request) {
        var fields = Fields.body(request);
        String name = name(fields);
        fields.check();
        return machines.rename(account(request), id(request), name)
                .<Response>map(Response::ok)
                .orElseGet(EnrolmentRoutes::notFound);
    }

    private Response remove(Request request) {
        return machines.remove(account(request), id(request), Actor.of(request))
                ? Response.ok(Success.OK)
                : notFound();
    }

    private Response replaceSecret(Request request) {
        var fields = Fields.body(request);
        String secret = secret(fields);
        fields.check();
        MachineId machine = id(request);
        return enrolment.replaceSecret(request.requireCaller(), Actor.of(request), machine, secret)
                ? Response.ok(created(machine, secret))
                : notFound();
    }

    private Response authenticate(Request request) {
        var fields = Fields.body(request);
        String id = fields.text("machineId", 1, MAX_TEXT);
        String secret = fields.text("secret", 1, MAX_TEXT);
        fields.check();
        var machine = new MachineId(id);
        String deviceName = ClientName.of(request);
        return switch (enrolment.authenticate(machine, secret, deviceName, request.remote())) {
            case Enrolment.Authenticated.Machine(var account, var name, var token) ->
                    Response.ok(new AuthenticatedMachine(machine, name, token, account));
            case Enrolment.Authenticated.Refused() ->
                    Response.error(401, "Invalid machine credentials");
            case Enrolment.Authenticated.TooManyFailures() ->
                    Response.tooMany("Too many failures, try again in a minute", MINUTE);
        };
    }

    private static AccountId account(Request request) {
        return request.requireCaller().account();
    }

    private static MachineId id(Request request) {
        return new MachineId(request.parameter("id"));
    }

    static CreatedMachine created(MachineId machine, String secret) {
        return new CreatedMachine(machine, MachineToken.of(machine, secret));
    }

    static Response invalidToken() {
        return Response.error(401, "Invalid token");
    }

    static String secret(Fields fields) {
        return matching(fields, "secret", SECRET);
    }

    private static String matching(Fields fields, String name, Pattern pattern) {
        String text = fields.text(name);
        if (!text.isEmpty() || fields.node(name).isString()) {
            if (!pattern.matcher(text).matches()) {
                fields.problem(name, "Invalid string: must match " + pattern.pattern());
            }
        }
        return text;
    }

    /// Trimmed, 1 to 100 characters as people count them, no control characters.
    private static String name(Fields fields) {
        String name = fields.text("name").strip();
        if (fields.node("name").isString()
                && (name.isEmpty()
                        || name.codePointCount(0, name.length()) > MAX_NAME
                        || !Texts.isPrintable(name))) {
            fields.problem("name", "must have 1 to 100 characters and no control characters");
        }
        return name;
    }

    private static Response notFound() {
        return Response.error(404, "Machine not found");
    }
}
