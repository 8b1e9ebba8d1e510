package dev.roosthold.client.devices;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.auth.Device;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The routes below `/v1/devices`. Thread-safe.
public final class Devices {
    private final RelayClient relay;
    private final Supplier<BearerToken> bearer;

    /// @param bearer asked before each request
    public Devices(RelayClient relay, Supplier<BearerToken> bearer) {
        this.relay = relay;
        this.bearer = bearer;
    }

    /// `GET /v1/devices`, the newest first. Other servers do not know the route.
    public Reply<List<Device>> list() throws InterruptedException {
        return relay.get(
                bearer.get(),
                "/v1/devices",
                answer -> {
                    if (!answer.isArray()) {
                        throw new IllegalArgumentException("no list of devices");
                    }
                    List<Device> devices = new ArrayList<>();
                    answer.forEach(
                            device ->
                                    devices.add(Codec.mapper().treeToValue(device, Device.class)));
                    return devices;
                });
    }

    /// `DELETE /v1/devices/:id`: ends its credential at once.
    public Reply<Boolean> end(DeviceId id) throws InterruptedException {
        return relay.delete(
                bearer.get(),
                "/v1/devices/" + URLEncoder.encode(id.value(), StandardCharsets.UTF_8),
                _ -> true);
    }
}
