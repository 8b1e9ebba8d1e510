package dev.roosthold.client;

import dev.roosthold.client.network.Network;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.auth.PairingStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
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
        return signIn(secret, Optional.empty(), random);
    }

    /// As [#signIn(MasterSecret, SecureRandom)], with the code that lets a new account in.
    public Reply<BearerToken> signIn(
            MasterSecret secret, Optional<String> invite, SecureRandom random)
            throws InterruptedException {
        SignInRequest request = SignIn.request(secret, random);
        ObjectNode body = Json.object();
        body.put("publicKey", request.publicKey());
        body.put("challenge", request.challenge());
        body.put("signature", request.signature());
        invite.ifPresent(code -> body.put("invite", code));
        return http.post(
                "/v1/auth",
                null,
                body,
                Http.Bounds.SMALL,
                answer -> new BearerToken(Json.text(answer, "token")));
    }

    /// `GET /v1/web/relay`: whether the relay makes new accounts: `open`, `invite` or `closed`.
    /// Other servers do not know the route.
    public Reply<String> registration() throws InterruptedException {
        return http.get(
                "/v1/web/relay",
                null,
                Http.Bounds.SMALL,
                answer -> Json.text(answer, "registration"));
    }

    /// `POST /v1/auth/request` for a terminal, `POST /v1/auth/account/request` for a client of the
    /// person: asks to be let in, and whether someone has done so. Made again each second.
    ///
    /// @return empty as long as nobody has
    public Reply<Optional<LetIn>> requestPairing(PairingLink link) throws InterruptedException {
        ObjectNode body = Json.object();
        body.put("publicKey", standard(link));
        if (link.purpose() == PairingLink.Purpose.TERMINAL) {
            body.put("supportsV2", true);
        }
        return http.post(
                pairing(link, "request"),
                null,
                body,
                Http.Bounds.SMALL,
                answer ->
                        Json.text(answer, "state").equals("authorized")
                                ? Optional.of(
                                        new LetIn(
                                                new BearerToken(Json.text(answer, "token")),
                                                Json.text(answer, "response")))
                                : Optional.empty());
    }

    /// What a newcomer gets.
    ///
    /// @param response sealed to the newcomer's key
    public record LetIn(BearerToken bearer, String response) {}

    /// `GET /v1/auth/request/status`: how far the pairing of a terminal is.
    public Reply<PairingStatus> pairingStatus(PairingLink terminal) throws InterruptedException {
        return http.get(
                "/v1/auth/request/status?publicKey="
                        + URLEncoder.encode(standard(terminal), StandardCharsets.UTF_8),
                null,
                Http.Bounds.SMALL,
                answer -> Codec.mapper().treeToValue(answer, PairingStatus.class));
    }

    /// `POST /v1/auth/response` or `POST /v1/auth/account/response`: lets a newcomer in. The first
    /// answer counts; the relay does not say whether this was it. 404 when nobody waits with this
    /// key.
    ///
    /// @param response sealed to the newcomer's key
    public Reply<Boolean> answerPairing(BearerToken bearer, PairingLink link, String response)
            throws InterruptedException {
        return http.post(
                pairing(link, "response"),
                bearer,
                Map.of("publicKey", standard(link), "response", response),
                Http.Bounds.SMALL,
                _ -> true);
    }

    private static String pairing(PairingLink link, String what) {
        return switch (link.purpose()) {
            case TERMINAL -> "/v1/auth/" + what;
            case ACCOUNT -> "/v1/auth/account/" + what;
        };
    }

    private static String standard(PairingLink link) {
        return Base64.getEncoder().encodeToString(link.publicKey().bytes());
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

    /// `GET /v1/machines`: the account's machines that have registered, the last active first.
    public Reply<List<MachineRow>> machines(BearerToken bearer) throws InterruptedException {
        return http.get(
                "/v1/machines",
                bearer,
                Http.Bounds.LARGE,
                answer -> {
                    if (!answer.isArray()) {
                        throw new IllegalArgumentException("no list of machines");
                    }
                    List<MachineRow> machines = new ArrayList<>();
                    answer.forEach(row -> machines.add(MachineRow.of(row)));
                    return machines;
                });
    }

    /// `GET /v1/web/machines`: every machine that the owner has added, also those that have never
    /// connected. A relay that is a plain happy server answers [Reply.Denied] with status 404.
    public Reply<List<Registration>> registrations(BearerToken bearer) throws InterruptedException {
        return http.get(
                "/v1/web/machines",
                bearer,
                Http.Bounds.LARGE,
                answer -> {
                    if (!answer.isArray()) {
                        throw new IllegalArgumentException("no list of machines");
                    }
                    List<Registration> added = new ArrayList<>();
                    answer.forEach(row -> added.add(Registration.of(row)));
                    return added;
                });
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

    /// For routes that other packages of the client own: a GET whose answer may be large. Gives up when
    /// nothing has come for 60 seconds.
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

    /// Sends bytes to an address that the relay has given out, which may be on another server: the
    /// bearer goes there only when it is the relay's. Waits at most 60 seconds; it may arrive
    /// twice.
    public Reply<Boolean> upload(BearerToken bearer, String url, byte[] bytes)
            throws InterruptedException {
        return http.putBytes(url, bearer, bytes);
    }

    /// Sends bytes as [#upload], in the form that storage services of Amazon's kind take: the
    /// fields that the relay has given out, then the bytes as `file`.
    ///
    /// @param fields in their order
    /// @param fileName readable by the storage service
    public Reply<Boolean> uploadForm(
            BearerToken bearer,
            String url,
            SequencedMap<String, String> fields,
            String fileName,
            byte[] bytes)
            throws InterruptedException {
        return http.postForm(url, bearer, fields, fileName, bytes);
    }

    /// Reads bytes from an address that the relay has given out, as [#upload].
    ///
    /// @param most more than this counts as a broken connection
    public Reply<byte[]> download(BearerToken bearer, String url, int most)
            throws InterruptedException {
        return http.getBytes(url, bearer, most);
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
