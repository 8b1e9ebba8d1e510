package dev.roosthold.cli;

import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.daemon.local.LocalException;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "run",
        description = {
            "Starts a coding agent in a directory and shows its session here.",
            "The machine daemon runs it, and is started when it does not run: the session goes on"
                    + " when this terminal closes, and can be used from everywhere."
        })
final class RunCommand implements Callable<Integer> {
    private static final int HISTORY = 30;

    @Parameters(
            arity = "0..2",
            paramLabel = "[AGENT] [DIR]",
            description = {
                "The agent, for example opencode, claude, codex or gemini (default: the first one"
                        + " that is installed), and the directory (default: this one)."
            })
    private List<String> what = List.of();

    @Option(
            names = "--command",
            paramLabel = "COMMAND",
            description =
                    "Another agent that speaks the Agent Client Protocol: its program and options,"
                            + " separated by blanks.")
    private @Nullable String command;

    @Option(
            names = "--detach",
            description = "Do not show the session; print its id, as without a terminal.")
    private boolean detach;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Choice choice = choice();
        DaemonHome.identity(home.path(), choice.directory());
        LocalClient daemon = new BackgroundDaemon(home.path()).start(choice.directory()).control();
        String id = start(daemon, choice);
        if (detach || json.wanted() || !Ask.isTerminal()) {
            System.out.println(json.wanted() ? "{\"sessionId\":\"" + id + "\"}" : id);
            return ExitStatus.DONE;
        }
        try (Access access = Access.of(home)) {
            OpenSession session = access.require(access.account().session(new SessionId(id)));
            return SessionScreen.show(access, session, HISTORY, false);
        }
    }

    private record Choice(Optional<String> agent, Path directory) {}

    /// One word alone is an agent, unless it looks like a path or the agent is a command.
    private Choice choice() {
        Optional<String> agent = Optional.empty();
        Path directory = Path.of("");
        if (what.size() == 2) {
            agent = Optional.of(what.getFirst());
            directory = Path.of(what.getLast());
        } else if (what.size() == 1) {
            String word = what.getFirst();
            boolean path = word.startsWith(".") || word.contains("/") || word.contains("\\");
            if (path || command != null) {
                directory = Path.of(word);
            } else {
                agent = Optional.of(word);
            }
        }
        Path absolute = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            throw new CommandFailure("there is no directory " + absolute, "", ExitStatus.USAGE);
        }
        return new Choice(agent, absolute);
    }

    private String start(LocalClient daemon, Choice choice)
            throws IOException, InterruptedException {
        List<String> words =
                command == null ? List.of() : List.of(command.strip().split("\\s+", -1));
        try {
            JsonNode answer = daemon.run(choice.directory(), choice.agent(), words);
            if (answer.path("sessionId").isString()) {
                return answer.path("sessionId").asString();
            }
            throw new CommandFailure(
                    "the agent takes long to start",
                    "`roost sessions` shows the session when it is there.",
                    ExitStatus.TIMEOUT);
        } catch (LocalException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }
}
