package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.connect.TokenAnswer;
import dev.roosthold.protocol.connect.VendorToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Tokens of other services.
class VendorTokensTest {
    private static final String SECRET = "sk-a-secret-that-must-not-lie-around";

    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aTokenIsKeptReplacedListedAndDeleted() {
        assertThat(token("anthropic")).isEqualTo(json("{\"token\":null}"));
        save("anthropic", "{\"k\":\"v\"}");
        save("anthropic", "{\"k\":\"v2\"}\n");
        save("openai", "");

        assertThat(token("anthropic").path("token").asString()).isEqualTo("{\"k\":\"v2\"}\n");
        assertThat(ada.api().get("/v1/connect/tokens").body())
                .isEqualTo(
                        json(
                                """
                                {"tokens":[
                                  {"vendor":"anthropic","token":"{\\"k\\":\\"v2\\"}\\n"},
                                  {"vendor":"openai","token":""}]}"""));
        assertThat(connected()).containsExactly("anthropic", "openai");

        for (int i = 0; i < 2; i++) {
            assertThat(ada.api().delete("/v1/connect/anthropic").body())
                    .isEqualTo(json("{\"success\":true}"));
        }
        assertThat(token("anthropic")).isEqualTo(json("{\"token\":null}"));
        assertThat(connected()).containsExactly("openai");
    }

    @Test
    void aTokenSurvivesARestart() {
        save("gemini", SECRET);
        rig.restarts();
        assertThat(token("gemini").path("token").asString()).isEqualTo(SECRET);
    }

