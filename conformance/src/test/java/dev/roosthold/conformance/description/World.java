package dev.roosthold.conformance.description;

import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An account in which there is everything that the examples of the documents speak of. What the
/// examples call by the ids of nobody is called here by the ids of this account.
final class World {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SESSION = "cmexamplesession000000001";
    private static final String FILE = "5c0e6c6a-3f7e-4f53-8e36-0a1b2c3d4e5f.enc";

    private final HttpClient http;
    private final URI server;
    private final Map<String, String> real = new LinkedHashMap<>();
    private final String token;
    private final String ownMachine;
    private final String machineToken;

    /// @param fresh whether what is made by an operation is left out: it is to be made by it
    World(HttpClient http, URI server, boolean fresh) {
        this.http = http;
        this.server = server;
        byte[] master = random(32);
        token = signIn(master);
        String friend = signIn(random(32));
        String session =
                post(token, "/v1/sessions", Map.of("tag", "t", "metadata", "ZW5jOnM="))
                        .at("/session/id")
                        .asString();
        String machine = UUID.randomUUID().toString();
        post(token, "/v1/machines", Map.of("id", machine, "metadata", "ZW5jOm0="));
        String webMachine = urlText(15) + "x";
        String secret = urlText(24);
        real.put(SESSION, session);
        real.put("7b1f2c9e-0d4a-4c55-9a3e-5f0d6a1b2c3d", machine);
        real.put("cmexampleaccount000000001", account(token));
        real.put("cmexampleaccount000000002", account(friend));
        real.put("mExampleMachine000001", webMachine);
        real.put("exampleSecretOnlyForThisPage0001", secret);
        real.put("1f0c3f0e-8a52-4a0b-9c1d-2b3c4d5e6f70", UUID.randomUUID().toString());
        real.put("2f0c3f0e-8a52-4a0b-9c1d-2b3c4d5e6f70", UUID.randomUUID().toString());
        String key = Base64.getEncoder().encodeToString(random(32));
        real.put("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", key);
        Map<String, Object> web = Map.of("machineId", webMachine, "secret", secret, "name", "m");
        post(token, "/v1/web/machines", web);
        ownMachine = urlText(15) + "y";
        Map<String, Object> own =
                Map.of("machineId", ownMachine, "secret", secret, "name", "with a credential");
        post(token, "/v1/web/machines", own);
        machineToken = post("", "/v1/machines/authenticate", own).path("token").asString();
        signIn(master);
        JsonNode devices = call(token, "GET", "/v1/devices", null);
        real.put(
                "cmexampledevice0000000001",
                devices.valueStream()
                        .filter(d -> !d.path("current").asBoolean())
                        .filter(d -> d.path("kind").asString().equals("app"))
                        .findFirst()
                        .orElseThrow()
                        .path("id")
                        .asString());
        content(session, machine, fresh);
        if (fresh) {
            call(token, "DELETE", "/v1/web/machines/" + webMachine, null);
        }
        post("", "/v1/auth/request", Map.of("publicKey", key));
        post("", "/v1/auth/account/request", Map.of("publicKey", key));
        post(friend, "/v1/friends/add", Map.of("uid", account(token)));
    }

    private void content(String session, String machine, boolean fresh) {
        post(
                token,
                "/v3/sessions/" + session + "/messages",
                Map.of("messages", new Object[] {Map.of("content", "ZQ==", "localId", "l")}));
        if (!fresh) {
            String accessKey = "/v1/access-keys/" + session + "/" + machine;
            post(token, accessKey, Map.of("data", "ZW5jOms="));
            String artifact = real.get("1f0c3f0e-8a52-4a0b-9c1d-2b3c4d5e6f70");
            post(
                    token,
                    "/v1/artifacts",
                    Map.of(
                            "id", artifact,
                            "header", "aA==",
                            "body", "Yg==",
                            "dataEncryptionKey", "aw=="));
        }
        Map<String, Object> theme = Map.of("key", "theme", "value", "djE=", "version", -1);
        post(token, "/v1/kv", Map.of("mutations", new Object[] {theme}));
        post(token, "/v1/push-tokens", Map.of("token", "ExponentPushToken[example]"));
        post(token, "/v1/connect/anthropic/register", Map.of("token", "example"));
        JsonNode upload =
                post(
                        token,
                        "/v1/sessions/" + session + "/attachments/request-upload",
                        Map.of("filename", "f", "size", 6));
        String ref = upload.path("ref").asString();
        real.put(FILE, ref.substring(ref.lastIndexOf('/') + 1));
        if (!fresh) {
            send(token, "PUT", "/v1/" + ref, "application/octet-stream", new byte[6]);
        }
    }

    String token() {
        return token;
    }

    /// The machine that has the credential [#machineToken()].
    String ownMachine() {
        return ownMachine;
    }

    String machineToken() {
        return machineToken;
    }

    /// A text of an example in the words of this account.
    String told(String example) {
        String text = example;
        for (Map.Entry<String, String> id : real.entrySet()) {
            text = text.replace(id.getKey(), id.getValue());
        }
        return text;
    }

    JsonNode told(JsonNode example) {
        return Json.parse(told(example.toString()));
    }

    /// A body of `POST /v1/auth` that is valid once.
    static JsonNode freshSignIn() {
        return Json.MAPPER.valueToTree(signInBody(random(32)));
    }

    RawSocketIo connect(String bearer, Map<String, String> scope) {
        var auth = new LinkedHashMap<String, String>(scope);
        auth.put("token", bearer);
        return RawSocketIo.connect(server, Json.MAPPER.writeValueAsString(auth));
    }

    /// An answer with its body where that is JSON.
    record Answer(int status, String type, Optional<JsonNode> body) {}

    Answer send(
            String bearer,
            String method,
            String target,
            String contentType,
            byte @Nullable [] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(target))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        if (body != null) {
            request.header("Content-Type", contentType);
        }
        if (target.endsWith("/webhook")) {
            request.header("x-hub-signature-256", "sha256=00").header("x-github-event", "ping");
        }
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            String type = answer.headers().firstValue("content-type").orElse("");
            boolean json = type.startsWith("application/json") && answer.body().length > 0;
            return new Answer(
                    answer.statusCode(),
                    type,
                    json
                            ? Optional.of(
                                    Json.parse(new String(answer.body(), StandardCharsets.UTF_8)))
                            : Optional.empty());
        } catch (IOException e) {
            throw new AssertionError(method + " " + target + " failed", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private String account(String bearer) {
        return call(bearer, "GET", "/v1/account/profile", null).path("id").asString();
    }

    private String signIn(byte[] master) {
        return post("", "/v1/auth", signInBody(master)).path("token").asString();
    }

    private static Map<String, String> signInBody(byte[] master) {
        SignInRequest request = SignIn.request(new MasterSecret(master), RANDOM);
        return Map.of(
                "publicKey", request.publicKey(),
                "challenge", request.challenge(),
                "signature", request.signature());
    }

    private JsonNode post(String bearer, String path, Map<String, ?> body) {
        return call(bearer, "POST", path, body);
    }

    private JsonNode call(String bearer, String method, String path, @Nullable Object body) {
        byte[] bytes = body == null ? null : Json.MAPPER.writeValueAsBytes(body);
        Answer answer = send(bearer, method, path, "application/json", bytes);
        if (answer.status() != 200) {
            throw new AssertionError(path + " answered " + answer);
        }
        return answer.body().orElseThrow();
    }

    private static String urlText(int bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(bytes));
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
