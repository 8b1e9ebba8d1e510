package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.Polling;
import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// An account with one of everything. All that it stores is marked, so that a single text tells
/// whose it is. Used by one thread.
final class Resident {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String POINT =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

    private static final Duration PRESENCE = Duration.ofSeconds(3);

    private final URI server;
    private final Rest anyone;
    private final Rest rest;
    private final String name;
    private final Map<String, Id> ids = new LinkedHashMap<>();
    private final List<String> marks = new ArrayList<>();
    private final List<String> marksOfMachine = new ArrayList<>();
    private String machineToken = "";
    private String machineTag = "";

    /// Added to what is stored encrypted: what is large takes long to read.
    private final String padding;

    private Resident(HttpClient http, URI server, String name, int padding) {
        this.server = server;
        this.name = name;
        this.padding = "x".repeat(padding);
        anyone = new Rest(http, server, "");
        rest = anyone.as(signUp());
    }

    /// Makes the account and all that it has.
    ///
    /// @throws WireException when the server does not take something that every relay has
    static Resident moveIn(HttpClient http, URI server, String name) {
        return moveIn(http, server, name, 0);
    }

    /// The same with large rows.
    ///
    /// @param padding characters that are added to each encrypted text
    static Resident moveIn(HttpClient http, URI server, String name, int padding) {
        Resident resident = new Resident(http, server, name, padding);
        resident.settle();
        return resident;
    }

    Rest rest() {
        return rest;
    }

    /// The id of that name.
    String id(String of) {
        Id id = ids.get(of);
        if (id == null) {
            throw new IllegalStateException(name + " has no " + of);
        }
        return id.value();
    }

    boolean has(String of) {
        return ids.containsKey(of);
    }

    List<Id> ids() {
        return List.copyOf(ids.values());
    }

