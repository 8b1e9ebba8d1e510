package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against the small folder `web/` of the test resources.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebFilesTest {
    private static final String BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

    private ServerRig rig;

    @BeforeAll
    void start() throws IOException {
        rig = ServerRig.start(_ -> {});
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "*/*", "text/plain, text/html", "application/json", ""})
    void programsGetTheBanner(String accept) throws Exception {
        var answer = rig.get("/", "accept", accept);
        assertThat(answer.body()).isEqualTo("Welcome to Happy Server!");
        assertThat(answer.headers().firstValue("content-type"))
                .contains("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {BROWSER, "text/html", "text/html, text/plain;q=0.5"})
    void browsersGetThePage(String accept) throws Exception {
        var answer = rig.get("/", "accept", accept);
        assertThat(answer.body()).contains("<title>Test page</title>");
        assertThat(answer.headers().firstValue("content-type"))
                .contains("text/html; charset=utf-8");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-cache");
    }

    @Test
    void thePageIsProtectedAgainstScriptsAndFramesOfOthers() throws Exception {
        var headers = rig.get("/", "accept", BROWSER).headers();
        assertThat(headers.firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'")
                .contains("script-src 'self';")
                .contains("connect-src 'self' ws: wss:")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(headers.firstValue("referrer-policy")).contains("no-referrer");
        assertThat(headers.firstValue("x-content-type-options")).contains("nosniff");
    }

    @Test
    void pathsOfThePageItselfGetThePageButPathsOfTheApiDoNot() throws Exception {
        assertThat(rig.get("/machines/abc.def", "accept", BROWSER).body()).contains("Test page");
        for (String path :
                new String[] {"/v1/nope", "/v2/x", "/v3", "/files/a", "/health/x", "/metrics"}) {
            assertThat(rig.get(path, "accept", BROWSER).statusCode()).isEqualTo(404);
        }
        assertThat(rig.get("/machines/abc", "accept", "*/*").statusCode()).isEqualTo(404);
        assertThat(rig.get("/assets/gone-123.js", "accept", BROWSER).statusCode()).isEqualTo(404);
        assertThat(rig.get("/assets", "accept", "*/*").statusCode()).isEqualTo(404);
    }

    @Test
    void hashedAssetsAreKeptForEverAndCompressed() throws Exception {
        var answer =
                rig.client.send(
                        rig.request("/assets/app-1a2b.js")
                                .header("accept-encoding", "gzip")
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(answer.headers().firstValue("cache-control"))
                .contains("public, max-age=31536000, immutable");
        assertThat(answer.headers().firstValue("content-type"))
                .contains("text/javascript; charset=utf-8");
        assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
        try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(unzipped.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(rig.get("/assets/app-1a2b.js").body())
                    .hasSizeGreaterThan(answer.body().length);
        }
    }

    @Test
    void anUnchangedFileIsNotSentAgain() throws Exception {
        HttpResponse<String> first = rig.get("/assets/app-1a2b.js");
        String tag = first.headers().firstValue("etag").orElseThrow();
        var second = rig.get("/assets/app-1a2b.js", "if-none-match", "\"other\", W/" + tag);
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(second.headers().firstValue("etag")).contains(tag);
        assertThat(rig.get("/assets/app-1a2b.js", "if-none-match", "\"other\"").statusCode())
                .isEqualTo(200);
        var zipped =
                rig.get("/assets/app-1a2b.js", "if-none-match", tag, "accept-encoding", "gzip");
        assertThat(zipped.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/assets/../../secret.txt",
                "/assets/%2e%2e/%2e%2e/secret.txt",
                "/..%2fsecret.txt",
                "/assets\\..\\..\\secret.txt",
                "//secret.txt",
                "/.hidden.txt",
                "/assets/",
                "/./index.html",
                "/index.html%00.js",
            })
    void nothingOutsideTheFolderIsServed(String path) throws Exception {
        try (var raw = rig.raw()) {
            raw.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            var answer = raw.read();
            assertThat(answer.status()).isIn(400, 404);
            assertThat(answer.body()).doesNotContain("outside").doesNotContain("<title>");
        }
    }

    @Test
    void healthSaysWhatIsWrong() throws Exception {
        var fine = rig.get("/health");
        assertThat(fine.statusCode()).isEqualTo(200);
        assertThat(fine.body())
                .matches(
                        "\\{\"status\":\"ok\",\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:"
                                + "\\d\\d\\.\\d{3}Z\",\"service\":\"happy-server\"}");
        try (var sick = ServerRig.withHealth(() -> Optional.of("the disk is full"))) {
            var answer = sick.get("/health");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("\"status\":\"error\"")
                    .contains("\"error\":\"the disk is full\"");
        }
    }
}
