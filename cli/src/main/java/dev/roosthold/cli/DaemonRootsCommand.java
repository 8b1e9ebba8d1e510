package dev.roosthold.cli;

import dev.roosthold.daemon.RemoteAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "roots",
        description =
                "The directories that remote work on files stays inside. A running daemon follows"
                        + " at once.",
        subcommands = {
            DaemonRootsCommand.ListRoots.class,
            DaemonRootsCommand.Add.class,
            DaemonRootsCommand.Remove.class
        })
final class DaemonRootsCommand implements Callable<Integer> {
    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        DaemonAccess.print(DaemonAccess.of(home).read(), json.wanted());
        return 0;
    }

    @Command(name = "list", description = "Shows them, the default one first.")
    static final class ListRoots implements Callable<Integer> {
        @Mixin private HomeOption home;
        @Mixin private JsonOption json;

        @Override
        public Integer call() {
            DaemonAccess.print(DaemonAccess.of(home).read(), json.wanted());
            return 0;
        }
    }

    @Command(name = "add", description = "Allows one more directory.")
    static final class Add implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "An existing directory.")
        private @Nullable Path directory;

        @Mixin private HomeOption home;
        @Mixin private JsonOption json;

        @Override
        public Integer call() {
            Path root = real(Objects.requireNonNull(directory));
            DaemonAccess settings = DaemonAccess.of(home);
            RemoteAccess access = settings.read();
            if (!access.roots().contains(root)) {
                List<Path> roots = new ArrayList<>(access.roots());
                roots.add(root);
                access = access.withRoots(roots);
                settings.write(access);
            }
            DaemonAccess.print(access, json.wanted());
            return 0;
        }

        private static Path real(Path directory) {
            try {
                Path real = directory.toRealPath();
                if (Files.isDirectory(real)) {
                    return real;
                }
            } catch (IOException _) {
                // Said below.
            }
            throw new CommandFailure(directory + " is not a directory", "");
        }
    }

    @Command(
            name = "remove",
            description =
                    "Allows a directory no more. One that does not exist any more can go too.")
    static final class Remove implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "As `roost daemon roots list` shows it.")
        private @Nullable Path directory;

        @Mixin private HomeOption home;
        @Mixin private JsonOption json;

        @Override
        public Integer call() {
            Path wanted = Objects.requireNonNull(directory);
            DaemonAccess settings = DaemonAccess.of(home);
            RemoteAccess access = settings.read();
            List<Path> roots = new ArrayList<>(access.roots());
            if (!roots.removeIf(root -> root.equals(wanted) || root.equals(real(wanted)))) {
                throw new CommandFailure(
                        wanted + " is not a root directory",
                        "`roost daemon roots list` shows those that are.");
            }
            if (roots.isEmpty()) {
                throw new CommandFailure(
                        "this is the only root directory",
                        "Add another one first, or use `roost daemon policy locked`.");
            }
            access = access.withRoots(roots);
            settings.write(access);
            DaemonAccess.print(access, json.wanted());
            return 0;
        }

        private static Path real(Path directory) {
            try {
                return directory.toRealPath();
            } catch (IOException _) {
                return directory.toAbsolutePath().normalize();
            }
        }
    }
}
