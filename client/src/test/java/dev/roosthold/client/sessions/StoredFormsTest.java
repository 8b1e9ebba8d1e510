package dev.roosthold.client.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.methods.FileMethods;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Whole sessions that other programs wrote, from the ciphertext to what is in it.
class StoredFormsTest {
    private static final Path VECTORS =
            Path.of("..", "crypto", "src", "test", "resources", "vectors", "records.json");

    static Stream<JsonNode> sessions() throws IOException {
        return Codec.parse(Files.readAllBytes(VECTORS)).path("vectors").valueStream();
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void sessionOfAnotherProgramIsUnderstoodAndWrittenAsItWas(JsonNode vector) {
        EncryptedJson session =
                Keyring.owner(
                                new MasterSecret(
                                        HexFormat.of()
                                                .parseHex(
                                                        vector.path("masterSecretHex").asString())),
                                new SecureRandom())
                        .open(vector.path("dataEncryptionKey").asString(null))
                        .orElseThrow();

        SessionMetadata metadata =
                SessionMetadata.read(
                        session.open(vector.path("metadata").asString()).orElseThrow());
        assertThat(metadata.isComplete()).isTrue();
        assertThat(metadata.host()).contains("box");
        assertThat(metadata.machineId()).isPresent();
        assertThat(metadata.tree()).isEqualTo(vector.path("metadataPlain"));

        AgentState state =
                AgentState.read(session.open(vector.path("agentState").asString()).orElseThrow());
        assertThat(state.controlledByUser()).contains(false);
        assertThat(state.requests().values())
                .singleElement()
                .satisfies(question -> assertThat(question.tool()).isEqualTo("Bash"));
        assertThat(state.tree()).isEqualTo(vector.path("agentStatePlain"));

        StoredMessage stored =
                new StoredMessage(
                        "m",
                        1,
                        Optional.empty(),
                        0,
                        0,
                        vector.path("message").path("c").asString());
        SessionMessage message = stored.read(session).orElseThrow();
        assertThat(message)
                .isInstanceOfSatisfying(
                        SessionMessage.Person.class,
                        person -> {
                            assertThat(person.text()).startsWith("hello");
                            assertThat(person.isInput()).isTrue();
                        });
        assertThat(message.tree()).isEqualTo(vector.path("messagePlain"));

        assertThat(
                        FileMethods.BASH.read(
                                session.open(vector.path("rpcParams").asString()).orElseThrow()))
                .contains(new FileMethods.Bash("ls", Optional.of("/"), OptionalLong.empty()));
    }
}
