package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.accesskeys.AccessKey;
import dev.roosthold.protocol.account.Profile;
import dev.roosthold.protocol.account.Settings;
import dev.roosthold.protocol.artifacts.Artifact;
import dev.roosthold.protocol.artifacts.ArtifactAck;
import dev.roosthold.protocol.artifacts.ArtifactSummary;
import dev.roosthold.protocol.artifacts.CurrentPart;
import dev.roosthold.protocol.auth.Device;
import dev.roosthold.protocol.auth.PairingStatus;
import dev.roosthold.protocol.auth.RelayInfo;
import dev.roosthold.protocol.auth.SignInAnswer;
import dev.roosthold.protocol.kv.KvPair;
import dev.roosthold.protocol.machines.CreatedMachine;
import dev.roosthold.protocol.machines.Machine;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.protocol.push.PushEventAnswer;
import dev.roosthold.protocol.push.PushToken;
import dev.roosthold.protocol.push.WebPushKey;
import dev.roosthold.protocol.sessions.Message;
import dev.roosthold.protocol.sessions.Session;
import dev.roosthold.protocol.social.UserProfile;
import dev.roosthold.protocol.updates.Ephemeral;
import dev.roosthold.protocol.updates.Update;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.http.RouteInfo;
import dev.roosthold.relay.limits.AddressRange;
import dev.roosthold.relay.updates.SentEvent;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The two documents against what the relay has: routes, events and records. What it answers is
/// held against them in the conformance module.
class DescriptionTest {
    /// Schemas that are records of the protocol.
    private static final Map<String, Class<? extends Record>> RECORDS =
            Map.ofEntries(
                    Map.entry("Success", Success.class),
                    Map.entry("Versioned", Versioned.class),
                    Map.entry("AccessKey", AccessKey.class),
                    Map.entry("Profile", Profile.class),
                    Map.entry("Settings", Settings.class),
                    Map.entry("Artifact", Artifact.class),
                    Map.entry("ArtifactSummary", ArtifactSummary.class),
                    Map.entry("ArtifactContent", ArtifactAck.Content.class),
                    Map.entry("CurrentPart", CurrentPart.class),
                    Map.entry("Device", Device.class),
                    Map.entry("PairingStatus", PairingStatus.class),
                    Map.entry("RelayInfo", RelayInfo.class),
                    Map.entry("SignedIn", SignInAnswer.class),
                    Map.entry("KvPair", KvPair.class),
                    Map.entry("CreatedMachine", CreatedMachine.class),
                    Map.entry("Machine", Machine.class),
                    Map.entry("MachineRow", MachineRow.class),
                    Map.entry("PushEventAnswer", PushEventAnswer.class),
                    Map.entry("PushToken", PushToken.class),
                    Map.entry("WebPushKey", WebPushKey.class),
                    Map.entry("Message", Message.class),
                    Map.entry("Session", Session.class),
                    Map.entry("UserProfile", UserProfile.class),
                    Map.entry("Update", Update.class));

