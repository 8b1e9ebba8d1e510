package dev.roosthold.relay.machines;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.machines.Machine;
import dev.roosthold.protocol.machines.MachineAnswer;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.presence.MachineKey;
import java.util.Optional;

/// `/v1/machines`: the happy view.
public final class MachineRoutes {
    private static final int MAX_ID = 200;
    private static final int MAX_KEY = 3_072;

    /// Metadata and state are single texts; one megabyte each is far beyond what clients write.
    private static final int MAX_BODY = 4 << 20;

    private final Machines machines;

    public MachineRoutes(Machines machines) {
        this.machines = machines;
    }

    public void register(Routes routes) {
        routes.withBodyLimit(MAX_BODY).bearer("POST", "/v1/machines", this::create);
        routes.accountBearer("GET", "/v1/machines", this::list);
        routes.bearer("GET", "/v1/machines/:id", this::get);
        routes.accountBearer("DELETE", "/v1/machines/:id", this::delete);
        routes.withBodyLimit(MAX_BODY).bearer("PUT", "/v1/machines/:id/keys", this::renewKey);
    }

    private Response create(Request request) {
        var fields = Fields.body(request);
        String id = fields.text("id", 1, MAX_ID);
        String metadata = fields.text("metadata");
        Optional<String> daemonState = fields.optionalText("daemonState");
        Optional<String> key = fields.nullableText("dataEncryptionKey");
        if (key.isPresent() && !isKey(key.get())) {
            fields.problem("dataEncryptionKey", "Invalid base64-encoded string");
        }
        // An id is part of RPC names, `<id>:<method>`, and of paths.
        if (id.indexOf(':') >= 0 || !Texts.isPrintable(id)) {
            fields.problem("id", "must have no colon and only printable characters");
        }
        fields.check();
        var machine = new MachineKey(request.requireCaller().account(), new MachineId(id));
        if (!Reach.mayTouch(request.requireCaller(), machine.machine())) {
            return Reach.forbidden();
        }
        var fresh =
                new MachineTable.Fresh(
                        machine, null, false, metadata, daemonState.orElse(null), key.orElse(null));
        return switch (machines.register(fresh, Actor.of(request))) {
            case Registered.Found(var found) -> Response.ok(new MachineAnswer(found));
            case Registered.Foreign() ->
                    Response.error(409, "Machine ID belongs to another account");
        };
    }

    private Response renewKey(Request request) {
        MachineId machine = Reach.named(request);
        // What it replaces is unreadable afterwards, so only who has the machine's own token may.
        if (!Reach.isMachine(request.requireCaller(), machine)) {
            return Reach.forbidden();
        }
        var fields = Fields.body(request);
        String metadata = fields.text("metadata");
        String daemonState = fields.text("daemonState");
        String key = fields.text("dataEncryptionKey");
        if (fields.node("dataEncryptionKey").isString() && !isKey(key)) {
            fields.problem("dataEncryptionKey", "Invalid base64-encoded string");
        }
        fields.check();
        var fresh = new MachineTable.Fresh(key(request), null, false, metadata, daemonState, key);
        return machines.renewKey(fresh, Actor.of(request))
                .<Response>map(found -> Response.ok(new MachineAnswer(found)))
                .orElseGet(MachineRoutes::notFound);
    }

    private Response list(Request request) {
        return Response.ok(machines.list(request.requireCaller().account()));
    }

    private Response get(Request request) {
        MachineKey key = key(request);
        if (!Reach.mayTouch(request.requireCaller(), key.machine())) {
            return Reach.forbidden();
        }
        Optional<Machine> machine = machines.find(key);
        return machine.isPresent() ? Response.ok(new MachineAnswer(machine.get())) : notFound();
    }

    private Response delete(Request request) {
        MachineKey key = key(request);
        return machines.remove(key.account(), key.machine(), Actor.of(request))
                ? Response.ok(Success.OK)
                : notFound();
    }

    private static MachineKey key(Request request) {
        return new MachineKey(
                request.requireCaller().account(), new MachineId(request.parameter("id")));
    }

    private static boolean isKey(String text) {
        return Base64Text.decode(text, MAX_KEY).filter(bytes -> bytes.length > 0).isPresent();
    }

    private static Response notFound() {
        return Reach.notFound();
    }
}
