package dev.roosthold.cli;

import dev.roosthold.client.Reply;
import dev.roosthold.client.overview.LiveState;
import dev.roosthold.client.overview.MachineOverview;
import dev.roosthold.client.overview.Overview;
import dev.roosthold.client.overview.SessionOverview;
import dev.roosthold.protocol.Codec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "sessions",
        description = "Shows your sessions by machine and folder, and what they are doing.")
final class SessionsCommand implements Callable<Integer> {
    private static final int SHORTEST = 8;
    private static final int TITLE = 44;

    @Option(names = "--all", description = "Also those that have ended.")
    private boolean all;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        try (Access access = Access.of(home)) {
            Overview overview = new Overview(access.account());
            List<SessionOverview> every;
            try (ProgressLine progress = new ProgressLine("Reading sessions")) {
                every = access.require(overview.sessions(progress));
            }
            List<SessionOverview> sessions =
                    every.stream()
                            .filter(session -> all || session.state() != LiveState.ENDED)
                            .toList();
            if (json.wanted()) {
                System.out.println(
                        Codec.printText(sessions.stream().map(SessionsCommand::shown).toList()));
                return ExitStatus.DONE;
            }
            if (sessions.isEmpty()) {
                System.out.println(
                        every.isEmpty()
                                ? "No sessions yet."
                                : "No sessions but " + every.size() + " that have ended (--all).");
                return ExitStatus.DONE;
            }
            print(sessions, names(overview), prefixLength(every));
            return ExitStatus.DONE;
        }
    }

    private static Map<String, MachineOverview> names(Overview overview)
            throws InterruptedException {
        Map<String, MachineOverview> names = new LinkedHashMap<>();
        if (overview.machines() instanceof Reply.Success(List<MachineOverview> machines)) {
            machines.forEach(machine -> names.put(machine.id().value(), machine));
        }
        return names;
    }

    /// So many characters tell all ids apart.
    static int prefixLength(List<SessionOverview> sessions) {
        List<String> ids = sessions.stream().map(session -> session.id().value()).sorted().toList();
        int length = SHORTEST;
        for (int i = 1; i < ids.size(); i++) {
            String a = ids.get(i - 1);
            String b = ids.get(i);
            int same = 0;
            while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
                same++;
            }
            length = Math.max(length, same + 1);
        }
        return length;
    }

    private static void print(
            List<SessionOverview> sessions, Map<String, MachineOverview> machines, int length) {
        Style style = Style.ofOutput();
        long now = System.currentTimeMillis();
        Map<String, Map<String, List<SessionOverview>>> groups = new LinkedHashMap<>();
        for (SessionOverview session : sessions) {
            groups.computeIfAbsent(machine(session, machines), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(
                            session.directory().orElse("(not known)"), _ -> new ArrayList<>())
                    .add(session);
        }
        groups.forEach(
                (machine, directories) -> {
                    System.out.println(style.bold(Printable.line(machine)));
                    directories.forEach(
                            (directory, members) -> {
                                System.out.println("  " + Printable.line(directory));
                                members.forEach(session -> print(session, length, style, now));
                            });
                });
    }

    private static String machine(SessionOverview session, Map<String, MachineOverview> machines) {
        MachineOverview machine = session.machine().map(machines::get).orElse(null);
        if (machine != null) {
            return machine.name() + (machine.online() ? "" : " (offline)");
        }
        return session.host().orElse("(not known)");
    }

    private static void print(SessionOverview session, int length, Style style, long nowMs) {
        String id = session.id().value();
        String state = String.format(Locale.ROOT, "%-15s", words(session.state()));
        System.out.println(
                "    "
                        + id.substring(0, Math.min(length, id.length()))
                        + "  "
                        + switch (session.state()) {
                            case WORKING -> style.green(state);
                            case WAITING -> style.yellow(state);
                            case IDLE -> state;
                            case STOPPED, MACHINE_OFFLINE, ENDED, LOCKED -> style.dim(state);
                        }
                        + "  "
                        + String.format(
                                Locale.ROOT,
                                "%-" + TITLE + "s",
                                Printable.line(session.title().orElse("(no title)"), TITLE))
                        + "  "
                        + String.format(
                                Locale.ROOT, "%-8s", Printable.line(session.agent().orElse("-"), 8))
                        + "  "
                        + Ago.of(session.updatedAtMs(), nowMs));
    }

    static String words(LiveState state) {
        return switch (state) {
            case WORKING -> "working";
            case WAITING -> "waits for you";
            case IDLE -> "idle";
            case STOPPED -> "not running";
            case MACHINE_OFFLINE -> "machine offline";
            case ENDED -> "ended";
            case LOCKED -> "locked";
        };
    }

    private static Shown shown(SessionOverview session) {
        return new Shown(
                session.id().value(),
                session.title().orElse(null),
                session.directory().orElse(null),
                session.machine().orElse(null),
                session.host().orElse(null),
                session.agent().orElse(null),
                session.state().text(),
                session.questions(),
                session.updatedAtMs());
    }

    /// What `--json` prints.
    private record Shown(
            String id,
            @Nullable String title,
            @Nullable String directory,
            @Nullable String machine,
            @Nullable String host,
            @Nullable String agent,
            String state,
            int questions,
            long updatedAt) {}
}
