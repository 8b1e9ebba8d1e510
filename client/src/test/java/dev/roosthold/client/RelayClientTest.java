package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.MachineId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the client makes of servers that are no relay or not well.
class RelayClientTest {
    private static final MachineToken TOKEN =
            MachineToken.parse("V1StGXR8_Z5jdHi6B-myT:0123456789abcdefghijklmnopqrstuv");

    private static Reply<MachineLogin> ask(RawServer server) throws InterruptedException {
        return ask(server.address());
    }

    private static Reply<MachineLogin> ask(RelayAddress address) throws InterruptedException {
        try (RelayClient client = new RelayClient(address, "test/1")) {
            return client.authenticateMachine(TOKEN);
        }
    }

    @Test
    void refusedConnectionIsUnavailable() throws InterruptedException {
        assertThat(ask(RawServer.refusing()))
                .isEqualTo(new Reply.Unavailable<>("connection refused"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n{}"
            })
    void brokenAnswerIsUnavailable(String answer) throws InterruptedException {
        try (RawServer server = new RawServer(answer)) {
            assertThat(ask(server)).isInstanceOf(Reply.Unavailable.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "", "[]", "{}", "{\"token\":7}", "null"})
    void successWithoutAUsableBodyIsUnavailable(String body) throws InterruptedException {
        try (RawServer server = RawServer.answering(200, body)) {
            assertThat(ask(server))
                    .isEqualTo(new Reply.Unavailable<>("the answer is not one of a relay"));
        }
    }

    @Test
    void refusalIsToldApartFromDenialAndFailure() throws InterruptedException {
        try (RawServer server = RawServer.answering(401, "{\"error\":\"Invalid\\u0007 x\"}")) {
            assertThat(ask(server)).isEqualTo(new Reply.CredentialsRefused<>("Invalid  x"));
        }
        try (RawServer server = RawServer.answering(409, "{\"error\":\"taken\"}")) {
            assertThat(ask(server)).isEqualTo(new Reply.Denied<>(409, "taken"));
        }
        try (RawServer server = RawServer.answering(404, "<html>")) {
            assertThat(ask(server)).isEqualTo(new Reply.Denied<>(404, "status 404"));
        }
        for (int status : new int[] {500, 503, 429}) {
            try (RawServer server = RawServer.answering(status, "{\"error\":\"x\"}")) {
                assertThat(ask(server)).isInstanceOf(Reply.Unavailable.class);
            }
        }
    }

    @Test
    void redirectIsNotFollowedSoThatNoCredentialTravelsElsewhere() throws InterruptedException {
        try (RawServer other = RawServer.answering(200, "{}");
                RawServer server =
                        new RawServer(
                                "HTTP/1.1 307 X\r\nLocation: "
                                        + other.address()
                                        + "/\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(ask(server))
                    .isEqualTo(new Reply.Unavailable<>("the server answers with status 307"));
            assertThat(other.connections()).isZero();
        }
    }

    @Test
    void answerAboveTheLimitIsNotKept() throws InterruptedException {
        String large = "{\"token\":\"" + "x".repeat(5_000_000) + "\"}";
        try (RawServer server = RawServer.answering(200, large)) {
            assertThat(ask(server)).isEqualTo(new Reply.Unavailable<>("the connection broke"));
        }
    }

    @Test
    void machineIdInAPathIsEscaped() throws InterruptedException {
        try (RawServer server = RawServer.answering(404, "{\"error\":\"Machine not found\"}");
                RelayClient client = new RelayClient(server.address(), "test/1")) {
            assertThat(client.machine(new BearerToken("t"), new MachineId("a/b?c")))
                    .isEqualTo(new Reply.Denied<>(404, "Machine not found"));
        }
    }
}
