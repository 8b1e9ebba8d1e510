package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.conformance.wire.AnsweringWebSockets;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.PairingLink;
import dev.roosthold.crypto.RecordCipher;
import dev.roosthold.crypto.SecretBoxCipher;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.json.JSONObject;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The person's app: holds the master secret, approves pairings, reads machines over REST and
/// watches events on a user-scoped socket that reconnects by itself.
final class PhoneApp implements AutoCloseable {
    /// What the person gives a terminal: the key for its own records, or everything.
    enum Approval {
        DATA_KEY,
        LEGACY
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SecureRandom random = new SecureRandom();
    private final OkHttpClient sockets = new OkHttpClient();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final AccountKeys keys;
    private final String token;
    private final Socket socket;
    private final AtomicInteger connects = new AtomicInteger();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();

    private PhoneApp(URI server) throws IOException, InterruptedException {
        this.server = server;
        MasterSecret master = MasterSecret.random(random);
        this.keys = AccountKeys.of(master);
        this.token = signIn(SignIn.request(master, random));
        this.socket = listen();
    }

    /// A new account with a connected listener.
    static PhoneApp signUp(URI server) throws IOException, InterruptedException {
        PhoneApp app = new PhoneApp(server);
        app.awaitConnects(1);
        return app;
    }

    /// What another device of the person holds that is signed in whole.
    MasterSecret master() {
        return keys.master();
    }

    String token() {
        return token;
    }

    /// Approves the terminal that shows this link.
    void approve(PairingLink link, Approval approval) throws IOException, InterruptedException {
        String publicKey = Base64.getEncoder().encodeToString(link.publicKey().bytes());
        JsonNode status =
                get(
                        "/v1/auth/request/status?publicKey="
                                + URLEncoder.encode(publicKey, StandardCharsets.UTF_8));
        assertThat(status.path("status").asString()).isEqualTo("pending");
        assertThat(status.path("supportsV2").asBoolean()).isTrue();
        PairingAnswer answer =
                switch (approval) {
                    case DATA_KEY -> new PairingAnswer.ContentKey(keys.contentPublicKey());
                    case LEGACY -> new PairingAnswer.FullAccess(keys.master());
                };
        JsonNode done =
                post(
                        "/v1/auth/response",
                        Map.of(
                                "publicKey",
                                publicKey,
                                "response",
                                answer.seal(link.publicKey(), random)));
        assertThat(done.path("success").asBoolean()).isTrue();
    }

