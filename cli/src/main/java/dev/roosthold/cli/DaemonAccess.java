package dev.roosthold.cli;

import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.RemoteAccess;
import dev.roosthold.daemon.RemoteAccessFile;
import dev.roosthold.protocol.Codec;
import java.nio.file.Path;
import java.util.List;

/// The access settings of this computer, as the commands read, change and show them. They are
/// changed here and nowhere else; a running daemon picks them up by itself.
final class DaemonAccess {
    private final RemoteAccessFile file;
    private final Path rootDirectory;

    private DaemonAccess(RemoteAccessFile file, Path rootDirectory) {
        this.file = file;
        this.rootDirectory = rootDirectory;
    }

    /// @throws CommandFailure when this computer is not a machine
    static DaemonAccess of(HomeOption home) {
        try {
            Path rootDirectory =
                    new Enrolment(home.path())
                            .identity()
                            .orElseThrow(DaemonHome::noMachine)
                            .rootDirectory();
            return new DaemonAccess(new RemoteAccessFile(home.path()), rootDirectory);
        } catch (DaemonException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    RemoteAccess read() {
        try {
            return file.read(rootDirectory);
        } catch (DaemonException e) {
            throw new CommandFailure(
                    String.valueOf(e.getMessage()),
                    "Until then the machine carries out nothing but stopping.");
        }
    }

    void write(RemoteAccess access) {
        try {
            file.write(access);
        } catch (DaemonException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    static void print(RemoteAccess access, boolean json) {
        if (json) {
            System.out.println(
                    Codec.printText(
                            new Shown(
                                    access.policy().text(),
                                    access.roots().stream().map(Path::toString).toList())));
            return;
        }
        System.out.println(
                "Policy: "
                        + switch (access.policy()) {
                            case FULL -> "full - your account's clients may run commands here";
                            case SESSIONS ->
                                    "sessions - agent sessions, looking and reading; no commands,"
                                            + " no writing of files";
                            case LOCKED -> "locked - nothing but stopping sessions or the daemon";
                        });
        System.out.println("Root directories:");
        access.roots().forEach(root -> System.out.println("  " + root));
    }

    /// What `--json` prints.
    record Shown(String policy, List<String> rootDirectories) {}
}
