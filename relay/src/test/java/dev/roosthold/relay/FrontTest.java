package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.limits.AddressRange;
import dev.roosthold.relay.limits.Rate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Proxies, paths, pages of others and limits, from outside.
@Timeout(60)
class FrontTest {
    private static final String BROWSER = "text/html,*/*;q=0.8";

    // ---- proxies

    @Test
    void behindATrustedProxyTheAddressOfTheClientIsShownForRequestsAndSockets() {
        try (var rig = start(FrontTest::behindProxy)) {
            Person ada = rig.signsUp();
            // Noted at most once a minute: the sign-in above came without a proxy's header.
            rig.passes(Duration.ofMinutes(2));
            ada.api().with("X-Forwarded-For", "192.0.2.66, 192.0.2.7").get("/v1/devices");
            assertThat(lastAddress(ada)).isEqualTo("192.0.2.7");
            rig.passes(Duration.ofMinutes(2));
            var socket = rawSocket(rig, ada, "X-Forwarded-For", "2001:db8::7");
            await().untilAsserted(
                            () -> assertThat(lastAddress(ada)).isEqualTo("2001:db8:0:0:0:0:0:7"));
            socket.abort();
        }
    }

    @Test
    void theHeadersOfAnybodyElseAreNotBelieved() {
        try (var rig = start(front -> front)) {
            Person ada = rig.signsUp();
            rig.passes(Duration.ofMinutes(2));
            ada.api().with("X-Forwarded-For", "192.0.2.7").get("/v1/devices");
            assertThat(lastAddress(ada)).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void clientsBehindOneProxyHaveLimitsOfTheirOwn() {
        try (var rig =
                RelayRig.start(
                        config ->
                                config.withFront(behindProxy(config.front()))
                                        .withLimits(
                                                config.limits()
                                                        .withAuth(
                                                                new dev.roosthold.relay.auth.Auth
                                                                        .Rates(
                                                                        new Rate(2, 1),
                                                                        new Rate(2, 1)))))) {
            for (String client : List.of("192.0.2.1", "192.0.2.2", "2001:db8::1")) {
                Api api = rig.api().with("X-Forwarded-For", client);
                assertThat(api.post("/v1/auth", fresh()).status()).isEqualTo(200);
                assertThat(api.post("/v1/auth", fresh()).status()).isEqualTo(200);
                assertThat(api.post("/v1/auth", fresh()).status()).isEqualTo(429);
            }
            Api neighbour = rig.api().with("X-Forwarded-For", "2001:db8::2");
            assertThat(neighbour.post("/v1/auth", fresh()).status()).isEqualTo(429);
        }
    }

    @Test
    void aRelayWithATrustedProxyIsNotLocalAndClosesAfterTheFirstAccount() {
        try (var rig = start(FrontTest::behindProxy)) {
            assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("open");
            rig.signsUp();
            assertThat(rig.api().get("/v1/web/relay").text("registration")).isEqualTo("closed");
        }
    }

    @Test
    void linksNameTheAddressThatTheClientKnows() {
        try (var rig = start(front -> behindProxy(front).withBasePath("/roost"))) {
            Person ada = rig.signsUp();
            String session = ada.makesSession("one");
            var headers =
                    Map.of(
                            "X-Forwarded-For", "192.0.2.7",
                            "X-Forwarded-Proto", "https",
                            "X-Forwarded-Host", "home.example:8443");
            Answer answer =
                    new Api(rig.http(), rig.relay().address(), ada.api().token(), headers)
                            .post(
                                    "/v1/sessions/" + session + "/attachments/request-upload",
                                    Map.of("filename", "a", "size", 3));
            assertThat(answer.text("uploadUrl"))
                    .startsWith("https://home.example:8443/roost/v1/sessions/" + session + "/");
        }
    }

    // ---- https

    /// From this computer plain HTTP stays possible; a proxy here tells where others come from.
    @Test
    void wherePlainIsRefusedNobodyElseGetsInWithoutTlsNeitherForRequestsNorForSockets()
            throws Exception {
        String[] plain = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "http"};
        String[] silent = {"X-Forwarded-For", "192.0.2.7"};
        String[] tls = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "https"};
        String socket = "/v1/updates/?EIO=4&transport=websocket";
        try (var rig = start(front -> behindProxy(front).withTlsOnly())) {
            for (String path : List.of("/", "/v1/web/relay", "/v1/updates/?EIO=4", socket)) {
                for (String[] headers : List.of(plain, silent)) {
                    Reply reply = send(rig, "GET", path, headers);
                    assertThat(reply.statusCode()).as(path).isEqualTo(421);
                    assertThat(reply.body()).contains("over https only");
                }
            }
            assertThat(send(rig, "GET", "/v1/web/relay", tls).statusCode()).isEqualTo(200);
            assertThat(send(rig, "GET", "/v1/web/relay").statusCode()).isEqualTo(200);
            Person ada = rig.signsUp();
            assertThat(ada.page().outcome()).isEqualTo("connected");
        }
        try (var rig = start(Front::withTlsOnly)) {
            // Not from a trusted proxy: whoever is here may say what they like.
            assertThat(send(rig, "GET", "/health", plain).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void browsersAreToldToStayWithHttpsWhereTheHostIsTheRelaysAlone() throws Exception {
        String[] tls = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "https"};
        for (String url :
                List.of(
                        "https://home.example",
                        "https://home.example:8443",
                        "https://home.example/roost",
                        "http://home.example")) {
            try (var rig =
                    RelayRig.start(
                            c ->
                                    c.withPublicUrl(URI.create(url))
                                            .withFront(behindProxy(c.front())))) {
                boolean whole = url.equals("https://home.example");
                assertThat(send(rig, "GET", "/health", tls).header("strict-transport-security"))
                        .as(url)
                        .isEqualTo(whole ? "max-age=15552000" : "");
                assertThat(send(rig, "GET", "/health").header("strict-transport-security"))
                        .isEmpty();
            }
        }
    }

    // ---- a path

    @ParameterizedTest
    @ValueSource(strings = {"", "/roost"})
    void underAPathEverythingWorksWhetherTheProxyTakesItOffOrNot(String prefix) throws Exception {
        try (var rig = start(front -> front.withBasePath("/roost/"))) {
            Person ada = rig.signsUp();
            Api api = ada.api();
            assertThat(api.get(prefix + "/v1/account/profile").text("id")).isEqualTo(ada.account());
            assertThat(page(rig, prefix + "/machines").body()).contains("<title>Test page</title>");
            assertThat(page(rig, prefix + "/assets/app-1a2b.js").statusCode()).isEqualTo(200);
            assertThat(page(rig, prefix + "/").body()).contains("<title>Test page</title>");
            assertThat(api.get(prefix + "/v1/nothing").status()).isEqualTo(404);
            assertThat(api.get(prefix + "/v1/updates/?EIO=4&transport=polling").text("sid"))
                    .isNotEmpty();
            var options = new io.socket.client.IO.Options();
            options.path = prefix + "/v1/updates";
            options.forceNew = true;
            options.auth = Map.of("token", ada.token());
            for (String transport : List.of("polling", "websocket")) {
                options.transports = new String[] {transport};
                var socket = io.socket.client.IO.socket(rig.relay().address(), options);
                socket.connect();
                await().until(socket::connected);
                socket.disconnect();
            }
        }
    }

    @Test
    void thePathItselfLeadsToThePageAndWhatOnlyBeginsLikeItIsAnotherOne() throws Exception {
        try (var rig =
                RelayRig.start(c -> c.withPublicUrl(URI.create("https://home.example/roost")))) {
            var redirect = page(rig, "/roost?x=1");
            assertThat(redirect.statusCode()).isEqualTo(308);
            assertThat(redirect.headers().firstValue("location")).contains("/roost/?x=1");
            assertThat(rig.api().get("/roosted/v1/web/relay").status()).isEqualTo(404);
            assertThat(rig.api().get("/roost/v1/web/relay").status()).isEqualTo(200);
            assertThat(rig.api().get("/roost/roost/v1/web/relay").status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"roost", "/ro ost", "/a//b", "/%2e", "/a?b", "//evil.example"})
    void aPathThatIsNoneIsRefused(String path) {
        assertThatThrownBy(() -> Front.USUAL.withBasePath(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path);
    }

    // ---- pages of others

    @Test
    void withoutAListAllPagesMayUseTheRelay() throws Exception {
        try (var rig = start(front -> front)) {
            var answer = send(rig, "GET", "/v1/web/relay", "Origin", "https://any.example");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
        }
    }

    @Test
    void withAListOnlyItsPagesAndTheOwnOneMayUseTheRelay() throws Exception {
        try (var rig =
                RelayRig.start(
                        c ->
                                c.withPublicUrl(URI.create("https://home.example"))
                                        .withFront(
                                                c.front()
                                                        .withAllowedOrigins(
                                                                List.of(
                                                                        "https://App.example:443",
                                                                        "tauri://localhost"))))) {
            String own = rig.relay().address().toString();
            for (String origin :
                    List.of(
                            "https://app.example",
                            "tauri://localhost",
                            "https://home.example",
                            own,
                            own.replace("http:", "https:"))) {
                for (var answer :
                        List.of(
                                send(rig, "GET", "/v1/web/relay", "Origin", origin),
                                send(rig, "OPTIONS", "/v1/machines", "Origin", origin),
                                send(rig, "GET", POLLING, "Origin", origin),
                                send(rig, "GET", "/v1/machines", "Origin", origin))) {
                    assertThat(answer.statusCode()).isIn(200, 204, 401);
                    assertThat(answer.headers().allValues("access-control-allow-origin"))
                            .containsExactly(origin);
                    assertThat(answer.headers().allValues("vary")).contains("origin");
                }
                assertThat(upgrade(rig, origin)).startsWith("HTTP/1.1 101 ");
            }
            for (String origin :
                    List.of(
                            "https://evil.example",
                            "http://app.example",
                            "https://app.example.evil.example",
                            "https://app.example:8443",
                            "null",
                            "")) {
                for (String method : List.of("GET", "OPTIONS", "POST")) {
                    for (String path : List.of("/v1/web/relay", "/", POLLING, "/v1/machines")) {
                        var answer = send(rig, method, path, "Origin", origin);
                        assertThat(answer.statusCode()).isEqualTo(403);
                        assertThat(answer.headers().firstValue("access-control-allow-origin"))
                                .isEmpty();
                        assertThat(answer.body()).isEqualTo("{\"error\":\"Origin not allowed\"}");
                    }
                }
                assertThat(upgrade(rig, origin)).startsWith("HTTP/1.1 403 ");
            }
            assertThat(rig.signsUp().page().connected().isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.example", "https://app.example/", "https://a b", "", "https://"})
    void anOriginThatIsNoneIsRefused(String origin) {
        assertThatThrownBy(() -> Front.USUAL.withAllowedOrigins(List.of(origin)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- limits

    @Test
    void anAccountThatAsksTooMuchIsToldWhenToComeBackAndItsMessagesAreTaken() throws Exception {
        try (var rig = limited(limits -> limits.withRequestsPerAccount(new Rate(20, 10)))) {
            Person ada = rig.signsUp();
            Person bob = rig.signsUp();
            String session = ada.makesSession("one");
            while (ada.api().get("/v1/machines").status() == 200) {}
            var refused =
                    send(rig, "GET", "/v1/machines", "Authorization", "Bearer " + ada.token());
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("retry-after")).contains("1");
            assertThat(refused.body()).isEqualTo("{\"error\":\"Too many requests\"}");
            for (int i = 0; i < 30; i++) {
                var message = Map.of("localId", "m" + i, "content", "x");
                assertThat(
                                ada.api()
                                        .post(
                                                "/v3/sessions/" + session + "/messages",
                                                Map.of("messages", List.of(message)))
                                        .status())
                        .isEqualTo(200);
            }
            assertThat(bob.api().get("/v1/machines").status()).isEqualTo(200);
            rig.passes(Duration.ofSeconds(1));
            assertThat(ada.api().get("/v1/machines").status()).isEqualTo(200);
        }
    }

    @Test
    void anAddressThatTriesUnknownTokensIsSlowedDownAndOthersThereAreNot() {
        try (var rig = limited(limits -> limits.withFailuresPerAddress(new Rate(3, 1)))) {
            Person ada = rig.signsUp();
            Api guesser = rig.api().as("guess");
            for (int i = 0; i < 3; i++) {
                assertThat(guesser.get("/v1/machines").status()).isEqualTo(401);
            }
            assertThat(guesser.get("/v1/machines").status()).isEqualTo(429);
            assertThat(ada.api().get("/v1/machines").status()).isEqualTo(200);
            assertThat(rig.apiFrom("127.0.0.2").as("guess").get("/v1/machines").status())
                    .isEqualTo(401);
            rig.passes(Duration.ofSeconds(2));
            assertThat(guesser.get("/v1/machines").status()).isEqualTo(401);
        }
    }

    @Test
    void oneSocketTooManyOfAnAccountIsRefusedAndTakenWhenAnotherHasGone() {
        try (var rig = limited(limits -> limits.withSocketsPerAccount(3))) {
            Person ada = rig.signsUp();
            var sockets = new ArrayList<Client>();
            for (int i = 0; i < 3; i++) {
                sockets.add(ada.page().connected());
            }
            assertThat(ada.page().outcome()).isEqualTo("Too many connections of this account");
            rig.signsUp().page().connected();
            sockets.getFirst().leaves();
            await().until(() -> ada.page().outcome().equals("connected"));
        }
    }

    @Test
    void unknownConnectionsOfOneAddressAreBoundedAndKnownOnesDoNotCount() throws Exception {
        try (var rig = limited(limits -> limits.withConnectionsPerAddress(12))) {
            Person ada = rig.signsUp();
            // Known: they show a bearer or are admitted as sockets.
            var known = new ArrayList<AutoCloseable>();
            for (int i = 0; i < 20; i++) {
                known.add(ada.page().connected());
                var raw = new Raw(rig, "127.0.0.1");
                known.add(raw);
                raw.send(
                        "GET /v1/machines HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                + ada.token()
                                + "\r\n\r\n");
                assertThat(raw.head()).startsWith("HTTP/1.1 200 ");
            }
            var strangers = new ArrayList<Raw>();
            String refusal = "";
            for (int i = 0; i < 13 && refusal.isEmpty(); i++) {
                var raw = new Raw(rig, "127.0.0.1");
                strangers.add(raw);
                raw.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
                String head = raw.head();
                if (!head.startsWith("HTTP/1.1 200 ")) {
                    refusal = head;
                }
            }
            assertThat(refusal).startsWith("HTTP/1.1 429 ").contains("Retry-After: ");
            assertThat(strangers).hasSizeGreaterThan(5);
            try (var elsewhere = new Raw(rig, "127.0.0.2")) {
                elsewhere.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(elsewhere.head()).startsWith("HTTP/1.1 200 ");
            }
            for (Raw stranger : strangers) {
                stranger.close();
            }
            await().untilAsserted(
                            () -> {
                                try (var again = new Raw(rig, "127.0.0.1")) {
                                    again.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
                                    assertThat(again.head()).startsWith("HTTP/1.1 200 ");
                                }
                            });
            for (AutoCloseable one : known) {
                one.close();
            }
        }
    }

    @Test
    void socketsWithoutATokenCountAsUnknownUntilTheyAreClosed() throws Exception {
        try (var rig = limited(limits -> limits.withConnectionsPerAddress(5))) {
            var silent = new ArrayList<Raw>();
            for (int i = 0; i < 5; i++) {
                var raw = new Raw(rig, "127.0.0.3");
                silent.add(raw);
                raw.send(websocket("GET", ""));
                assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            }
            try (var raw = new Raw(rig, "127.0.0.3")) {
                raw.send(websocket("GET", ""));
                assertThat(raw.head()).startsWith("HTTP/1.1 429 ");
            }
            for (Raw raw : silent) {
                raw.close();
            }
        }
    }

    // ---- attachments

    @Test
    void noSpellingOfTheOldAddressServesAnAttachment() throws Exception {
        try (var rig = start(front -> front.withBasePath("/roost"))) {
            Person ada = rig.signsUp();
            Person eve = rig.signsUp();
            String session = ada.makesSession("one");
            Answer announced =
                    ada.api()
                            .post(
                                    "/v1/sessions/" + session + "/attachments/request-upload",
                                    Map.of("filename", "a", "size", 6));
            String ref = announced.text("ref");
            var upload =
                    HttpRequest.newBuilder(URI.create(announced.text("uploadUrl")))
                            .PUT(HttpRequest.BodyPublishers.ofString("secret"))
                            .header("Content-Type", "application/octet-stream")
                            .build();
            assertThat(rig.http().send(upload, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            for (String path :
                    List.of(
                            "/files/" + ref,
                            "/roost/files/" + ref,
                            "/files//" + ref,
                            "/files/../attachments/" + ref,
                            "/files/%2e%2e/v1/" + ref,
                            "/%66iles/" + ref,
                            "/v1/" + ref,
                            "/v1/" + ref + "?signature=x&expires=99999999999",
                            "/roost/v1/" + ref)) {
                for (String bearer : List.of("", eve.token())) {
                    try (var raw = new Raw(rig, "127.0.0.1")) {
                        raw.send(
                                "GET "
                                        + path
                                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                        + (bearer.isEmpty()
                                                ? ""
                                                : "Authorization: Bearer " + bearer + "\r\n")
                                        + "\r\n");
                        assertThat(raw.all())
                                .doesNotContain("secret")
                                .matches("(?s)HTTP/1.1 40[14].*");
                    }
                }
            }
        }
    }

    // ---- tools

    private static final String POLLING = "/v1/updates/?EIO=4&transport=polling";

    private static RelayRig start(UnaryOperator<Front> front) {
        return RelayRig.start(config -> config.withFront(front.apply(config.front())));
    }

    private static RelayRig limited(UnaryOperator<Front.Limits> limits) {
        return start(front -> front.withLimits(limits.apply(front.limits())));
    }

    private static Front behindProxy(Front front) {
        return front.withTrustedProxies(List.of(AddressRange.parse("127.0.0.1")));
    }

    private static Map<String, Object> fresh() {
        return RelayRig.signIn(new byte[32]);
    }

    private static String lastAddress(Person person) {
        for (JsonNode device : person.api().get("/v1/devices").body()) {
            if (device.path("current").asBoolean()) {
                return device.path("lastAddress").asString();
            }
        }
        throw new AssertionError("no current device");
    }

    private static Reply page(RelayRig rig, String path) throws Exception {
        return send(rig, "GET", path, "Accept", BROWSER);
    }

    private static Reply send(RelayRig rig, String method, String path, String... headers)
            throws Exception {
        try (var raw = new Raw(rig, "127.0.0.1")) {
            var lines = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: ");
            lines.append(rig.relay().address().getAuthority()).append("\r\n");
            for (int i = 0; i < headers.length; i += 2) {
                lines.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
            }
            raw.send(lines + "Connection: close\r\n\r\n");
            return raw.response();
        }
    }

    private static String websocket(String method, String headers) {
        return method
                + " /v1/updates/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                + headers
                + "\r\n";
    }

    private static String upgrade(RelayRig rig, String origin) throws IOException {
        try (var raw = new Raw(rig, "127.0.0.1")) {
            raw.send(
                    websocket("GET", "Origin: " + origin + "\r\n")
                            .replace("Host: x", "Host: " + rig.relay().address().getAuthority()));
            return raw.head();
        }
    }

    private static java.net.http.WebSocket rawSocket(
            RelayRig rig, Person person, String header, String value) {
        URI address =
                URI.create(
                        rig.relay().address().toString().replaceFirst("http", "ws")
                                + "/v1/updates/?EIO=4&transport=websocket");
        var socket =
                rig.http()
                        .newWebSocketBuilder()
                        .header(header, value)
                        .buildAsync(address, new java.net.http.WebSocket.Listener() {})
                        .join();
        socket.sendText("40" + Codec.printText(Map.of("token", person.token())), true).join();
        return socket;
    }

    /// A connection from an address of this computer that sends exactly what it is told to.
    private static final class Raw implements AutoCloseable {
        private final Socket socket;

        Raw(RelayRig rig, String from) throws IOException {
            socket =
                    new Socket(
                            InetAddress.ofLiteral("127.0.0.1"),
                            rig.relay().port(),
                            InetAddress.ofLiteral(from),
                            0);
            socket.setSoTimeout(10_000);
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /// Status line and headers of the answer.
        String head() throws IOException {
            var bytes = new ByteArrayOutputStream();
            while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    throw new IOException("ended after: " + bytes);
                }
                bytes.write(b);
            }
            return bytes.toString(StandardCharsets.ISO_8859_1);
        }

        String all() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        Reply response() throws IOException {
            String text = all();
            int end = text.indexOf("\r\n\r\n");
            var headers = new java.util.TreeMap<String, List<String>>();
            String[] lines = text.substring(0, end).split("\r\n", -1);
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                headers.computeIfAbsent(lines[i].substring(0, colon), _ -> new ArrayList<>())
                        .add(lines[i].substring(colon + 1).strip());
            }
            return new Reply(
                    Integer.parseInt(lines[0].split(" ", -1)[1]),
                    java.net.http.HttpHeaders.of(headers, (_, _) -> true),
                    text.substring(end + 4));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private record Reply(int statusCode, java.net.http.HttpHeaders headers, String body) {
        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }
}
