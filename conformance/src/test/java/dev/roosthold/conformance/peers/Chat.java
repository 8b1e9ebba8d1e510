package dev.roosthold.conformance.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.crypto.RecordCipher;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One session as the person's app sees it: rows and events in, plain texts out.
final class Chat {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PhoneApp app;
    private final String id;
    private final RecordCipher cipher;

    /// Opens a session of the app's account.
    Chat(PhoneApp app, String id) throws IOException, InterruptedException {
        this.app = app;
        this.id = id;
        JsonNode row = row();
        assertThat(row.isObject()).isTrue();
        this.cipher = app.cipher(row);
    }

    JsonNode row() throws IOException, InterruptedException {
        return app.session(id);
    }

    JsonNode opened(String ciphertext) {
        return JSON.readTree(cipher.openText(ciphertext));
    }

    /// The person writes; all texts travel in one request, as those of a queue do.
    void write(String... texts) throws IOException, InterruptedException {
        List<Map<String, String>> messages =
                Stream.of(texts)
                        .map(
                                text ->
                                        Map.of(
                                                "localId", UUID.randomUUID().toString(),
                                                "content", cipher.sealText(fromPerson(text))))
                        .toList();
        JsonNode stored = app.post(messagesPath(), Map.of("messages", messages));
        assertThat(stored.path("messages").size()).isEqualTo(texts.length);
    }

    /// All stored messages, in order.
    List<JsonNode> stored() throws IOException, InterruptedException {
        JsonNode page = app.get(messagesPath() + "?after_seq=0&limit=500");
        assertThat(page.path("hasMore").asBoolean(true)).isFalse();
        return page.path("messages").valueStream().toList();
    }

    /// What the agent said, in the order in which it is stored.
    List<String> said() throws IOException, InterruptedException {
        return said(stored());
    }

    /// What the agent said, in the order in which it came to the app's socket.
    List<String> saidLive() {
        return said(live());
    }

    /// The messages that came to the app's socket, in order.
    List<JsonNode> live() {
        return app.sessionUpdates("new-message", id).stream()
                .map(body -> body.path("message"))
                .toList();
    }

    JsonNode opened(JsonNode message) {
        assertThat(message.path("content").path("t").asString()).isEqualTo("encrypted");
        return opened(message.path("content").path("c").asString());
    }

    /// Calls a method of the session.
    ///
    /// @param parameters a JSON text, or an empty one
    /// @return the plain text of the answer, empty where the method has no result
    String call(String method, String parameters) {
        JsonNode answer = app.call(id + ":" + method, cipher.sealText(parameters));
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return cipher.openText(answer.path("result").asString());
    }

    private List<String> said(List<JsonNode> messages) {
        return messages.stream()
                .map(this::opened)
                .map(Chat::agentText)
                .flatMap(Optional::stream)
                .toList();
    }

    /// The text of an agent's message in either of the two forms that the packages write.
    private static Optional<String> agentText(JsonNode plain) {
        return switch (plain.path("role").asString()) {
            case "agent" ->
                    plain.path("content")
                            .path("data")
                            .path("message")
                            .path("content")
                            .valueStream()
                            .map(block -> block.path("text").asString())
                            .findFirst();
            case "session" -> {
                JsonNode event = plain.path("content").path("ev");
                yield event.path("t").asString().equals("text")
                        ? Optional.of(event.path("text").asString())
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private static String fromPerson(String text) {
        return JSON.writeValueAsString(
                Map.of(
                        "role", "user",
                        "content", Map.of("type", "text", "text", text),
                        "meta", Map.of("sentFrom", "ios")));
    }

    private String messagesPath() {
        return "/v3/sessions/" + id + "/messages";
    }
}
