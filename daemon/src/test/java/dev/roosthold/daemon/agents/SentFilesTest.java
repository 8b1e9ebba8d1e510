package dev.roosthold.daemon.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.Reply;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Keyring;
import dev.roosthold.client.sessions.RecordKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.SessionId;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// What becomes of the message about a file, whatever the relay says to the file.
class SentFilesTest {
    private static final SessionId SESSION = new SessionId("s");
    private static final byte[] SEALED = {1};
    private static final SecureRandom RANDOM = new SecureRandom();

    private final RecordKey key = Keyring.owner(new MasterSecret(new byte[32]), RANDOM).fresh();
    private final ObjectNode message =
            new Envelopes(Clock.systemUTC(), RANDOM)
                    .file(
                            "turn",
                            new AgentFile(
                                    "a.png",
                                    Optional.of("image/png"),
                                    new byte[7],
                                    Optional.empty()));
    private final Draft draft = new Draft("local", key.encryption().seal(message));

    private Reply<String> post(Reply<String> answer) throws InterruptedException {
        return new SentFiles((_, _) -> answer, _ -> Optional.of(key)).post(SESSION, draft, SEALED);
    }

    private ObjectNode completed(Reply<String> answer) throws InterruptedException {
        return answer instanceof Reply.Success(String sealed)
                ? key.encryption().open(sealed).orElseThrow()
                : message;
    }

    @Test
    void storedFileIsNamedInItsMessageWhichIsTheSameOtherwise() throws Exception {
        ObjectNode completed = completed(post(new Reply.Success<>("ref")));
        assertThat(completed.at("/content/ev/ref").asString()).isEqualTo("ref");
        assertThat(completed.at("/content/ev/name").asString()).isEqualTo("a.png");
        ((ObjectNode) completed.at("/content/ev")).put("ref", "");
        assertThat(completed).isEqualTo(message);
    }

    @Test
    void refusedFileIsARemarkAtItsPlace() throws Exception {
        ObjectNode completed = completed(post(new Reply.Denied<>(413, "too large")));
        assertThat(completed.at("/content/ev").toString())
                .isEqualTo(
                        "{\"t\":\"service\",\"text\":\"The file a.png of the agent is not shown:"
                                + " too large.\"}");
        for (String kept : new String[] {"id", "time", "turn", "role"}) {
            assertThat(completed.at("/content/" + kept)).isEqualTo(message.at("/content/" + kept));
        }
    }

    @Test
    void relayThatIsAwayIsAskedAgainAndWithoutTheKeyNothingIsStored() throws Exception {
        assertThat(post(new Reply.Unavailable<>("away"))).isInstanceOf(Reply.Unavailable.class);
        assertThat(post(new Reply.CredentialsRefused<>("no")))
                .isInstanceOf(Reply.CredentialsRefused.class);
        SentFiles.Store store =
                (_, _) -> {
                    throw new AssertionError("stored");
                };
        assertThat(new SentFiles(store, _ -> Optional.empty()).post(SESSION, draft, SEALED))
                .isInstanceOf(Reply.Unavailable.class);
    }
}
