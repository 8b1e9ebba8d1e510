package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a relay of one's own has not: voice, GitHub, newer versions of the apps.
class ServiceRoutesTest {
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
    void voiceIsNotConfigured() {
        JsonNode expected = json("{\"error\":\"ELEVENLABS_API_KEY not configured\"}");
        Answer conversation = ada.api().post("/v1/voice/conversations", Map.of("agentId", "a"));
        assertThat(conversation.status()).isEqualTo(500);
        assertThat(conversation.body()).isEqualTo(expected);
        Answer usage = ada.api().get("/v1/voice/usage");
        assertThat(usage.status()).isEqualTo(500);
        assertThat(usage.body()).isEqualTo(expected);

        assertThat(ada.api().post("/v1/voice/conversations", Map.of("agentId", 1)).status())
                .isEqualTo(400);
        assertThat(rig.api().get("/v1/voice/usage").status()).isEqualTo(401);
    }

    @Test
    void noVersionOfTheAppsNeedsAnUpdate() {
        for (String platform : List.of("ios", "Android", "web", "x")) {
            Answer answer =
                    rig.api()
                            .post(
                                    "/v1/version",
                                    Map.of(
                                            "platform",
                                            platform,
                                            "version",
                                            "1.0.0",
                                            "app_id",
                                            "x"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(json("{\"updateUrl\":null}"));
        }
        Answer incomplete = rig.api().post("/v1/version", Map.of("platform", "ios"));
        assertThat(incomplete.status()).isEqualTo(400);
        assertThat(incomplete.text("message"))
                .isEqualTo(
                        "body/version Invalid input: expected string, received undefined,"
                                + " body/app_id Invalid input: expected string, received undefined");
    }

    @Test
    void githubIsNotConfigured() {
        Answer params = ada.api().get("/v1/connect/github/params");
        assertThat(params.status()).isEqualTo(400);
        assertThat(params.body()).isEqualTo(json("{\"error\":\"GitHub OAuth not configured\"}"));
        assertThat(rig.api().get("/v1/connect/github/params").status()).isEqualTo(401);

        assertThat(ada.api().delete("/v1/connect/github").body())
                .isEqualTo(json("{\"success\":true}"));

        Answer bare = rig.api().post("/v1/connect/github/webhook", Map.of("a", 1));
        assertThat(bare.status()).isEqualTo(400);
        assertThat(bare.text("message"))
                .isEqualTo(
                        "headers/x-hub-signature-256 Invalid input: expected string, received"
                                + " undefined, headers/x-github-event Invalid input: expected"
                                + " string, received undefined");
        var api = rig.api();
        var signed =
                new Api(
                        api.client(),
                        api.base(),
                        api.token(),
                        Map.of("x-hub-signature-256", "sha256=00", "x-github-event", "ping"));
        Answer webhook = signed.post("/v1/connect/github/webhook", Map.of("a", 1));
        assertThat(webhook.status()).isEqualTo(500);
        assertThat(webhook.body()).isEqualTo(json("{\"error\":\"Webhooks not configured\"}"));
    }

    @Test
    void aPersonWhoComesBackFromGithubIsSentHomeWithTheError()
            throws IOException, InterruptedException {
        assertThat(callback(rig, "?code=x&state=y").headers().firstValue("location"))
                .contains("/?error=invalid_state");
        assertThat(callback(rig, "?code=x&state=y").statusCode()).isEqualTo(302);
        HttpResponse<String> incomplete = callback(rig, "");
        assertThat(incomplete.statusCode()).isEqualTo(400);
        assertThat(json(incomplete.body()).path("message").asString())
                .isEqualTo(
                        "querystring/code Invalid input: expected string, received undefined,"
                                + " querystring/state Invalid input: expected string, received"
                                + " undefined");
        try (var known =
                RelayRig.start(
                        config -> config.withPublicUrl(URI.create("https://roost.example")))) {
            assertThat(callback(known, "?code=x&state=y").headers().firstValue("location"))
                    .contains("https://roost.example?error=invalid_state");
        }
    }

    @Test
    void metricsAndClientLogsAreNotOffered() {
        assertThat(rig.api().get("/metrics").status()).isEqualTo(404);
        Answer logs =
                rig.api()
                        .post(
                                "/logs-combined-from-cli-and-mobile-for-simple-ai-debugging",
                                Map.of("message", "m"));
        assertThat(logs.status()).isEqualTo(404);
        assertThat(logs.error()).isEqualTo("Not found");
    }

    private static HttpResponse<String> callback(RelayRig rig, String query)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    rig.relay()
                                            .address()
                                            .resolve("/v1/connect/github/callback" + query))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
