package dev.roosthold.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "install",
        description =
                "Has the system start the daemon when you log in: writes a unit for systemd or an"
                        + " agent for launchd.",
        footer = {
            "",
            "Exit status: 0 it is written (or was), 1 another one is in the way and stays."
        })
final class DaemonInstallCommand implements Callable<Integer> {
    @Option(names = "--print", description = "Only shows what would be written, and where.")
    private boolean print;

    @Option(names = "--yes", description = "Replaces another one without asking; it is kept.")
    private boolean yes;

    @Mixin private HomeOption home;

    @Override
    public Integer call() throws IOException {
        return install(ofThisSystem(), print, yes);
    }

    /// Writes a unit, or only shows it. Never replaces another one without asking.
    static int install(ServiceFile service, boolean print, boolean yes) throws IOException {
        System.out.println("# " + service.file());
        System.out.print(service.content());
        if (print) {
            return 0;
        }
        System.out.println();
        if (Files.exists(service.file())) {
            String there = Files.readString(service.file());
            if (there.equals(service.content())) {
                System.out.println("It is there already.");
                tellRest(service);
                return 0;
            }
            if (!yes && !confirmed(service.file())) {
                throw new CommandFailure(
                        service.file() + " is there with other content; it stays as it is",
                        "Compare it with what is shown above, or replace it with --yes.");
            }
            Path kept = service.file().resolveSibling(service.file().getFileName() + ".before");
            Files.writeString(kept, there);
            System.out.println("What was there is kept in " + kept);
        }
        Files.createDirectories(Objects.requireNonNull(service.file().getParent()));
        Files.writeString(service.file(), service.content(), StandardCharsets.UTF_8);
        System.out.println("Written: " + service.file());
        tellRest(service);
        return 0;
    }

    private static void tellRest(ServiceFile service) {
        System.out.println("To have it started now and at each login:");
        service.enable().forEach(command -> System.out.println("  " + command));
    }

    private static boolean confirmed(Path file) {
        @Nullable Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return false;
        }
        String answer =
                console.readLine("%s is there with other content. Replace it? [y/N] ", file);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }

    private ServiceFile ofThisSystem() {
        Path user = Path.of(System.getProperty("user.home"));
        Path directory = home.path().toAbsolutePath().normalize();
        List<String> launcher = Launcher.command();
        String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return ServiceFile.launchd(user, directory, launcher, path);
        }
        if (system.startsWith("windows")) {
            throw new CommandFailure(
                    "this system has neither systemd nor launchd",
                    "The manual says how the task scheduler starts `roost daemon run`.");
        }
        return ServiceFile.systemd(user, directory, launcher, path);
    }
}