    @Test
    void nothingOnTheDiskShowsTheTokenAndOnlyTheOwnerMayReadTheKey() throws IOException {
        Path key = rig.config().dataDirectory().resolve("vendor-tokens.key");
        token("openai");
        assertThat(key).doesNotExist();

        save("openai", SECRET);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        byte[] keyBytes = Files.readAllBytes(key);
        assertThat(keyBytes).hasSize(32);
        try (var files = Files.list(rig.config().dataDirectory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(content).as(file.toString()).doesNotContain(SECRET);
                if (!file.equals(key)) {
                    assertThat(content)
                            .as(file.toString())
                            .doesNotContain(new String(keyBytes, StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    @Test
    void aRowCopiedToAnotherAccountOrVendorDoesNotOpen() {
        Person bob = rig.signsUp();
        save("openai", SECRET);
        for (var copy :
                List.of(List.of(bob.account(), "openai"), List.of(ada.account(), "gemini"))) {
            rig.relay()
                    .store()
                    .writeNow(
                            tx ->
                                    tx.execute(
                                            """
                                            INSERT INTO vendor_token
                                              SELECT ?, ?, token, created_at, updated_at
                                              FROM vendor_token WHERE account_id = ?
                                                AND vendor = 'openai'""",
                                            copy.getFirst(),
                                            copy.getLast(),
                                            ada.account()));
        }

        assertThat(bob.api().get("/v1/connect/openai/token").body())
                .isEqualTo(json("{\"token\":null}"));
        assertThat(token("gemini")).isEqualTo(json("{\"token\":null}"));
        assertThat(ada.api().get("/v1/connect/tokens").body().path("tokens")).hasSize(1);
        assertThat(token("openai").path("token").asString()).isEqualTo(SECRET);
    }

    @Test
    void changedAndShortenedRowsLookAbsent() {
        Map<String, UnaryOperator<byte[]>> changes =
                Map.of(
                        "only zeros", token -> new byte[token.length],
                        "the end is missing", token -> Arrays.copyOf(token, token.length - 1),
                        "only the beginning", token -> Arrays.copyOf(token, 20),
                        "empty", _ -> new byte[0],
                        "another form", VendorTokensTest::ofAnotherForm);
        for (var change : changes.entrySet()) {
            save("openai", SECRET);
            rig.relay()
                    .store()
                    .writeNow(
                            tx -> {
                                byte[] token =
                                        tx.first(
                                                        "SELECT token FROM vendor_token",
                                                        row -> row.getBytes(1))
                                                .orElseThrow();
                                return tx.execute(
                                        "UPDATE vendor_token SET token = ?",
                                        (Object) change.getValue().apply(token));
                            });
            assertThat(token("openai")).as(change.getKey()).isEqualTo(json("{\"token\":null}"));
        }
    }

    private static byte[] ofAnotherForm(byte[] token) {
        byte[] other = token.clone();
        other[0] = 2;
        return other;
    }

    @Test
    void withoutTheKeyFileTokensLookAbsentAndNewOnesCanBeStored() throws IOException {
        save("openai", SECRET);
        rig.relay().close();
        Files.delete(rig.config().dataDirectory().resolve("vendor-tokens.key"));
        rig.restarts();

        assertThat(token("openai")).isEqualTo(json("{\"token\":null}"));
        save("openai", "another");
        assertThat(token("openai").path("token").asString()).isEqualTo("another");
    }

    @Test
    void otherVendorsAreRefusedOnEveryRoute() {
        String expected =
                "params/vendor Invalid option: expected one of \"openai\"|\"anthropic\"|\"gemini\"";
        for (String vendor : List.of("foo", "OpenAI", "openai%20", "github", "tokens")) {
            String base = "/v1/connect/" + vendor;
            Answer saved = ada.api().post(base + "/register", Map.of("token", "x"));
            assertThat(saved.status()).as(vendor).isEqualTo(400);
            assertThat(saved.text("message")).isEqualTo(expected);
            assertThat(ada.api().get(base + "/token").text("message")).isEqualTo(expected);
        }
        assertThat(ada.api().delete("/v1/connect/foo").text("message")).isEqualTo(expected);
        assertThat(ada.api().post("/v1/connect/foo/register", Map.of()).text("message"))
                .isEqualTo(expected);
    }

    @Test
    void tokensThatAreNoTextsAreRefused() {
        assertThat(ada.api().post("/v1/connect/openai/register", Map.of()).text("message"))
                .isEqualTo("body/token Invalid input: expected string, received undefined");
        for (Object wrong : List.of(1, true, List.of(), Map.of(), "x".repeat(65_537))) {
            Answer answer = ada.api().post("/v1/connect/openai/register", Map.of("token", wrong));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/token ");
        }
        assertThat(
                        ada.api()
                                .raw(
                                        "POST",
                                        "/v1/connect/openai/register",
                                        "{\"token\":\"\\udc00\"}")
                                .status())
                .isEqualTo(400);
        save("openai", "ä".repeat(65_536));
        assertThat(token("openai").path("token").asString()).hasSize(65_536);
    }

    @Test
    void tokensOfOthersAndMachineCredentialsAreOutOfReach() {
        save("openai", SECRET);
        Api bob = rig.signsUp().api();
        assertThat(bob.get("/v1/connect/openai/token").body()).isEqualTo(json("{\"token\":null}"));
        assertThat(bob.delete("/v1/connect/openai").status()).isEqualTo(200);
        String machine = rig.machineId();
        String secret = ada.addsMachine(machine, "laptop");
        Api own =
                rig.api()
                        .as(
                                rig.api()
                                        .post(
                                                "/v1/machines/authenticate",
                                                Map.of("machineId", machine, "secret", secret))
                                        .text("token"));
        assertThat(own.get("/v1/connect/openai/token").status()).isEqualTo(403);
        assertThat(own.get("/v1/connect/tokens").status()).isEqualTo(403);
        assertThat(own.delete("/v1/connect/openai").status()).isEqualTo(403);
        assertThat(own.post("/v1/connect/openai/register", Map.of("token", "x")).status())
                .isEqualTo(403);
        assertThat(rig.api().get("/v1/connect/tokens").status()).isEqualTo(401);

        assertThat(token("openai").path("token").asString()).isEqualTo(SECRET);
    }

    @Test
    void answersDoNotPrintTheirSecrets() {
        assertThat(new TokenAnswer(SECRET).toString()).doesNotContain(SECRET);
        assertThat(List.of(new VendorToken("openai", SECRET)).toString()).doesNotContain(SECRET);
    }

    private void save(String vendor, String token) {
        Answer answer =
                ada.api().post("/v1/connect/" + vendor + "/register", Map.of("token", token));
        assertThat(answer.body()).isEqualTo(json("{\"success\":true}"));
    }

    private JsonNode token(String vendor) {
        return ada.api().get("/v1/connect/" + vendor + "/token").body();
    }

    private List<String> connected() {
        return ada.api()
                .get("/v1/account/profile")
                .body()
                .path("connectedServices")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
