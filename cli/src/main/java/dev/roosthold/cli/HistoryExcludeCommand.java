package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.entry.ExcludePatterns;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.JsonObject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "exclude",
        description = {
            "Your own patterns of commands that stay on the computer on which they were run.",
            "Common forms of secrets, and lines that begin with a blank, are excluded in any case."
        },
        subcommands = {
            HistoryExcludeCommand.Show.class,
            HistoryExcludeCommand.Add.class,
            HistoryExcludeCommand.Remove.class,
            HistoryExcludeCommand.Test.class
        })
final class HistoryExcludeCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "`list`, `add`, `remove` or `test`?");
    }

    private static int put(SyncAccess sync, History history, List<String> patterns)
            throws InterruptedException {
        ArrayNode value = JsonNodeFactory.instance.arrayNode();
        patterns.forEach(value::add);
        try (SyncClient client = sync.connect()) {
            history.setPreference(client, History.EXCLUDE_PATTERNS, value);
        }
        sync.print(
                JsonObject.empty().with("patterns", patterns),
                patterns.size()
                        + " patterns of yours are in force, here now and on your other computers"
                        + " when they sync.");
        return SyncStatus.DONE;
    }

    @Command(name = "list", description = "Shows them.")
    static final class Show extends SyncAction {
        @Override
        int run() {
            try (History history = sync.history()) {
                List<String> lines = new ArrayList<>();
                history.patternsOfPreference()
                        .forEach(one -> lines.add("all computers:  " + Printable.line(one)));
                history.patternsOfFile()
                        .forEach(one -> lines.add("this computer:  " + Printable.line(one)));
                sync.print(
                        JsonObject.empty()
                                .with("preference", history.patternsOfPreference())
                                .with("file", history.patternsOfFile()),
                        lines.toArray(String[]::new));
                return SyncStatus.DONE;
            }
        }
    }

    @Command(name = "add", description = "Adds one, for all your computers.")
    static final class Add extends SyncAction {
        @Parameters(
                paramLabel = "PATTERN",
                description = "A regular expression, found anywhere in a command.")
        private String pattern = "";

        @Override
        int run() throws InterruptedException {
            ExcludePatterns.problem(pattern)
                    .ifPresent(
                            problem -> {
                                throw new CommandFailure(problem, "", SyncStatus.USAGE);
                            });
            try (History history = sync.history()) {
                List<String> patterns = new ArrayList<>(history.patternsOfPreference());
                if (!patterns.contains(pattern)) {
                    patterns.add(pattern);
                }
                return put(sync, history, patterns);
            }
        }
    }

    @Command(name = "remove", description = "Takes one away, for all your computers.")
    static final class Remove extends SyncAction {
        @Parameters(paramLabel = "PATTERN", description = "As `list` shows it.")
        private String pattern = "";

        @Override
        int run() throws InterruptedException {
            try (History history = sync.history()) {
                List<String> patterns = new ArrayList<>(history.patternsOfPreference());
                if (!patterns.remove(pattern)) {
                    throw new CommandFailure(
                            "there is no such pattern", "`roost history exclude list` shows all.");
                }
                return put(sync, history, patterns);
            }
        }
    }

    @Command(
            name = "test",
            description =
                    "Says whether a command would stay here, and why; reads it from standard input.")
    static final class Test extends SyncAction {
        @Override
        int run() {
            String command = Ask.line("").orElse("");
            try (History history = sync.history()) {
                var reason = history.excludePatterns().reason(command);
                sync.print(
                        JsonObject.empty()
                                .with("excluded", reason.isPresent())
                                .withText("reason", reason),
                        reason.map(why -> "stays here: " + why).orElse("would be sent"));
                return SyncStatus.DONE;
            }
        }
    }
}
