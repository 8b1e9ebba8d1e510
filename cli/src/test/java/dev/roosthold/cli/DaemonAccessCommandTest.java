package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.daemon.AccountKey;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.RemoteAccess;
import dev.roosthold.daemon.RemoteAccessFile;
import dev.roosthold.daemon.rpc.RemotePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `roost daemon policy` and `roost daemon roots`.
@Timeout(60)
final class DaemonAccessCommandTest {
    @TempDir Path temp;
    private Path home;
    private Path root;
    private Path more;

    @BeforeEach
    void enrol() throws IOException {
        home = temp.resolve("home");
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        more = Files.createDirectories(temp.toRealPath().resolve("more"));
        new Enrolment(home)
                .enrol(
                        RelayAddress.parse("http://127.0.0.1:1"),
                        MachineToken.parse("m".repeat(21) + ":" + "s".repeat(32)),
                        AccountKey.parse("A".repeat(43)),
                        root,
                        false);
    }

    private int daemon(String... arguments) {
        List<String> all = new ArrayList<>(List.of("daemon"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--home", home.toString()));
        return Main.run(all.toArray(String[]::new), Map.of());
    }

    private RemoteAccess stored() {
        return new RemoteAccessFile(home).read(root);
    }

    @Test
    void policyIsSetShownAndAnUnknownOneChangesNothing() {
        assertThat(daemon("policy")).isZero();
        assertThat(home.resolve("remote.json")).doesNotExist();
        assertThat(daemon("policy", "sessions")).isZero();
        assertThat(stored()).isEqualTo(new RemoteAccess(RemotePolicy.SESSIONS, List.of(root)));
        assertThat(daemon("policy", "open")).isOne();
        assertThat(stored().policy()).isEqualTo(RemotePolicy.SESSIONS);
    }

    @Test
    void rootsAreAddedOnceAndRemovedButTheLastOneStays() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), more);
        assertThat(daemon("roots", "add", link.toString())).isZero();
        assertThat(daemon("roots", "add", more.toString())).isZero();
        assertThat(stored().roots()).containsExactly(root, more);
        assertThat(daemon("roots", "add", temp.resolve("nothing").toString())).isOne();
        assertThat(daemon("roots", "remove", temp.toString())).isOne();
        assertThat(daemon("roots", "remove", root.toString())).isZero();
        assertThat(stored().roots()).containsExactly(more);
        assertThat(daemon("roots", "remove", link.toString())).isOne();
        assertThat(stored().roots()).containsExactly(more);
    }

    @Test
    void listIsReadableByScripts() throws Exception {
        try (RoostProcess command =
                RoostProcess.start(
                        home, "daemon", "roots", "list", "--json", "--home", home.toString())) {
            assertThat(command.exitStatus()).as("%s", command.lines()).isZero();
            assertThat(String.join("\n", command.lines()))
                    .contains("{\"policy\":\"full\",\"rootDirectories\":[\"%s\"]}".formatted(root));
        }
    }

    @Test
    void computerThatIsNoMachineHasNoSettings() {
        home = temp.resolve("empty");
        assertThat(daemon("policy", "locked")).isOne();
        assertThat(home).doesNotExist();
    }
}
