package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.socketio.example.ChatServer;
import org.junit.jupiter.api.Test;

/// The example of the README works as it is.
class ChatServerTest {

    @Test
    void membersHearEachOtherAndStrangersAreRefused() throws Exception {
        try (var node = NpmClients.start();
                var chat = ChatServer.start(0)) {
            var ada = node.client(chat.port(), "/", "{\"auth\":{\"name\":\"ada\"}}").connected();
            assertThat(ada.until("event").getLast().get("args").toString()).isEqualTo("[\"ada\"]");
            var bob = node.client(chat.port(), "/", "{\"auth\":{\"name\":\"bob\"}}").connected();
            bob.until("event");
            var stranger = node.client(chat.port(), "/", "{}");
            assertThat(stranger.expect("connect_error").get("data").toString())
                    .isEqualTo("{\"missing\":\"name\"}");

            bob.ask(1, "say", "[\"hello\"]", 10_000);

            assertThat(bob.until("ack").getLast().get("args").toString())
                    .isEqualTo("[{\"heardBy\":1}]");
            var said = ada.until("event").getLast().get("args").get(0);
            assertThat(said.get("from").asString()).isEqualTo("bob");
            assertThat(said.get("text").asString()).isEqualTo("hello");
            bob.disconnect();
            assertThat(ada.until("event").getLast().get("args").toString()).isEqualTo("[\"bob\"]");
        }
    }
}
