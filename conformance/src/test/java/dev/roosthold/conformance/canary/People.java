package dev.roosthold.conformance.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.Scheduler;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.PairingAnswer;
import dev.roosthold.crypto.SecretBoxCipher;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.AccountKey;
import dev.roosthold.daemon.DaemonConfig;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.EnrolmentResult;
import dev.roosthold.daemon.HostFacts;
import dev.roosthold.daemon.MachineChange;
import dev.roosthold.daemon.MachineCredential;
import dev.roosthold.daemon.MachineDaemon;
import dev.roosthold.daemon.MachineListener;
import dev.roosthold.daemon.MachineState;
import dev.roosthold.daemon.ShutdownSource;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A person with an app, a terminal, a machine and its sessions, who use everything that a relay
/// offers, with marked texts in all that they encrypt. Used by one thread.
final class People implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String POINT =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

    private final SecureRandom random = new SecureRandom();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final Secrets secrets;
    private final Path folder;
    private final AccountKeys keys;
    private final SecretBoxCipher master;
    private String bearer = "";

    /// @param folder for the files of the clients
    People(URI server, Secrets secrets, Path folder) {
        this.server = server;
        this.secrets = secrets;
        this.folder = folder;
        MasterSecret secret = MasterSecret.random(random);
        keys = AccountKeys.of(secret);
        master = new SecretBoxCipher(secret, random);
        secrets.key("the master secret", secret.bytes());
        secrets.key("the content secret key", keys.contentSecretKey().bytes());
        secrets.key("the content public key", keys.contentPublicKey().bytes());
    }

    /// Makes the account with an invite, and signs in once more as the client library does.
    void signUp(String invite) throws Exception {
        secrets.token("an invite", invite);
        SignInRequest request = SignIn.request(keys.master(), random);
        bearer =
                secrets.token(
                        "the bearer of the app",
                        call(
                                        "POST",
                                        "/v1/auth",
                                        Map.of(
                                                "publicKey", request.publicKey(),
                                                "challenge", request.challenge(),
                                                "signature", request.signature(),
                                                "invite", invite))
                                .path("token")
                                .asString());
        try (RelayClient client = new RelayClient(new RelayAddress(server), "test/1")) {
            Reply<BearerToken> reply = client.signIn(keys.master(), random);
            assertThat(reply).isInstanceOf(Reply.Success.class);
            if (reply instanceof Reply.Success<BearerToken>(BearerToken token)) {
                secrets.token("the bearer of a second device", token.value());
            }
        }
    }

    /// A terminal asks to be let in, the app approves it.
    void pair() throws Exception {
        BoxSecretKey terminal = BoxSecretKey.random(random);
        secrets.key("the secret key of a pairing", terminal.bytes());
        String publicKey = Base64.getEncoder().encodeToString(terminal.publicKey().bytes());
        Map<String, Object> poll = Map.of("publicKey", publicKey, "supportsV2", true);
        String app = bearer;
        for (String path : List.of("/v1/auth/request", "/v1/auth/account/request")) {
            bearer = "";
            call("POST", path, poll);
            bearer = app;
            PairingAnswer answer =
                    path.contains("account")
                            ? new PairingAnswer.FullAccess(keys.master())
                            : new PairingAnswer.ContentKey(keys.contentPublicKey());
            call(
                    "POST",
                    path.replace("request", "response"),
                    Map.of(
                            "publicKey",
                            publicKey,
                            "response",
                            answer.seal(terminal.publicKey(), random)));
            bearer = "";
            String token = call("POST", path, poll).path("token").asString();
            bearer = app;
            secrets.token("the bearer of " + path, token);
        }
    }

    /// The machine daemon itself, enrolled by its token, with marked facts about its computer.
    ///
    /// @param label of the machine, which is no secret
    void runDaemon(String label) throws Exception {
        String id = letters(21);
        String secret = secrets.token("the secret of a machine", letters(32));
        call("POST", "/v1/web/machines", Map.of("machineId", id, "secret", secret, "name", label));
        Path home = Files.createDirectories(folder.resolve("daemon"));
        Path root = Files.createDirectories(folder.resolve(secrets.text("RootDirectory")));
        EnrolmentResult enrolled =
                new Enrolment(home)
                        .enrol(
                                new RelayAddress(server),
                                MachineToken.parse(id + ":" + secret),
                                new AccountKey(keys.contentPublicKey()),
                                root,
                                false);
        assertThat(enrolled).isInstanceOf(EnrolmentResult.Enrolled.class);
        MachineCredential credential = new Enrolment(home).current().orElseThrow();
        secrets.key("the key of a machine", credential.machineKey().bytes());
        MachineDaemon daemon =
                new MachineDaemon(
                        new DaemonConfig(
                                home,
                                credential,
                                "1.2.3",
                                () -> new HostFacts(
                                        secrets.text("Host"),
                                        "linux",
                                        "x64",
                                        secrets.text("Username"),
                                        Path.of("/home", secrets.text("HomeDirectory"))),
                                Clock.systemUTC(),
                                Scheduler.system(),
                                random),
                        new MachineListener() {
                            @Override
                            public void changed(MachineChange change) {}

                            @Override
                            public void notice(String text) {}
                        });
        Thread thread = Thread.startVirtualThread(daemon::run);
        await().atMost(Duration.ofSeconds(20)).until(() -> daemon.state() == MachineState.READY);
        assertThat(daemon.stop(ShutdownSource.CLI)).isTrue();
        thread.join();
        // What the machine wrote can be read by its owner.
        JsonNode row = call("GET", "/v1/machines/" + id, null).path("machine");
        SymmetricKey key =
                DataEncryptionKey.unwrap(
                        row.path("dataEncryptionKey").asString(), keys.contentSecretKey());
        assertThat(new DataKeyCipher(key, random).openText(row.path("metadata").asString()))
                .contains("CanaryHost");
        // A daemon's own bearer is not seen here; this is another of the same machine.
        String app = bearer;
        bearer = "";
        secrets.token(
                "the bearer of a machine",
                call("POST", "/v1/machines/authenticate", Map.of("machineId", id, "secret", secret))
                        .path("token")
                        .asString());
        bearer = app;
        String replaced = secrets.token("the second secret of a machine", letters(32));
        call("POST", "/v1/web/machines/" + id + "/secret", Map.of("secret", replaced));
    }

    /// A machine of the older form, and sessions of both forms on it.
    void work() throws Exception {
        String machine = UUID.randomUUID().toString();
        SymmetricKey machineKey = newKey("the key of a terminal's machine");
        DataKeyCipher machineCipher = new DataKeyCipher(machineKey, random);
        call(
                "POST",
                "/v1/machines",
                Map.of(
                        "id",
                        machine,
                        "metadata",
                        machineCipher.sealText(secrets.json("MachineMetadata")),
                        "daemonState",
                        machineCipher.sealText(secrets.json("DaemonState")),
                        "dataEncryptionKey",
                        DataEncryptionKey.wrap(machineKey, keys.contentPublicKey(), random)));
        SymmetricKey sessionKey = newKey("the key of a session");
        DataKeyCipher cipher = new DataKeyCipher(sessionKey, random);
        String session =
                call(
                                "POST",
                                "/v1/sessions",
                                Map.of(
                                        "tag",
                                        "one",
                                        "metadata",
                                        cipher.sealText(secrets.json("SessionMetadata")),
                                        "agentState",
                                        cipher.sealText(secrets.json("AgentState")),
                                        "dataEncryptionKey",
                                        DataEncryptionKey.wrap(
                                                sessionKey, keys.contentPublicKey(), random)))
                        .path("session")
                        .path("id")
                        .asString();
        String older =
                call(
                                "POST",
                                "/v1/sessions",
                                Map.of(
                                        "tag",
                                        "two",
                                        "metadata",
                                        master.sealText(secrets.json("OlderMetadata"))))
                        .path("session")
                        .path("id")
                        .asString();
        post(session, cipher.sealText(secrets.json("Message")));
        post(older, master.sealText(secrets.json("OlderMessage")));
        live(session, machine, cipher, machineCipher);
        attach(session, sessionKey);
        call(
                "POST",
                "/v1/access-keys/" + session + "/" + machine,
                Map.of("data", cipher.sealText(secrets.json("AccessKey"))));
        // What goes is looked for as well.
        post(older, master.sealText(secrets.json("DeletedMessage")));
        call("DELETE", "/v1/sessions/" + older, null);
    }

    /// Settings, pairs, artifacts.
    void keep() throws Exception {
        call(
                "POST",
                "/v1/account/settings",
                Map.of(
                        "settings",
                        master.sealText(secrets.json("Settings")),
                        "expectedVersion",
                        0));
        call(
                "POST",
                "/v1/account/settings",
                Map.of(
                        "settings",
                        master.sealText(secrets.json("NewerSettings")),
                        "expectedVersion",
                        1));
        call(
                "POST",
                "/v1/kv",
                Map.of(
                        "mutations",
                        List.of(
                                Map.of(
                                        "key",
                                        "todo",
                                        "value",
                                        master.sealText(secrets.json("Pair")),
                                        "version",
                                        -1))));
        SymmetricKey key = newKey("the key of an artifact");
        DataKeyCipher cipher = new DataKeyCipher(key, random);
        String id = UUID.randomUUID().toString();
        call(
                "POST",
                "/v1/artifacts",
                Map.of(
                        "id",
                        id,
                        "header",
                        cipher.sealText(secrets.json("ArtifactHeader")),
                        "body",
                        cipher.sealText(secrets.json("ArtifactBody")),
                        "dataEncryptionKey",
                        DataEncryptionKey.wrap(key, keys.contentPublicKey(), random)));
        call(
                "POST",
                "/v1/artifacts/" + id,
                Map.of(
                        "body",
                        cipher.sealText(secrets.json("NewerArtifactBody")),
                        "expectedBodyVersion",
                        1));
    }

    /// Gives the relay what it has to keep: tokens of other services, addresses for notifications.
    void entrust() throws Exception {
        for (String vendor : List.of("anthropic", "openai", "gemini")) {
            call(
                    "POST",
                    "/v1/connect/" + vendor + "/register",
                    Map.of("token", secrets.token("a token of " + vendor, "sk-" + letters(40))));
            call("GET", "/v1/connect/" + vendor + "/token", null);
        }
        byte[] auth = new byte[16];
        random.nextBytes(auth);
        secrets.token("the secret of a browser", auth);
        call(
                "POST",
                "/v1/web/push/subscriptions",
                Map.of(
                        "endpoint",
                        "https://push.example/" + secrets.address("a browser", letters(40)),
                        "keys",
                        Map.of(
                                "p256dh",
                                POINT,
                                "auth",
                                Base64.getUrlEncoder().withoutPadding().encodeToString(auth))));
        String phone = "ExponentPushToken[" + secrets.address("a phone", letters(22)) + "]";
        call("POST", "/v1/push-tokens", Map.of("token", phone));
        String other = "ExponentPushToken[" + secrets.address("a lost phone", letters(22)) + "]";
        call("POST", "/v1/push-tokens", Map.of("token", other));
        call("DELETE", "/v1/push-tokens/" + URLEncoder.encode(other, StandardCharsets.UTF_8), null);
    }

    /// Secrets where they go wrong: what is refused is the likeliest to be logged.
    void blunder() throws Exception {
        String token = secrets.token("a wrong bearer", letters(43));
        String app = bearer;
        bearer = token;
        assertThat(send("GET", "/v1/sessions", "").statusCode()).isEqualTo(401);
        bearer = "";
        String wrong = secrets.token("a wrong secret of a machine", letters(32));
        String wrongInvite = secrets.token("a wrong invite", letters(32));
        refused(
                "/v1/machines/authenticate",
                "{\"machineId\":\"" + letters(21) + "\",\"secret\":\"" + wrong + "\"}");
        SignInRequest request = SignIn.request(MasterSecret.random(random), random);
        refused(
                "/v1/auth",
                JSON.writeValueAsString(
                        Map.of(
                                "publicKey", request.publicKey(),
                                "challenge", request.challenge(),
                                "signature", request.signature(),
                                "invite", wrongInvite)));
        bearer = app;
        String cut = secrets.token("a secret in a cut body", letters(32));
        refused("/v1/web/machines", "{\"machineId\":\"x\",\"secret\":\"" + cut);
        refused("/v1/web/machines", "{\"machineId\":" + cut + ",\"secret\":1}");
        refused("/v1/web/machines", "{\"secret\":[\"" + cut + "\"],\"machineId\":{}}");
        refused("/v1/connect/anthropic/register", "{\"token\":{\"" + cut + "\":1}}");
        refused("/v1/web/push/subscriptions", "{\"endpoint\":\"http://inside/" + cut + "\"}");
        assertThat(send("GET", "/v1/nope/" + cut + "?token=" + cut, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/v1/changes?after=" + cut, "").statusCode()).isEqualTo(400);
        try (RawSocketIo socket = RawSocketIo.openOnly(server)) {
            socket.send("40{\"token\":\"" + token + "\"}");
            socket.awaitPacket(packet -> packet.startsWith("44"));
            socket.send("40{\"token\":\"" + cut);
            socket.send("42[\"" + cut + "\"");
        }
        try (RawSocketIo socket = user()) {
            socket.send("4299[\"machine-update-state\",{\"machineId\":\"" + cut);
        }
        try (RawSocketIo socket = user()) {
            for (String event : List.of("rpc-call", "rpc-register", "update-state", "message")) {
                socket.ask(
                        "[\"%s\",{\"method\":{\"%s\":1},\"sid\":[\"%s\"],\"token\":\"%s\"}]"
                                .formatted(event, cut, cut, cut));
            }
            socket.send("42[\"unknown\",\"" + cut + "\"]");
            assertThat(socket.isServed()).isTrue();
        }
    }

    /// Leaves a text where the relay may know it, so that the search can be seen to find: the name
    /// of a machine is stored, the id of a session that was there stays in memory for a while.
    void plant(String text) throws Exception {
        call(
                "POST",
                "/v1/web/machines",
                Map.of("machineId", letters(21), "secret", letters(32), "name", text));
        try (RawSocketIo socket =
                RawSocketIo.connect(
                        server,
                        "{\"token\":\"%s\",\"clientType\":\"session-scoped\",\"sessionId\":\"%s\"}"
                                .formatted(bearer, text))) {
            assertThat(socket.isServed()).isTrue();
            socket.send("41");
        }
    }

    /// Everything that travels on sockets.
    private void live(
            String session, String machine, DataKeyCipher cipher, DataKeyCipher machineCipher) {
        try (RawSocketIo app = user();
                RawSocketIo agent = scoped("session", session);
                RawSocketIo daemon = scoped("machine", machine)) {
            succeeds(
                    agent,
                    "[\"update-metadata\",{\"sid\":\"%s\",\"metadata\":\"%s\",\"expectedVersion\":0}]"
                            .formatted(session, cipher.sealText(secrets.json("NewerMetadata"))));
            succeeds(
                    agent,
                    "[\"update-state\",{\"sid\":\"%s\",\"agentState\":\"%s\",\"expectedVersion\":0}]"
                            .formatted(session, cipher.sealText(secrets.json("NewerState"))));
            succeeds(
                    daemon,
                    "[\"machine-update-state\",{\"machineId\":\"%s\",\"daemonState\":\"%s\",\"expectedVersion\":1}]"
                            .formatted(
                                    machine,
                                    machineCipher.sealText(secrets.json("NewerDaemonState"))));
            agent.ask(
                    "[\"message\",{\"sid\":\"%s\",\"message\":\"%s\"}]"
                            .formatted(session, cipher.sealText(secrets.json("SocketMessage"))));
            agent.send(
                    "42[\"session-stream\",{\"sid\":\"%s\",\"streamId\":\"s\",\"n\":0,\"data\":\"%s\"}]"
                            .formatted(session, cipher.sealText(secrets.json("SessionStream"))));
            daemon.send(
                    "42[\"machine-stream\",{\"machineId\":\"%s\",\"streamId\":\"s\",\"n\":0,\"data\":\"%s\"}]"
                            .formatted(
                                    machine,
                                    machineCipher.sealText(secrets.json("MachineStream"))));
            daemon.send("42[\"rpc-register\",{\"method\":\"%s:bash\"}]".formatted(machine));
            assertThat(daemon.isServed()).isTrue();
            assertThat(agent.isServed()).isTrue();
            app.send(
                    "427[\"rpc-call\",{\"method\":\"%s:bash\",\"params\":\"%s\"}]"
                            .formatted(
                                    machine, machineCipher.sealText(secrets.json("Parameters"))));
            String request =
                    daemon.awaitPacket(packet -> packet.contains("\"rpc-request\"")).orElseThrow();
            daemon.send(
                    "43%s[\"%s\"]"
                            .formatted(
                                    request.substring(2, request.indexOf('[')),
                                    machineCipher.sealText(secrets.json("Result"))));
            assertThat(app.awaitPacket(packet -> packet.startsWith("437["))).isPresent();
            assertThat(app.awaitPacket(packet -> packet.contains("\"session-stream\"")))
                    .isPresent();
            List.of(app, agent, daemon).forEach(socket -> socket.send("41"));
        }
    }

    private void attach(String session, SymmetricKey sessionKey) throws Exception {
        byte[] blob =
                Blob.seal(
                        secrets.json("Attachment").getBytes(StandardCharsets.UTF_8),
                        Blob.keyOf(sessionKey),
                        random);
        String path = "/v1/sessions/" + session + "/attachments/";
        JsonNode asked =
                call(
                        "POST",
                        path + "request-upload",
                        Map.of(
                                "filename",
                                secrets.address("a file", letters(30)),
                                "size",
                                blob.length));
        String url = asked.path("uploadUrl").asString();
        secrets.token("a signed address", url.replaceAll(".*signature=", ""));
        HttpResponse<String> uploaded =
                http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(blob))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(uploaded.statusCode()).isEqualTo(200);
        String download =
                call("POST", path + "request-download", Map.of("ref", asked.path("ref").asString()))
                        .path("downloadUrl")
                        .asString();
        secrets.token("another signed address", download.replaceAll(".*signature=", ""));
        HttpResponse<byte[]> loaded =
                http.send(
                        HttpRequest.newBuilder(URI.create(download)).build(),
                        BodyHandlers.ofByteArray());
        assertThat(loaded.body()).isEqualTo(blob);
    }

    private void post(String session, String content) throws Exception {
        call(
                "POST",
                "/v3/sessions/" + session + "/messages",
                Map.of("messages", List.of(Map.of("localId", letters(10), "content", content))));
    }

    private static void succeeds(RawSocketIo socket, String event) {
        assertThat(socket.ask(event).orElseThrow().path("result").asString()).isEqualTo("success");
    }

    private SymmetricKey newKey(String name) {
        SymmetricKey key = SymmetricKey.random(random);
        secrets.key(name, key.bytes());
        return key;
    }

    private RawSocketIo user() {
        return RawSocketIo.connect(
                server, "{\"token\":\"" + bearer + "\",\"clientType\":\"user-scoped\"}");
    }

    private RawSocketIo scoped(String kind, String id) {
        return RawSocketIo.connect(
                server,
                "{\"token\":\"%s\",\"clientType\":\"%s-scoped\",\"%sId\":\"%s\"}"
                        .formatted(bearer, kind, kind, id));
    }

    private void refused(String path, String body) throws Exception {
        assertThat(send("POST", path, body).statusCode()).as(path).isBetween(400, 499);
    }

    private JsonNode call(String method, String path, @Nullable Object body) throws Exception {
        HttpResponse<String> answer =
                send(method, path, body == null ? "" : JSON.writeValueAsString(body));
        assertThat(answer.statusCode()).as("%s %s: %s", method, path, answer.body()).isEqualTo(200);
        return Objects.requireNonNull(JSON.readTree(answer.body()));
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("X-Happy-Client", "web/1.0.0")
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String letters(int count) {
        return Secrets.letters(count);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
