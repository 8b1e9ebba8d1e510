package dev.roosthold.daemon;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.ConnectionHandler;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelayConnection;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The person: has the master secret, adds machines in the web view and reads what they write.
final class Owner implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private final RelayAddress relay;
    private final RelayClient client;
    private final HttpClient http = HttpClient.newHttpClient();
    final AccountKeys keys = AccountKeys.of(MasterSecret.random(RANDOM));
    final BearerToken bearer;

    Owner(RelayAddress relay) throws InterruptedException {
        this.relay = relay;
        client = new RelayClient(relay, "test/1");
        bearer = success(client.signIn(keys.master(), RANDOM));
    }

    static <T> T success(Reply<T> reply) {
        if (reply instanceof Reply.Success<T>(T value)) {
            return value;
        }
        throw new AssertionError("not a success: " + reply);
    }

    AccountKey accountKey() {
        return new AccountKey(keys.contentPublicKey());
    }

    MachineToken addMachine(String name) {
        String id = nanoid(21);
        String secret = nanoid(32);
        JsonNode answer =
                send(
                        "POST",
                        "/v1/web/machines",
                        Map.of("machineId", id, "secret", secret, "name", name));
        return MachineToken.parse(answer.path("token").asString());
    }

    MachineToken replaceToken(MachineId machine) {
        JsonNode answer =
                send(
                        "POST",
                        "/v1/web/machines/" + machine + "/secret",
                        Map.of("secret", nanoid(32)));
        return MachineToken.parse(answer.path("token").asString());
    }

    /// The key for which a machine waits.
    BoxPublicKey waitingKey(MachineId machine) {
        JsonNode waiting = send("GET", "/v1/web/machines/" + machine + "/enrolment", null);
        return new BoxPublicKey(Base64.getDecoder().decode(waiting.path("publicKey").asString()));
    }

    void approve(MachineId machine) {
        BoxPublicKey key = waitingKey(machine);
        send(
                "POST",
                "/v1/web/machines/" + machine + "/enrolment/approve",
                Map.of(
                        "publicKey",
                        Base64.getEncoder().encodeToString(key.bytes()),
                        "response",
                        new PairingAnswer.ContentKey(keys.contentPublicKey()).seal(key, RANDOM)));
    }

    void reject(MachineId machine) {
        send(
                "POST",
                "/v1/web/machines/" + machine + "/enrolment/reject",
                Map.of("secret", nanoid(32)));
    }

    void rename(MachineId machine, String name) {
        send("PATCH", "/v1/web/machines/" + machine, Map.of("name", name));
    }

    void removeMachine(MachineId machine) {
        send("DELETE", "/v1/web/machines/" + machine, null);
    }

    /// The row of the web view.
    JsonNode webRow(MachineId machine) {
        for (JsonNode row : send("GET", "/v1/web/machines", null)) {
            if (row.path("machineId").asString().equals(machine.value())) {
                return row;
            }
        }
        throw new AssertionError("no such machine");
    }

    MachineRow row(MachineId machine) {
        try {
            return success(client.machine(bearer, machine));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// The machine key, opened with the master secret alone.
    SymmetricKey machineKey(MachineId machine) {
        return DataEncryptionKey.unwrap(
                Objects.requireNonNull(row(machine).dataEncryptionKey()), keys.contentSecretKey());
    }

    EncryptedJson encryption(MachineId machine) {
        return new EncryptedJson(new DataKeyCipher(machineKey(machine), RANDOM));
    }

    ObjectNode metadata(MachineId machine) {
        return open(machine, row(machine).metadata().value());
    }

    ObjectNode daemonState(MachineId machine) {
        return open(machine, row(machine).daemonState().value());
    }

    private ObjectNode open(MachineId machine, @Nullable String value) {
        return encryption(machine).open(Objects.requireNonNull(value)).orElseThrow();
    }

    /// A page of the person that listens, until the thread is interrupted.
    Thread listen(CompletableFuture<RelaySocket> connected, BiConsumer<String, JsonNode> events) {
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public Preparation prepare() {
                        return new Preparation.Connect(new SocketAuth.UserScoped(bearer));
                    }

                    @Override
                    public void connected(RelaySocket socket) {
                        connected.complete(socket);
                    }

                    @Override
                    public void refused(String message) {}

                    @Override
                    public void waiting(String reason, Duration pause) {}

                    @Override
                    public void event(String name, JsonNode argument) {
                        events.accept(name, argument);
                    }
                };
        RelayConnection connection =
                new RelayConnection(
                        relay, "test/1", handler, Scheduler.system(), Clock.systemUTC(), RANDOM);
        return Thread.startVirtualThread(
                () -> {
                    try {
                        connection.run();
                    } catch (InterruptedException _) {
                        connected.thenAccept(socket -> socket.abort("test is over")).cancel(false);
                    }
                });
    }

    JsonNode send(String method, String path, @Nullable Object body) {
        HttpRequest.BodyPublisher publisher =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(relay + path))
                        .header("Authorization", "Bearer " + bearer.value())
                        .header("Content-Type", "application/json")
                        .method(method, publisher)
                        .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(path + ": " + answer.statusCode() + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String nanoid(int length) {
        return RANDOM.ints(length, 0, LETTERS.length())
                .collect(
                        StringBuilder::new,
                        (text, at) -> text.append(LETTERS.charAt(at)),
                        StringBuilder::append)
                .toString();
    }

    @Override
    public void close() {
        client.close();
        http.shutdownNow();
    }
}
