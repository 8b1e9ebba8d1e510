package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.ipc.DaemonStarter;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What agents run, asked for from afar: through a real relay, with a real agent process.
@Timeout(120)
class CommandHistoryTest {
    @TempDir Path temp;
    private AgentRig rig;
    private HistoryPlaces places;
    private CommandHistory history;

    @BeforeEach
    void start() throws Exception {
        rig = new AgentRig(temp);
        places = HistoryPlaces.below(temp.resolve("person"));
        history =
                CommandHistory.open(
                        places,
                        temp.resolve("no.sock"),
                        DaemonStarter.NONE,
                        "laptop",
                        Clock.systemUTC());
        rig.startDaemon(history);
    }

    @AfterEach
    void stop() throws InterruptedException {
        rig.close();
        history.close();
    }

    private JsonNode search(Map<String, ?> params) throws Exception {
        return rig.phone.callMachine(rig.id(), "history-search", params);
    }

    private static Map<String, Object> answer(String question, boolean approved) {
        return Map.of(
                "id", question, "approved", approved, "decision", approved ? "approved" : "denied");
    }

    @Test
    void whatAnAgentRanIsFoundWithWhoRanItAndWhatWasRefusedIsNot() throws Exception {
        SessionId session = rig.phone.spawn(rig.id(), rig.work, "fake");
        rig.phone.write(session, "tool make all");
        JsonNode _ =
                rig.phone.callSession(
                        session, "permission", answer(rig.phone.awaitQuestion(session), true));
        List<String> _ = rig.phone.awaitTurns(session, 1);
        rig.phone.write(session, "tool rm -rf everything");
        JsonNode _ =
                rig.phone.callSession(
                        session, "permission", answer(rig.phone.awaitQuestion(session), false));
        List<String> _ = rig.phone.awaitTurns(session, 2);
        Phone.Awaiting.until(() -> search(Map.of("limit", 10)).path("entries").size() == 1);

        JsonNode entry = search(Map.of("query", "make", "limit", 10)).path("entries").path(0);
        assertThat(entry.path("command").asString()).isEqualTo("make all");
        assertThat(entry.path("author").asString()).isEqualTo("fake");
        assertThat(entry.path("authorKind").asString()).isEqualTo("agent");
        assertThat(entry.path("session").asString()).isEqualTo(session.value());
        assertThat(entry.path("cwd").asString()).isEqualTo(rig.work.toString());
        assertThat(entry.path("host").asString()).isEqualTo("laptop");
        assertThat(search(Map.of("author", "nobody", "limit", 10)).path("entries")).isEmpty();
        assertThat(search(Map.of("machine", "laptop", "limit", 10)).path("entries")).hasSize(1);
        assertThat(search(Map.of("before", "rubbish")).path("error").asString()).contains("before");
    }

    @Test
    void whatShellsLeftInTheSpoolIsTakenWhileTheDaemonRunsAndComesInPages() throws Exception {
        Path spool = Files.createDirectories(places.spool());
        var lines = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            lines.append(
                    "\n{\"v\":1,\"n\":%d,\"start\":%d,\"exit\":0,\"author\":\"ada\",\"command\":\"echo %d\"}\n"
                            .formatted(i, 1000 + i / 2, i));
        }
        Files.writeString(spool.resolve("bash-999999999-1.jsonl"), lines);
        Phone.Awaiting.until(() -> search(Map.of("limit", 10)).path("entries").size() == 5);

        JsonNode first = search(Map.of("limit", 2));
        assertThat(first.path("entries")).hasSize(2);
        JsonNode second = search(Map.of("limit", 2, "before", first.path("nextBefore").asString()));
        JsonNode third = search(Map.of("limit", 2, "before", second.path("nextBefore").asString()));
        assertThat(third.path("entries")).hasSize(1);
        assertThat(third.path("nextBefore").isNull()).isTrue();
        assertThat(spool.resolve("bash-999999999-1.jsonl")).doesNotExist();
    }

    @Test
    void lockedMachineTellsNothing() throws Exception {
        new RemoteAccessFile(rig.home)
                .write(new RemoteAccess(RemotePolicy.LOCKED, List.of(rig.root())));
        assertThat(search(Map.of("limit", 10)).path("error").asString()).contains("policy");
    }
}
