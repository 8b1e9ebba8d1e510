package dev.roosthold.daemon;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.DeviceLifetime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// A relay in this process that can be restarted with its data and port.
final class RelayRig implements AutoCloseable {
    private final Path data;
    private final DeviceLifetime devices;
    private Relay relay;
    private final int port;

    RelayRig(Path data) {
        this(data, DeviceLifetime.UNLIMITED);
    }

    RelayRig(Path data, DeviceLifetime devices) {
        this.data = data;
        this.devices = devices;
        relay = start(0);
        port = relay.port();
    }

    private Relay start(int onPort) {
        try {
            var config = RelayConfig.defaults().withPort(onPort).withDataDirectory(data);
            return Relay.start(config.withLimits(config.limits().withDevices(devices)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + port);
    }

    void stop() {
        relay.close();
    }

    void startAgain() {
        relay = start(port);
    }

    @Override
    public void close() {
        relay.close();
    }
}
