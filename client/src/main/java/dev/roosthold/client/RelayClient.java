package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The relay's REST routes as calls. Each call sends one request and waits for its outcome, 10
/// seconds at most where nothing else is said; none repeats by itself. Thread-safe.
public final class RelayClient implements AutoCloseable {
    private final Http http;

    /// Reaches the relay as the environment of this process says, see [Network].
    ///
    /// @param clientName `kind/version`, shown in the person's list of devices
    public RelayClient(RelayAddress relay, String clientName) {
        this(relay, clientName, Network.ofEnvironment());
    }

    /// @param clientName `kind/version`, shown in the person's list of devices
    /// @param network the way to the relay
    public RelayClient(RelayAddress relay, String clientName, Network network) {
        http = new Http(relay, clientName, network);
    }

    /// `POST /v1/machines/authenticate`: exchanges a machine token for a bearer. An unknown machine
    /// and a wrong secret are the same answer.
    public Reply<MachineLogin> authenticateMachine(MachineToken token) throws InterruptedException {
        return http.post(
                "/v1/machines/authenticate",
                null,
                Map.of("machineId", token.machine().value(), "secret", token.secret()),
                Http.Bounds.SMALL,
                answer ->
                        new MachineLogin(
                                new AccountId(Json.text(answer, "accountId")),
                                Json.text(answer, "name"),
                                new BearerToken(Json.text(answer, "token"))));
    }

    /// `POST /v1/auth`: signs in with the master secret and a fresh challenge. A new account is
    /// made where the relay's registration policy allows it.
    public Reply<BearerToken> signIn(MasterSecret secret, SecureRandom random)
            throws InterruptedException {
        SignInRequest request = SignIn.request(secret, random);
        return http.post(
                "/v1/auth",
                null,
                Map.of(
                        "publicKey", request.publicKey(),
                        "challenge", request.challenge(),
                        "signature", request.signature()),
                Http.Bounds.SMALL,
                answer -> new BearerToken(Json.text(answer, "token")));
    }

    /// `POST /v1/machines`: makes the row, or returns the existing one unchanged. 409 and 403 mean
    /// that the id is not this account's.
    public Reply<MachineRow> createMachine(BearerToken bearer, NewMachine machine)
            throws InterruptedException {
        ObjectNode body = Json.object();
        body.put("id", machine.id().value());
        body.put("metadata", machine.metadata());
        body.put("daemonState", machine.daemonState());
        body.put("dataEncryptionKey", machine.dataEncryptionKey());
        return http.post("/v1/machines", bearer, body, Http.Bounds.SMALL, RelayClient::machineOf);
    }

    /// `GET /v1/machines/:id`; an unknown machine is [Reply.Denied] with status 404.
    public Reply<MachineRow> machine(BearerToken bearer, MachineId id) throws InterruptedException {
        return http.get(machinePath(id), bearer, Http.Bounds.SMALL, RelayClient::machineOf);
    }

    /// `PUT /v1/machines/:id/enrolment`: asks the owner for keys, or for the answer to what was
    /// asked before.
    ///
    /// @param publicKey base64 of 32 bytes
    /// @return the sealed answer of the owner; empty while there is none
    public Reply<Optional<String>> askForKeys(BearerToken bearer, MachineId id, String publicKey)
            throws InterruptedException {
        return http.put(
                machinePath(id) + "/enrolment",
                bearer,
                Json.object().put("publicKey", publicKey),
                answer -> Optional.ofNullable(Json.textOrNull(answer, "response")));
    }

    /// `PUT /v1/machines/:id/keys`: puts the row of a machine that has lost its key under a new
    /// one. [Reply.Denied] with status 404 from relays that have no such route.
    public Reply<MachineRow> renewMachineKey(BearerToken bearer, NewMachine machine)
            throws InterruptedException {
        ObjectNode body = Json.object();
        body.put("metadata", machine.metadata());
        body.put("daemonState", machine.daemonState());
        body.put("dataEncryptionKey", machine.dataEncryptionKey());
        return http.put(machinePath(machine.id()) + "/keys", bearer, body, RelayClient::machineOf);
    }

    private static String machinePath(MachineId id) {
        return "/v1/machines/" + URLEncoder.encode(id.value(), StandardCharsets.UTF_8);
    }

    /// For routes that other packages of the client own: a GET whose answer may be large. Waits at
    /// most 60 seconds.
    ///
    /// @param path with its query, escaped
    /// @param reader throws [IllegalArgumentException] when it is not the answer of a relay
    public <T> Reply<T> get(BearerToken bearer, String path, Function<JsonNode, T> reader)
            throws InterruptedException {
        return http.get(path, bearer, Http.Bounds.LARGE, reader);
    }

    /// As [#get], a POST with a body that may be large.
    public <T> Reply<T> post(
            BearerToken bearer, String path, Object body, Function<JsonNode, T> reader)
            throws InterruptedException {
        return http.post(path, bearer, body, Http.Bounds.LARGE, reader);
    }

    /// As [#get], a PUT with a small body. It may arrive twice.
    public <T> Reply<T> put(
            BearerToken bearer, String path, Object body, Function<JsonNode, T> reader)
            throws InterruptedException {
        return http.put(path, bearer, body, reader);
    }

    /// As [#get], a DELETE.
    public <T> Reply<T> delete(BearerToken bearer, String path, Function<JsonNode, T> reader)
            throws InterruptedException {
        return http.delete(path, bearer, reader);
    }

    private static MachineRow machineOf(JsonNode answer) {
        return MachineRow.of(answer.path("machine"));
    }

    /// What a machine's first registration carries. All three texts are ciphertext.
    public record NewMachine(
            MachineId id, String metadata, String daemonState, String dataEncryptionKey) {}

    /// Has the next request open a connection of its own. For when another connection to the relay
    /// has died: those that wait unused are likely to have, too, and nobody would notice before the
    /// patience of a request is over.
    public void dropIdleConnections() {
        http.dropIdleConnections();
    }

    @Override
    public void close() {
        http.close();
    }
}
