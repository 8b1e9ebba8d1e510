package dev.roosthold.relay;

import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A real relay on a free port and a temporary directory, and the people who use it. Time stands
/// still until the test moves it.
final class RelayRig implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String NANOID =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private final ManualClock clock = new ManualClock();
    private final HttpClient http;
    private final Path directory;
    private final RelayConfig config;
    private final List<Client> clients = new ArrayList<>();
    private Relay relay;

    private RelayRig(UnaryOperator<RelayConfig> settings, HttpClient http) {
        this.http = http;
        try {
            directory = Files.createTempDirectory("relay");
            config =
                    settings.apply(
                            TestDatabase.of(
                                    RelayConfig.defaults()
                                            .withPort(0)
                                            .withDataDirectory(directory.resolve("data"))
                                            .withClock(clock)));
            relay = Relay.start(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RelayRig start() {
        return start(config -> config);
    }

    static RelayRig start(UnaryOperator<RelayConfig> settings) {
        return start(settings, HttpClient.newHttpClient());
    }

    /// @param http makes the calls of everybody; closed with the rig
    static RelayRig start(UnaryOperator<RelayConfig> settings, HttpClient http) {
        return new RelayRig(settings, http);
    }

    Relay relay() {
        return relay;
    }

    HttpClient http() {
        return http;
    }

    ManualClock clock() {
        return clock;
    }

    long now() {
        return clock.millis();
    }

    RelayConfig config() {
        return config;
    }

    /// Lets time pass and the relay notice it.
    void passes(Duration time) {
        clock.pass(time);
        relay.presence().sweep();
        relay.sessionPresence().sweep();
    }

    Api api() {
        return new Api(http, relay.address(), Optional.empty(), Map.of());
    }

    /// Calls from another address of this computer.
    Api apiFrom(String address) {
        try {
            var client =
                    HttpClient.newBuilder().localAddress(InetAddress.getByName(address)).build();
            return new Api(client, relay.address(), Optional.empty(), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stops the relay in the normal way and starts it again on the same files.
    void restarts() {
        try {
            relay.close();
            relay = Relay.start(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Person signsUp() {
        return signsIn(randomBytes(32));
    }

    Person signsIn(byte[] key) {
        Answer answer = api().post("/v1/auth", signIn(key));
        if (answer.status() != 200) {
            throw new AssertionError("not signed in: " + answer);
        }
        String token = answer.text("token");
        String account = api().as(token).get("/v1/account/profile").text("id");
        return new Person(this, key, token, account);
    }

    /// A fresh and valid body of `POST /v1/auth`.
    static Map<String, Object> signIn(byte[] key) {
        SignInRequest request = SignIn.request(new MasterSecret(key), RANDOM);
        return Map.of(
                "publicKey", request.publicKey(),
                "challenge", request.challenge(),
                "signature", request.signature());
    }

    Client connect(Map<String, ?> auth) {
        return connect(auth, false);
    }

    Client connectPolling(Map<String, ?> auth) {
        return connect(auth, true);
    }

    private Client connect(Map<String, ?> auth, boolean polling) {
        var client = new Client(relay.address(), auth, polling);
        clients.add(client);
        return client;
    }

    /// A machine id as the page makes it.
    String machineId() {
        return nanoid(21);
    }

    String secret() {
        return nanoid(32);
    }

    static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String nanoid(int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(NANOID.charAt(RANDOM.nextInt(NANOID.length())));
        }
        return text.toString();
    }

    @Override
    public void close() {
        clients.forEach(Client::close);
        relay.close();
        http.close();
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(RelayRig::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