    /// Its own ids for the places of tries.
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        ids.forEach((of, id) -> values.put(of, id.value()));
        return values;
    }

    /// Texts that nobody else may ever see, but for its ids.
    List<String> marks() {
        return List.copyOf(marks);
    }

    /// Those of them that the credential of its machine may see.
    List<String> marksOfMachine() {
        return List.copyOf(marksOfMachine);
    }

    /// The bearer of the machine `webMachine`; empty where the server knows no such credentials.
    String machineToken() {
        return machineToken;
    }

    /// A new tag for the machine's sessions, so that what it makes is told apart.
    String machineTag() {
        return machineTag;
    }

    RawSocketIo connect(String more) {
        return connectWith(rest.bearer(), more);
    }

    RawSocketIo connectWith(String bearer, String more) {
        return RawSocketIo.connect(server, "{\"token\":\"" + bearer + "\"," + more + "}");
    }

    RawSocketIo connectUser() {
        return connect("\"clientType\":\"user-scoped\"");
    }

    RawSocketIo connectSession(String session) {
        return connect(
                "\"clientType\":\"session-scoped\",\"sessionId\":\""
                        + RouteTry.quoted(session)
                        + "\"");
    }

    RawSocketIo connectMachine(String machine) {
        return connect(
                "\"clientType\":\"machine-scoped\",\"machineId\":\""
                        + RouteTry.quoted(machine)
                        + "\"");
    }

    /// What it reads over REST, by request. Nothing in it changes by itself.
    Map<String, String> snapshot() {
        List<String> paths =
                new ArrayList<>(
                        List.of(
                                "/v1/sessions",
                                "/v2/sessions?limit=200",
                                "/v2/sessions/active",
                                "/v1/machines",
                                "/v1/web/machines",
                                "/v1/artifacts",
                                "/v1/kv?limit=1000",
                                "/v1/account/profile",
                                "/v1/account/settings",
                                "/v1/push-tokens",
                                "/v1/connect/tokens",
                                "/v1/friends",
                                "/v1/feed",
                                "/v1/devices",
                                "/v1/user/" + id("account"),
                                "/v1/machines/" + id("machine"),
                                "/v1/machines/" + id("machine") + "/jobs",
                                "/v1/web/machines/" + id("machine") + "/assistants",
                                "/v1/artifacts/" + id("artifact"),
                                "/v1/kv/" + id("key"),
                                "/v1/access-keys/" + id("session") + "/" + id("machine"),
                                "/v1/changes?after=0&limit=1000"));
        for (String session : List.of("session", "otherSession")) {
            if (has(session)) {
                paths.add("/v1/sessions/" + id(session));
                paths.add("/v1/sessions/" + id(session) + "/messages");
                paths.add("/v3/sessions/" + id(session) + "/messages?after_seq=0&limit=500");
            }
        }
        if (has("file")) {
            paths.add("/v1/sessions/" + id("session") + "/attachments/" + id("file"));
        }
        Map<String, String> snapshot = new LinkedHashMap<>();
        for (String path : paths) {
            String body = rest.send(new Rest.Request("GET", path, "")).lasting(path);
            snapshot.put(path, body);
        }
        snapshot.put(
                "/v1/usage/query",
                rest.send(new Rest.Request("POST", "/v1/usage/query", "{}"))
                        .lasting("/v1/usage/query"));
        return snapshot;
    }

    private void settle() {
        ids.put(
                "account",
                Id.of("account", rest.need("/v1/account/profile").path("id").asString()));
        sessions();
        machines();
        artifact();
        settingsAndKeys();
        optionally(this::pushes);
        optionally(this::vendorToken);
        optionally(this::attachment);
        optionally(this::friend);
        optionally(() -> pairing("/v1/auth/", "pairing"));
        optionally(() -> pairing("/v1/auth/account/", "accountPairing"));
        usage();
        optionally(this::devices);
        // No lease of its own keeps its rows moving.
        comeAndGo(connectSession(id("session")), () -> session(id("session")));
        comeAndGo(connectMachine(id("machine")), this::machine);
    }

    private JsonNode machine() {
        return rest.need("/v1/machines/" + id("machine")).path("machine");
    }

    private JsonNode session(String id) {
        for (JsonNode session : rest.need("/v1/sessions").path("sessions")) {
            if (session.path("id").asString().equals(id)) {
                return session;
            }
        }
        throw new WireException("the session " + id + " is not listed");
    }

    /// Waits for the server to see it; not every server does.
    private static void comeAndGo(RawSocketIo socket, Supplier<JsonNode> row) {
        Polling.until(PRESENCE, () -> row.get().path("active").asBoolean());
        leave(socket);
        Polling.until(PRESENCE, () -> !row.get().path("active").asBoolean());
    }

    private void sessions() {
        String tag = mark("tag");
        JsonNode session =
                rest.need(
                                "POST",
                                "/v1/sessions",
                                Map.of(
                                        "tag",
                                        tag,
                                        "metadata",
                                        mark("session") + padding,
                                        "dataEncryptionKey",
                                        mark64("key")))
                        .path("session");
        String id = session.path("id").asString();
        ids.put("session", Id.of("session", id));
        ids.put("tag", Id.of("tag", tag));
        String localId = "local" + random();
        JsonNode posted =
                rest.need(
                        "POST",
                        "/v3/sessions/" + id + "/messages",
                        Map.of(
                                "messages",
                                List.of(
                                        Map.of(
                                                "localId",
                                                localId,
                                                "content",
                                                mark("message") + padding))));
        ids.put("localId", Id.of("localId", localId));
        ids.put("message", Id.of("message", posted.path("messages").path(0).path("id").asString()));
    }

    private void machines() {
        String id = UUID.randomUUID().toString();
        rest.need(
                "POST",
                "/v1/machines",
                Map.of(
                        "id",
                        id,
                        "metadata",
                        mark("machine") + padding,
                        "daemonState",
                        mark("state") + padding,
                        "dataEncryptionKey",
                        mark64("key")));
        ids.put("machine", Id.of("machine", id));
        optionally(() -> jobAndAssistant(id));
        rest.need(
                "POST",
                "/v1/access-keys/" + id("session") + "/" + id,
                Map.of("data", mark("accesskey")));
        optionally(this::enrolledMachines);
    }

    private void jobAndAssistant(String machine) {
        String assistant = random().substring(0, 21);
        String job = random().substring(0, 21);
        rest.need(
                "PUT",
                "/v1/machines/" + machine + "/assistants/" + assistant,
                Map.of("details", mark("assistant") + padding));
        rest.need(
                "PUT",
                "/v1/machines/" + machine + "/jobs/" + job,
                Map.of("data", mark("job") + padding, "expectedVersion", 0));
        ids.put("assistant", Id.of("assistant", assistant));
        ids.put("job", Id.of("job", job));
    }

    /// Two of the web view; the first authenticates and makes a session of its own.
    private void enrolledMachines() {
        String own = random().substring(0, 21);
        String other = random().substring(0, 21);
        String secret = random() + random();
        enrol(own, secret, markOfMachine("label"));
        enrol(other, random() + random(), mark("label"));
        machineToken =
                anyone.need(
                                "POST",
                                "/v1/machines/authenticate",
                                Map.of("machineId", own, "secret", secret))
                        .path("token")
                        .asString();
        ids.put("webMachine", Id.of("webMachine", own));
        ids.put("otherMachine", Id.of("otherMachine", other));
        Rest machine = anyone.as(machineToken);
        machineTag = markOfMachine("tag");
        String session =
                machine.need(
                                "POST",
                                "/v1/sessions",
                                Map.of("tag", machineTag, "metadata", markOfMachine("session")))
                        .path("session")
                        .path("id")
                        .asString();
        machine.need(
                "POST",
                "/v3/sessions/" + session + "/messages",
                Map.of(
                        "messages",
                        List.of(Map.of("localId", "m", "content", markOfMachine("message")))));
        ids.put("otherSession", Id.of("otherSession", session));
        comeAndGo(connectWith(machineToken, sessionScope(session)), () -> session(session));
        RawSocketIo daemon = connectWith(machineToken, machineScope(own));
        Polling.until(PRESENCE, () -> status(own).equals("online"));
        leave(daemon);
        Polling.until(PRESENCE, () -> status(own).equals("offline"));
    }

    private String status(String machine) {
        for (JsonNode row : rest.need("/v1/web/machines")) {
            if (row.path("machineId").asString().equals(machine)) {
                return row.path("status").asString();
            }
        }
        throw new WireException("the machine " + machine + " is not listed");
    }

    private static String machineScope(String machine) {
        return "\"clientType\":\"machine-scoped\",\"machineId\":\"" + machine + "\"";
    }

    private void enrol(String id, String secret, String label) {
        rest.need(
                "POST",
                "/v1/web/machines",
                Map.of("machineId", id, "secret", secret, "name", label));
    }

    private static String sessionScope(String session) {
        return "\"clientType\":\"session-scoped\",\"sessionId\":\"" + session + "\"";
    }

    private void artifact() {
        String id = UUID.randomUUID().toString();
        rest.need(
                "POST",
                "/v1/artifacts",
                Map.of(
                        "id",
                        id,
                        "header",
                        mark64("header"),
                        "body",
                        mark64("body") + padding64(),
                        "dataEncryptionKey",
                        mark64("key")));
        ids.put("artifact", Id.of("artifact", id));
    }

    private void settingsAndKeys() {
        rest.need(
                "POST",
                "/v1/account/settings",
                Map.of("settings", mark("settings") + padding, "expectedVersion", 0));
        String key = mark("kvkey");
        rest.need(
                "POST",
                "/v1/kv",
                Map.of(
                        "mutations",
                        List.of(
                                Map.of(
                                        "key",
                                        key,
                                        "value",
                                        mark64("value") + padding64(),
                                        "version",
                                        -1))));
        ids.put("key", Id.of("key", key));
    }

    private void pushes() {
        String token = "ExponentPushToken[" + random().substring(0, 22) + "]";
        rest.need("POST", "/v1/push-tokens", Map.of("token", token));
        ids.put("pushToken", Id.of("pushToken", "ExponentPushToken", token.substring(17)));
        String path = random();
        String endpoint = "https://push.example/";
        byte[] auth = new byte[16];
        RANDOM.nextBytes(auth);
        rest.need(
                "POST",
                "/v1/web/push/subscriptions",
                Map.of(
                        "endpoint",
                        endpoint + path,
                        "keys",
                        Map.of(
                                "p256dh",
                                POINT,
                                "auth",
                                Base64.getUrlEncoder().withoutPadding().encodeToString(auth))));
        ids.put("endpoint", Id.of("endpoint", endpoint, path));
    }

    private void vendorToken() {
        // There are only three names: two accounts that are compared have different ones.
        String vendor = name.equals("Owner") ? "anthropic" : "openai";
        rest.need("POST", "/v1/connect/" + vendor + "/register", Map.of("token", mark("vendor")));
        ids.put("vendor", new Id("vendor", vendor, "gemini"));
    }

    private void attachment() {
        byte[] bytes = mark("attachment").getBytes(StandardCharsets.UTF_8);
        String path = "/v1/sessions/" + id("session") + "/attachments/";
        String ref =
                rest.need(
                                "POST",
                                path + "request-upload",
                                Map.of("filename", "a.png", "size", bytes.length))
                        .path("ref")
                        .asString();
        String file = ref.substring(ref.lastIndexOf('/') + 1);
        int status =
                rest.send(
                                new Rest.Request("PUT", path + file, ""),
                                "application/octet-stream",
                                bytes)
                        .status();
        if (status != 200) {
            throw new WireException("an upload answered " + status);
        }
        ids.put("file", Id.of("file", file));
    }

    /// A third person, with whom there is a friendship and what it leaves in the feed.
    private void friend() {
        Rest other = anyone.as(signUp());
        String friend = other.need("/v1/account/profile").path("id").asString();
        other.need("POST", "/v1/friends/add", Map.of("uid", id("account")));
        rest.need("POST", "/v1/friends/add", Map.of("uid", friend));
        marks.add(friend);
        String cursor = rest.need("/v1/feed").path("items").path(0).path("cursor").asString();
        ids.put("feedItem", new Id("feedItem", cursor, "0-999983"));
    }

    /// Somebody was let in, and has fetched it.
    private void pairing(String path, String as) {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        String publicKey = Base64.getEncoder().encodeToString(key);
        Map<String, String> poll = Map.of("publicKey", publicKey);
        anyone.need("POST", path + "request", poll);
        rest.need(
                "POST",
                path + "response",
                Map.of("publicKey", publicKey, "response", mark64("pairing")));
        marks.add(anyone.need("POST", path + "request", poll).path("token").asString());
        ids.put(as, Id.key(as, publicKey));
    }

    private void usage() {
        String key = mark("usage");
        RawSocketIo socket = connectUser();
        JsonNode receipt =
                socket.ask(
                                "[\"usage-report\",{\"key\":\"%s\",\"sessionId\":\"%s\",\"tokens\":{\"total\":7},\"cost\":{\"total\":1}}]"
                                        .formatted(key, id("session")))
                        .orElseThrow(() -> new WireException("a usage report was not answered"));
        leave(socket);
        ids.put("usageKey", Id.of("usageKey", key));
        ids.put("report", Id.of("report", receipt.path("reportId").asString()));
    }

    private void devices() {
        for (JsonNode device : rest.need("/v1/devices")) {
            String as =
                    device.path("current").asBoolean()
                            ? "device"
                            : "device" + device.path("kind").asString();
            ids.putIfAbsent(as, Id.of(as, device.path("id").asString()));
        }
    }

    private String signUp() {
        SignInRequest request = SignIn.request(MasterSecret.random(RANDOM), RANDOM);
        return anyone.need(
                        "POST",
                        "/v1/auth",
                        Map.of(
                                "publicKey", request.publicKey(),
                                "challenge", request.challenge(),
                                "signature", request.signature()))
                .path("token")
                .asString();
    }

    /// Says goodbye, and waits until the server has heard it.
    static void leave(RawSocketIo socket) {
        socket.ask("[\"ping\"]");
        socket.send("41");
        socket.close();
    }

    /// A text that is nobody else's.
    String mark(String of) {
        String mark = name + of + random();
        marks.add(mark);
        return mark;
    }

    /// The same as base64 of something.
    private String mark64(String of) {
        // Encoded, the padding continues the mark without changing it.
        byte[] text = (name + of + random()).getBytes(StandardCharsets.UTF_8);
        String mark = Base64.getEncoder().encodeToString(Arrays.copyOf(text, text.length / 3 * 3));
        marks.add(mark);
        return mark;
    }

    /// Whole groups of base64.
    private String padding64() {
        return padding.substring(0, padding.length() / 4 * 4);
    }

    private String markOfMachine(String of) {
        String mark = mark(of);
        marksOfMachine.add(mark);
        return mark;
    }

    static String random() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static void optionally(Runnable step) {
        try {
            step.run();
        } catch (WireException e) {
            // A server need not have everything; the report names the routes that it lacks.
        }
    }
}
