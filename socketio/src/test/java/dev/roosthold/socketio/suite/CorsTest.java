package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/// What a browser on another origin needs for polling.
class CorsTest {

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void everyAnswerNamesTheAllowedOriginWithoutCredentials() throws Exception {
        try (var server = TestServer.start(c -> c.withAllowedOrigin("*"), s -> s.namespace("/"))) {
            var sid = server.endpoint().openPolling();
            for (var query : new String[] {"EIO=4&transport=polling", "EIO=4&transport=abc"}) {
                var headers = send(server, "GET", query).headers();
                assertThat(headers.allValues("access-control-allow-origin"))
                        .as(query)
                        .containsExactly("*");
                assertThat(headers.allValues("access-control-allow-credentials")).isEmpty();
            }
            var push = send(server, "POST", Endpoint.polling(sid));
            assertThat(push.headers().allValues("access-control-allow-origin"))
                    .containsExactly("*");
        }
    }

    @Test
    void preflightAllowsPostingTextFromThatOrigin() throws Exception {
        var origin = "https://app.example";
        try (var server =
                TestServer.start(c -> c.withAllowedOrigin(origin), s -> s.namespace("/"))) {
            var preflight = send(server, "OPTIONS", "EIO=4&transport=polling");
            assertThat(preflight.statusCode()).isBetween(200, 204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .contains(origin);
            assertThat(preflight.headers().firstValue("access-control-allow-methods").orElse(""))
                    .contains("POST")
                    .contains("GET");
            assertThat(
                            preflight
                                    .headers()
                                    .firstValue("access-control-allow-headers")
                                    .orElse("")
                                    .toLowerCase(java.util.Locale.ROOT))
                    .contains("content-type");
        }
    }

    @Test
    void withoutAnAllowedOriginNoneIsNamed() throws Exception {
        try (var server = TestServer.start(s -> s.namespace("/"))) {
            var answer = send(server, "GET", "EIO=4&transport=polling");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
        }
    }

    private HttpResponse<String> send(TestServer server, String method, String query)
            throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + server.port() + server.endpoint().target(query));
        var request =
                HttpRequest.newBuilder(uri)
                        .header("Origin", "https://app.example")
                        .header("Access-Control-Request-Method", "POST")
                        .header("Access-Control-Request-Headers", "content-type")
                        .method(
                                method,
                                method.equals("POST")
                                        ? BodyPublishers.ofString("6")
                                        : BodyPublishers.noBody());
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