    private RelayRig rig;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void openApiHasEveryRouteOfTheRelayAndNoOther() {
        var described = new TreeSet<String>();
        eachOperation((place, _) -> described.add(place));
        var registered =
                rig.relay().routes().stream()
                        .map(DescriptionTest::place)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described).isEqualTo(registered);
    }

    @Test
    void openApiSaysWhoMayCallAndHowLongABodyMayBe() {
        var described = new TreeMap<String, String>();
        eachOperation(
                (place, operation) -> {
                    JsonNode body = operation.path("requestBody");
                    described.put(
                            place,
                            admits(operation)
                                    + (body.isMissingNode()
                                            ? ""
                                            : " " + body.path("x-body-limit").asInt()));
                });
        var registered = new TreeMap<String, String>();
        for (RouteInfo route : rig.relay().routes()) {
            boolean takesBody = described.getOrDefault(place(route), "").contains(" ");
            registered.put(place(route), route.admits() + (takesBody ? " " + route.maxBody() : ""));
        }
        assertThat(described).isEqualTo(registered);
    }

    @Test
    void asyncApiHasEveryEventOfTheRelayAndNoOther() {
        assertThat(events("receive")).isEqualTo(new TreeSet<>(rig.relay().events()));
        assertThat(events("send"))
                .isEqualTo(
                        Arrays.stream(SentEvent.values())
                                .map(SentEvent::wire)
                                .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyKindOfUpdateAndEphemeralIsDescribed() {
        for (JsonNode document : List.of(openapi(), asyncapi())) {
            assertThat(kinds(document, "UpdateBody", "t")).isEqualTo(kinds(UpdateBody.class));
        }
        assertThat(kinds(asyncapi(), "Ephemeral", "type")).isEqualTo(kinds(Ephemeral.class));
    }

    @Test
    void schemasHaveTheFieldsOfTheRecords() {
        var schemas = new HashMap<String, JsonNode>();
        for (JsonNode document : List.of(asyncapi(), openapi())) {
            document.at("/components/schemas")
                    .properties()
                    .forEach(schema -> schemas.put(schema.getKey(), schema.getValue()));
        }
        RECORDS.forEach(
                (name, type) -> {
                    assertFields(name, schema(schemas, name), type, Set.of());
                });
        for (var kind : subtypes(UpdateBody.class)) {
            JsonNode schema = schema(schemas, body(kind.name()));
            assertFields(kind.name(), schema, kind.value(), Set.of("t"));
        }
        for (var kind : subtypes(Ephemeral.class)) {
            String name = kind.value().getSimpleName();
            assertFields(name, schema(schemas, name), kind.value(), Set.of("type"));
        }
    }

    @Test
    void documentsAreServedOnceAndCompressedAndNeedNoBearer() throws Exception {
        for (String path : List.of("/v1/openapi.json", "/v1/asyncapi.json")) {
            HttpResponse<byte[]> plain = get(path);
            assertThat(plain.statusCode()).isEqualTo(200);
            assertThat(plain.headers().firstValue("content-type"))
                    .contains("application/json; charset=utf-8");
            assertThat(plain.headers().firstValue("access-control-allow-origin")).contains("*");
            assertThat(plain.headers().firstValue("cache-control")).contains("no-cache");
            String tag = plain.headers().firstValue("etag").orElseThrow();
            HttpResponse<byte[]> again = get(path, "If-None-Match", tag);
            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(again.body()).isEmpty();

            HttpResponse<byte[]> zipped = get(path, "Accept-Encoding", "gzip");
            assertThat(zipped.headers().firstValue("content-encoding")).contains("gzip");
            assertThat(zipped.body().length).isLessThan(plain.body().length / 4);
            assertThat(Codec.parse(plain.body()).at("/info/version").asString())
                    .isEqualTo(Version.text());
        }
    }

    @Test
    void documentsNameNoOtherServerAndNoScript() {
        for (String path : List.of("/v1/openapi.json", "/v1/asyncapi.json")) {
            String text = rig.api().get(path).body().toString();
            assertThat(text).doesNotContain("<script");
            assertThat(
                            text.replace(rig.relay().address().toString(), "")
                                    .replaceAll("https://(?:relay|push)\\.example\\.com/", ""))
                    .doesNotContain("http://", "https://");
        }
    }

    @Test
    void serversAreWhereTheClientFoundTheRelay() {
        String own = rig.relay().address().toString();
        assertThat(openapi().at("/servers/0/url").asString()).isEqualTo(own);
        JsonNode server = asyncapi().at("/servers/relay");
        assertThat("ws://" + server.path("host").asString()).isEqualTo(own.replace("http", "ws"));
        assertThat(server.path("protocol").asString()).isEqualTo("ws");
        assertThat(server.has("pathname")).isFalse();
        assertThat(server.has("variables")).isFalse();
        // Anybody's word.
        Api liar = rig.api().with("X-Forwarded-Host", "evil.example");
        assertThat(server(liar, "")).isEqualTo(own);
    }

    @Test
    void serversAreWhatATrustedProxyTellsWithTheBasePath() {
        try (var behind =
                RelayRig.start(
                        config ->
                                config.withFront(
                                        config.front()
                                                .withBasePath("/roost")
                                                .withTrustedProxies(
                                                        List.of(
                                                                AddressRange.parse(
                                                                        "127.0.0.1")))))) {
            var told = Map.of("X-Forwarded-Host", "home.example", "X-Forwarded-Proto", "https");
            Api api = new Api(behind.http(), behind.relay().address(), Optional.empty(), told);
            // With the path, and without it where the proxy takes it away.
            for (String prefix : List.of("/roost", "")) {
                assertThat(server(api, prefix)).isEqualTo("https://home.example/roost");
                JsonNode server = api.get(prefix + "/v1/asyncapi.json").body().at("/servers/relay");
                assertThat(server.path("host").asString()).isEqualTo("home.example");
                assertThat(server.path("protocol").asString()).isEqualTo("wss");
                assertThat(server.path("pathname").asString()).isEqualTo("/roost");
            }
            for (int i = 0; i < 40; i++) {
                Api more = behind.api().with("X-Forwarded-Host", "h" + i + ".example");
                assertThat(server(more, "")).isIn("http://h" + i + ".example/roost", "..");
            }
            assertThat(server(behind.api().with("X-Forwarded-Host", "one-more.example"), ""))
                    .isEqualTo("..");
            assertThat(server(api, "")).isEqualTo("https://home.example/roost");
        }
    }

    @Test
    void publicAddressStandsInTheDocumentsHoweverTheyWereAskedFor() {
        try (var known =
                RelayRig.start(
                        config ->
                                config.withPublicUrl(URI.create("https://home.example/roost/")))) {
            assertThat(server(known.api(), "")).isEqualTo("https://home.example/roost");
            assertThat(server(known.api(), "/roost")).isEqualTo("https://home.example/roost");
        }
    }

    private static String server(Api api, String prefix) {
        return api.get(prefix + "/v1/openapi.json").body().at("/servers/0/url").asString();
    }

    private interface OperationVisitor {
        void visit(String place, JsonNode operation);
    }

    private void eachOperation(OperationVisitor visitor) {
        openapi()
                .path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .properties()
                                        .forEach(
                                                method ->
                                                        visitor.visit(
                                                                method.getKey()
                                                                                .toUpperCase(
                                                                                        Locale.ROOT)
                                                                        + " "
                                                                        + path.getKey(),
                                                                method.getValue())));
    }

    private static String place(RouteInfo route) {
        return route.method() + " " + route.path().replaceAll(":(\\w+)", "{$1}");
    }

    private static RouteInfo.Admits admits(JsonNode operation) {
        var schemes = new TreeSet<String>();
        operation.path("security").forEach(s -> schemes.addAll(s.propertyNames()));
        return switch (String.join(" ", schemes)) {
            case "" -> RouteInfo.Admits.ANYONE;
            case "account" -> RouteInfo.Admits.ACCOUNT_BEARER;
            case "account machine" -> RouteInfo.Admits.ANY_BEARER;
            case "account machine signature" -> RouteInfo.Admits.LINK_OR_BEARER;
            default -> throw new AssertionError("security " + schemes);
        };
    }

    private Set<String> events(String action) {
        var events = new TreeSet<String>();
        for (JsonNode operation : asyncapi().path("operations")) {
            if (operation.path("action").asString().equals(action)) {
                for (JsonNode message : operation.path("messages")) {
                    String ref = message.path("$ref").asString();
                    events.add(ref.substring(ref.lastIndexOf('/') + 1));
                }
            }
        }
        return events;
    }

    private static Set<String> kinds(JsonNode document, String schema, String field) {
        var kinds = new TreeSet<String>();
        for (JsonNode one : document.at("/components/schemas/" + schema + "/oneOf")) {
            JsonNode body = document.at(one.path("$ref").asString().substring(1));
            kinds.add(body.at("/properties/" + field + "/const").asString());
        }
        return kinds;
    }

    private static Set<String> kinds(Class<?> sealed) {
        return subtypes(sealed).stream()
                .map(JsonSubTypes.Type::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<JsonSubTypes.Type> subtypes(Class<?> sealed) {
        List<JsonSubTypes.Type> kinds = List.of(sealed.getAnnotation(JsonSubTypes.class).value());
        assertThat(kinds)
                .extracting(JsonSubTypes.Type::value)
                .containsAll(
                        Arrays.stream(sealed.getPermittedSubclasses())
                                .<Class<?>>map(type -> type)
                                .toList());
        return kinds;
    }

    /// `new-session` is described as `NewSessionBody`.
    private static String body(String kind) {
        return Arrays.stream(kind.split("-", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining("", "", "Body"));
    }

    private static JsonNode schema(Map<String, JsonNode> schemas, String name) {
        JsonNode schema = schemas.get(name);
        if (schema == null) {
            throw new AssertionError("no schema " + name);
        }
        return schema;
    }

    private static void assertFields(
            String name, JsonNode schema, Class<?> type, Set<String> added) {
        var all = new TreeSet<>(added);
        var required = new TreeSet<>(added);
        for (RecordComponent component : type.getRecordComponents()) {
            all.add(component.getName());
            if (!mayBeAbsent(type, component)) {
                required.add(component.getName());
            }
        }
        assertThat(new TreeSet<>(schema.path("properties").propertyNames()))
                .as("fields of " + name)
                .isEqualTo(all);
        var described = new ArrayList<String>();
        schema.path("required").forEach(field -> described.add(field.asString()));
        assertThat(described)
                .as("always there in " + name)
                .containsExactlyInAnyOrderElementsOf(required);
    }

    private static boolean mayBeAbsent(Class<?> type, RecordComponent component) {
        boolean primitive = component.getType().isPrimitive();
        boolean nullable =
                Arrays.stream(component.getAnnotatedType().getAnnotations())
                        .anyMatch(a -> a.annotationType().getSimpleName().equals("Nullable"));
        if (primitive || !nullable) {
            return false;
        }
        return type.isAnnotationPresent(JsonInclude.class)
                || component.getAccessor().isAnnotationPresent(JsonInclude.class)
                || component.isAnnotationPresent(JsonInclude.class);
    }

    private JsonNode openapi() {
        return rig.api().get("/v1/openapi.json").body();
    }

    private JsonNode asyncapi() {
        return rig.api().get("/v1/asyncapi.json").body();
    }

    private HttpResponse<byte[]> get(String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(rig.relay().address().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return rig.http().send(request.build(), BodyHandlers.ofByteArray());
    }
}
