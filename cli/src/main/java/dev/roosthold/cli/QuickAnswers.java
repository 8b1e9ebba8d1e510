package dev.roosthold.cli;

import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.Enrolment;
import dev.roosthold.sync.SyncDaemon;
import dev.roosthold.sync.config.SyncOptions;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `roost --version` and `roost status` in their plain forms, which scripts and prompts run often,
/// and `roost sync daemon`, whose first answer somebody waits for: they run before the options of
/// commands are read by reflection, which takes longer than all the rest of such a command (and two
/// thirds of the start of that daemon). Whatever is unusual goes the usual way, which answers the
/// same.
final class QuickAnswers {
    /// A value that the usual way takes as it is.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/.~][^\"'$@]*");

    private QuickAnswers() {}

    /// @return the exit status when the command line was answered; else nothing has happened
    static OptionalInt to(String[] args, Map<String, String> environment) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            for (String line : new Version().getVersion()) {
                System.out.println(line);
            }
            return OptionalInt.of(0);
        }
        Optional<SyncOptions> daemon = syncDaemon(args);
        if (daemon.isPresent() && !isConfigured(environment)) {
            return OptionalInt.of(SyncDaemon.run(daemon.get(), environment, Version.current()));
        }
        int first = args.length > 0 && args[0].equals("daemon") ? 1 : 0;
        if (args.length <= first || !args[first].equals("status") || isConfigured(environment)) {
            return OptionalInt.empty();
        }
        boolean json = false;
        String home = environment.get("ROOST_HOME");
        boolean named = false;
        for (int i = first + 1; i < args.length; i++) {
            String given = home(args, i);
            if (args[i].equals("--json") && !json) {
                json = true;
            } else if (given != null && !given.isEmpty() && !named) {
                named = true;
                home = given;
                i += args[i].equals("--home") ? 1 : 0;
            } else {
                return OptionalInt.empty();
            }
        }
        try {
            Path directory = home == null ? Enrolment.defaultHome() : Path.of(home);
            return OptionalInt.of(StatusCommand.answer(directory, json));
        } catch (DaemonException | InvalidPathException _) {
            return OptionalInt.empty();
        }
    }

    /// What `roost sync daemon` was given, as [SyncDaemonCommand] reads it; empty when it is
    /// another command, or in doubt.
    static Optional<SyncOptions> syncDaemon(String... args) {
        if (args.length < 2 || !args[0].equals("sync") || !args[1].equals("daemon")) {
            return Optional.empty();
        }
        Map<String, String> given = new LinkedHashMap<>();
        boolean background = false;
        for (int i = 2; i < args.length; i++) {
            if (args[i].equals("--background") && !background) {
                background = true;
                continue;
            }
            int equals = args[i].indexOf('=');
            String name = equals < 0 ? args[i] : args[i].substring(0, equals);
            if (!SyncDaemonCommand.OPTIONS.contains(name) || (equals < 0 && i + 1 == args.length)) {
                return Optional.empty();
            }
            String value = equals < 0 ? args[++i] : args[i].substring(equals + 1);
            if (!PLAIN.matcher(value).matches() || given.put(name, value) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(new SyncOptions(given, background));
    }

    private static @Nullable String home(String[] args, int at) {
        if (args[at].equals("--home")) {
            return at + 1 < args.length ? args[at + 1] : null;
        }
        return args[at].startsWith("--home=") ? args[at].substring("--home=".length()) : null;
    }

    /// Whether options may come from elsewhere, or something is to be said about them.
    private static boolean isConfigured(Map<String, String> environment) {
        for (String name : environment.keySet()) {
            if (name.startsWith("ROOST_")
                    && !name.equals("ROOST_HOME")
                    && !OptionSources.NO_OPTIONS.contains(name)) {
                return true;
            }
        }
        return Files.exists(OptionSources.usualFile());
    }
}
