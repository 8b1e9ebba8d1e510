package dev.roosthold.conformance;

import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import dev.roosthold.relay.auth.RegistrationPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/// A real relay in this process, that can be stopped and started again on the same address with
/// the same data.
public final class RelayRig implements AutoCloseable {
    private final RelayConfig config;
    private Relay relay;

    private RelayRig(RelayConfig config, Relay relay) {
        this.config = config;
        this.relay = relay;
    }

    /// Starts a relay with the limits that people get, open to new accounts.
    public static RelayRig start(Path data) throws IOException {
        RelayConfig config =
                RelayConfig.defaults()
                        .withPort(0)
                        .withDataDirectory(data)
                        .withRegistration(RegistrationPolicy.OPEN);
        Relay relay = Relay.start(config);
        return new RelayRig(config.withPort(relay.port()), relay);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + config.port());
    }

    public void stop() {
        relay.close();
    }

    public void startAgain() throws IOException {
        relay = Relay.start(config);
    }

    @Override
    public void close() {
        relay.close();
    }
}
