package dev.roosthold.relay.machines;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;

/// What the routes below `/v1/machines/:id` and `/v1/web/machines/:id` have in common.
public final class Reach {
    private Reach() {}

    /// The machine that the path names.
    public static MachineId named(Request request) {
        return new MachineId(request.parameter("id"));
    }

    /// Whether the credential is for this machine, or for the whole account. Says nothing about
    /// whether the machine is there, so that refusing it with [#forbidden()] tells nothing.
    public static boolean mayTouch(Caller caller, MachineId machine) {
        return switch (caller.scope()) {
            case Scope.Account() -> true;
            case Scope.Machine(var own) -> own.equals(machine);
        };
    }

    /// Whether it is the machine itself that calls, with its own credential.
    public static boolean isMachine(Caller caller, MachineId machine) {
        return caller.scope() instanceof Scope.Machine(var own) && own.equals(machine);
    }

    public static Response forbidden() {
        return Response.error(403, "Forbidden");
    }

    public static Response notFound() {
        return Response.error(404, "Machine not found");
    }
}
