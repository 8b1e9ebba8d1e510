package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.daemon.rpc.RemotePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteAccessFileTest {
    private static final Path ROOT = Path.of("/work");

    @TempDir Path home;

    @Test
    void whereNothingWasSetEverythingIsAllowedInTheRootOfTheEnrolment() {
        assertThat(new RemoteAccessFile(home).read(ROOT))
                .isEqualTo(new RemoteAccess(RemotePolicy.FULL, List.of(ROOT)));
    }

    @Test
    void whatIsWrittenIsReadBackAndOnlyTheOwnerMayReadIt() throws IOException {
        RemoteAccess access =
                new RemoteAccess(RemotePolicy.SESSIONS, List.of(ROOT, Path.of("/a b/é")));
        RemoteAccessFile file = new RemoteAccessFile(home);
        file.write(access);
        assertThat(file.read(Path.of("/other"))).isEqualTo(access);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void fileThatIsNotUnderstoodIsNotTakenForTheDefault() throws IOException {
        RemoteAccessFile file = new RemoteAccessFile(home);
        for (String text :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{\"format\":1,\"policy\":\"open\",\"rootDirectories\":[\"/a\"]}",
                        "{\"format\":2,\"policy\":\"full\",\"rootDirectories\":[\"/a\"]}",
                        "{\"format\":1,\"policy\":\"full\"}",
                        "{\"format\":1,\"policy\":\"full\",\"rootDirectories\":[\"a\"]}",
                        "{\"format\":1,\"policy\":\"full\",\"rootDirectories\":[7]}")) {
            Files.writeString(file.path(), text);
            assertThatThrownBy(() -> file.read(ROOT)).as(text).isInstanceOf(DaemonException.class);
        }
    }

    @Test
    void newEnrolmentKeepsThePolicyAndReplacesTheRoots() {
        RemoteAccessFile file = new RemoteAccessFile(home);
        file.enrolledWith(ROOT);
        assertThat(file.path()).doesNotExist();
        file.write(new RemoteAccess(RemotePolicy.LOCKED, List.of(ROOT, Path.of("/more"))));
        file.enrolledWith(Path.of("/new"));
        assertThat(file.read(ROOT))
                .isEqualTo(new RemoteAccess(RemotePolicy.LOCKED, List.of(Path.of("/new"))));
    }
}