    /// The row of a machine; a missing node when the account has no such machine.
    JsonNode machine(String id) {
        try {
            HttpResponse<String> response =
                    http.send(request("/v1/machines/" + id).build(), BodyHandlers.ofString());
            return JSON.readTree(response.body()).path("machine");
        } catch (IOException e) {
            // The relay is being restarted: there is no answer, so there is no row.
            return JSON.missingNode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// The row of a session; a missing node when the account has no such session.
    JsonNode session(String id) throws IOException, InterruptedException {
        return get("/v1/sessions")
                .path("sessions")
                .valueStream()
                .filter(session -> session.path("id").asString("").equals(id))
                .findFirst()
                .orElse(JSON.missingNode());
    }

    /// How a machine's or a session's fields open, as the app decides it: by the presence of a key.
    RecordCipher cipher(JsonNode row) {
        JsonNode key = row.path("dataEncryptionKey");
        return key.isString()
                ? new DataKeyCipher(
                        DataEncryptionKey.unwrap(key.asString(), keys.contentSecretKey()), random)
                : new SecretBoxCipher(keys.master(), random);
    }

    /// A decrypted field of the row as it is now.
    JsonNode decrypted(String machineId, String field) {
        JsonNode machine = machine(machineId);
        return decrypted(machine, machine.path(field).asString());
    }

    JsonNode decrypted(JsonNode machine, String ciphertext) {
        return JSON.readTree(cipher(machine).openText(ciphertext));
    }

    /// The bodies of updates of this type for this machine.
    List<JsonNode> updates(String type, String machineId) {
        return events.stream()
                .map(event -> event.path("body"))
                .filter(body -> body.path("t").asString("").equals(type))
                .filter(body -> body.path("machineId").asString("").equals(machineId))
                .toList();
    }

    /// The bodies of updates of this type for this session: `id` in those about its row, `sid` in
    /// those about its messages.
    List<JsonNode> sessionUpdates(String type, String sessionId) {
        return events.stream()
                .map(event -> event.path("body"))
                .filter(body -> body.path("t").asString("").equals(type))
                .filter(
                        body ->
                                body.path("id").asString("").equals(sessionId)
                                        || body.path("sid").asString("").equals(sessionId))
                .toList();
    }

    /// The passing events of this type for this session, in order.
    List<JsonNode> sessionEphemerals(String type, String sessionId) {
        return events.stream()
                .filter(event -> event.path("type").asString("").equals(type))
                .filter(event -> event.path("id").asString("").equals(sessionId))
                .toList();
    }

    /// Calls a method of a machine.
    ///
    /// @return the opened answer
    JsonNode callMachine(String machineId, String method, Map<String, String> parameters) {
        RecordCipher cipher = cipher(machine(machineId));
        JsonNode answer =
                call(
                        machineId + ":" + method,
                        cipher.sealText(JSON.writeValueAsString(parameters)));
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return JSON.readTree(cipher.openText(answer.path("result").asString()));
    }

    /// Calls a remote method over the socket.
    ///
    /// @param method with its prefix
    /// @param parameters the ciphertext
    /// @return what the relay acknowledged
    JsonNode call(String method, String parameters) {
        var answer = new CompletableFuture<JsonNode>();
        Ack ack = args -> answer.complete(JSON.readTree(String.valueOf(args[0])));
        socket.emit(
                "rpc-call", new JSONObject(Map.of("method", method, "params", parameters)), ack);
        return answer.orTimeout(40, TimeUnit.SECONDS).join();
    }

    /// What was announced about the presence of this machine, in order.
    List<JsonNode> presence(String machineId) {
        return events.stream()
                .filter(event -> event.path("type").asString("").equals("machine-activity"))
                .filter(event -> event.path("id").asString("").equals(machineId))
                .toList();
    }

    /// Waits until the listener has connected so many times, first connection included.
    void awaitConnects(int count) {
        await().atMost(Duration.ofSeconds(30)).until(() -> connects.get() >= count);
    }

    @Override
    public void close() {
        socket.disconnect();
        sockets.dispatcher().executorService().shutdown();
        sockets.connectionPool().evictAll();
        http.close();
    }

    private String signIn(SignInRequest request) throws IOException, InterruptedException {
        HttpRequest post =
                HttpRequest.newBuilder(server.resolve("/v1/auth"))
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        JSON.writeValueAsString(
                                                Map.of(
                                                        "publicKey", request.publicKey(),
                                                        "challenge", request.challenge(),
                                                        "signature", request.signature()))))
                        .build();
        HttpResponse<String> response = http.send(post, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return JSON.readTree(response.body()).path("token").asString();
    }

    private Socket listen() {
        IO.Options options = new IO.Options();
        options.path = "/v1/updates";
        options.forceNew = true;
        options.transports = new String[] {"websocket"};
        options.callFactory = sockets;
        options.webSocketFactory = new AnsweringWebSockets(sockets);
        options.reconnectionDelay = 200;
        options.reconnectionDelayMax = 1000;
        options.auth = Map.of("token", token, "clientType", "user-scoped");
        Socket client = IO.socket(server, options);
        client.on(Socket.EVENT_CONNECT, _ -> connects.incrementAndGet());
        client.on("update", args -> events.add(JSON.readTree(String.valueOf(args[0]))));
        client.on("ephemeral", args -> events.add(JSON.readTree(String.valueOf(args[0]))));
        return client.connect();
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(http.send(request(path).build(), BodyHandlers.ofString()).body());
    }

    JsonNode post(String path, Object body) throws IOException, InterruptedException {
        HttpRequest post =
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build();
        return JSON.readTree(http.send(post, BodyHandlers.ofString()).body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token);
    }
}
