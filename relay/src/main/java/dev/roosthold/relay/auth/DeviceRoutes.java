package dev.roosthold.relay.auth;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.Success;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Texts;

/// `/v1/devices`: the owner sees, names and revokes credentials.
final class DeviceRoutes {
    private final Devices devices;

    DeviceRoutes(Devices devices) {
        this.devices = devices;
    }

    void register(Routes routes) {
        routes.accountBearer(
                "GET",
                "/v1/devices",
                request -> Response.ok(devices.list(request.requireCaller())));
        routes.accountBearer("PATCH", "/v1/devices/:id", this::rename);
        routes.accountBearer("DELETE", "/v1/devices/:id", this::revoke);
    }

    private Response rename(Request request) {
        var fields = Fields.body(request);
        String name = fields.text("name", 1, ClientName.MAX_LENGTH).strip();
        if (name.isEmpty() || !Texts.isPrintable(name)) {
            fields.problem("name", "must have visible characters and no control characters");
        }
        fields.check();
        return answer(devices.rename(account(request), id(request), name, Actor.of(request)));
    }

    private Response revoke(Request request) {
        return answer(devices.revoke(account(request), id(request), Actor.of(request)));
    }

    private static AccountId account(Request request) {
        return request.requireCaller().account();
    }

    private static DeviceId id(Request request) {
        return new DeviceId(request.parameter("id"));
    }

    private static Response answer(boolean found) {
        return found ? Response.ok(Success.OK) : Response.error(404, "Device not found");
    }
}
