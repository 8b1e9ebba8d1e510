package dev.roosthold.client.rig;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.network.Network;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.UnaryOperator;

/// A real relay on a port that stays the same, which can be stopped and started again.
public final class RelayRig implements AutoCloseable {
    public static final SecureRandom RANDOM = new SecureRandom();

    private final Path data;
    private final UnaryOperator<RelayConfig> settings;
    private final int port;
    private Relay relay;

    public RelayRig(Path data) {
        this(data, settings -> settings);
    }

    public RelayRig(Path data, UnaryOperator<RelayConfig> settings) {
        this.data = data;
        this.settings = settings;
        relay = start(0);
        port = relay.port();
    }

    private Relay start(int onPort) {
        try {
            return Relay.start(
                    settings.apply(
                            RelayConfig.defaults().withPort(onPort).withDataDirectory(data)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public RelayAddress address() {
        return RelayAddress.parse("http://127.0.0.1:" + port);
    }

    public void stop() {
        relay.close();
    }

    public void startAgain() {
        relay = start(port);
    }

    /// Pauses that suit a test.
    public static Backoff impatient() {
        return new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), RANDOM);
    }

    public static AccountOptions options() {
        return AccountOptions.usual("test/1")
                .withNetwork(Network.direct())
                .withBackoff(impatient());
    }

    public static Account account(RelayAddress relay, MasterSecret secret)
            throws InterruptedException {
        return success(Account.signIn(relay, secret, options()));
    }

    public static <T> T success(Reply<T> reply) {
        if (reply instanceof Reply.Success<T>(T value)) {
            return value;
        }
        throw new AssertionError("not a success: " + reply);
    }

    @Override
    public void close() {
        relay.close();
    }
}
