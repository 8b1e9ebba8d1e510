package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One Engine.IO endpoint under test.
///
/// @param port on 127.0.0.1
/// @param path with its slashes, for example `/socket.io/`
record Endpoint(int port, String path) {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HttpResponse<String> get(String query) throws IOException, InterruptedException {
        return HTTP.send(request(query).GET().build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String query, String body) throws IOException, InterruptedException {
        return HTTP.send(
                request(query).POST(BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> send(String method, String query)
            throws IOException, InterruptedException {
        return HTTP.send(
                request(query).method(method, BodyPublishers.noBody()).build(),
                BodyHandlers.ofString());
    }

    /// Opens a polling session and returns its id.
    String openPolling() throws IOException, InterruptedException {
        var response = get("EIO=4&transport=polling");
        assertThat(response.statusCode()).isEqualTo(200);
        return json(response.body().substring(1)).get("sid").asString();
    }

    HttpResponse<String> poll(String sid) throws IOException, InterruptedException {
        return get(polling(sid));
    }

    /// A poll that is left hanging; cancelling the future ends its TCP connection.
    CompletableFuture<HttpResponse<String>> pollLater(String sid) {
        return HTTP.sendAsync(request(polling(sid)).GET().build(), BodyHandlers.ofString());
    }

    HttpResponse<String> push(String sid, String payload) throws IOException, InterruptedException {
        return post(polling(sid), payload);
    }

    RawWebSocket websocket() throws IOException {
        return RawWebSocket.open(port, target("EIO=4&transport=websocket"));
    }

    RawWebSocket websocket(String sid) throws IOException {
        return RawWebSocket.open(port, target("EIO=4&transport=websocket&sid=" + sid));
    }

    String target(String query) {
        return path + "?" + query;
    }

    static String polling(String sid) {
        return "EIO=4&transport=polling&sid=" + sid;
    }

    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target(query)))
                .timeout(Duration.ofSeconds(20));
    }
}
