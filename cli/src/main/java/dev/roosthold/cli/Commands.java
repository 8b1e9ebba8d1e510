package dev.roosthold.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/// The commands of `roost`.
///
/// What a command takes is read from its classes by reflection. For all of them that lasts longer
/// than a short command runs, and a daemon would keep it for ever: so where the first word says
/// which command it is, only that one is read.
final class Commands {
    /// In the order of the help.
    static final List<String> NAMES =
            List.of(
                    "up",
                    "login",
                    "logout",
                    "whoami",
                    "link",
                    "recovery",
                    "machines",
                    "sessions",
                    "run",
                    "attach",
                    "send",
                    "enrol",
                    "daemon",
                    "status",
                    "jazz-relay",
                    "sync",
                    "history",
                    "invite",
                    "import-happy",
                    "config",
                    "audit",
                    "accounts",
                    "backup",
                    "restore",
                    "doctor",
                    "health",
                    "conformance",
                    "completion",
                    "man-page");

    private static final Map<String, String> ALIASES = Map.of("enroll", "enrol");

    /// They print something about all the others.
    private static final Set<String> ABOUT_ALL = Set.of("completion", "man-page");

    private Commands() {}

    /// `roost` with everything that it can do.
    static CommandLine all() {
        CommandLine root = new CommandLine(new RoostCommand());
        NAMES.forEach(name -> root.addSubcommand(create(name)));
        return root;
    }

    /// `roost` with what these arguments need; it takes them, or refuses them, as [#all] does.
    static CommandLine calledBy(String... args) {
        String first = args.length == 0 ? "" : args[0];
        if (args.length == 1 && (first.equals("--version") || first.equals("-V"))) {
            return new CommandLine(new RoostCommand());
        }
        String name = ALIASES.getOrDefault(first, first);
        if (!NAMES.contains(name) || ABOUT_ALL.contains(name)) {
            return all();
        }
        CommandLine root = new CommandLine(new RoostCommand()).addSubcommand(create(name));
        // It runs that one.
        return name.equals("config") ? root.addSubcommand(create("up")) : root;
    }

    private static Object create(String name) {
        return switch (name) {
            case "up" -> new UpCommand();
            case "login" -> new LoginCommand();
            case "logout" -> new LogoutCommand();
            case "whoami" -> new WhoamiCommand();
            case "link" -> new LinkCommand();
            case "recovery" -> new RecoveryCommand();
            case "machines" -> new MachinesCommand();
            case "sessions" -> new SessionsCommand();
            case "run" -> new RunCommand();
            case "attach" -> new AttachCommand();
            case "send" -> new SendCommand();
            case "enrol" -> new EnrolCommand();
            case "daemon" -> new DaemonCommand();
            case "status" -> new StatusCommand();
            case "jazz-relay" -> new JazzRelayCommand();
            case "sync" -> new SyncCommand();
            case "history" -> new HistoryCommand();
            case "invite" -> new InviteCommand();
            case "import-happy" -> new ImportHappyCommand();
            case "config" -> new ConfigCommand();
            case "audit" -> new AuditCommand();
            case "accounts" -> new AccountsCommand();
            case "backup" -> new BackupCommand();
            case "restore" -> new RestoreCommand();
            case "doctor" -> new DoctorCommand();
            case "health" -> new HealthCommand();
            case "conformance" -> new ConformanceCommand();
            case "completion" -> new CompletionCommand();
            case "man-page" -> new ManPageCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
