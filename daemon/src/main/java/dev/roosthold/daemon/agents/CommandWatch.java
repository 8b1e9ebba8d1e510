package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.sessions.AgentCommand;
import dev.roosthold.daemon.sessions.CommandRecorder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Tells the history of the commands that the agent of one session has run. Thread of the session
/// only.
///
/// @param terminalExit with what the command of a terminal has ended
record CommandWatch(
        CommandRecorder recorder,
        Clock clock,
        String sessionId,
        String agent,
        Path directory,
        Function<String, OptionalInt> terminalExit) {

    /// Where agents put the exit code of a command: beside the output, or below `metadata`.
    private static final List<String> EXIT =
            List.of("exit_code", "exitCode", "exit", "exit_status");

    long now() {
        return clock.millis();
    }

    /// A call of kind `execute` is over.
    ///
    /// @param args with the command
    /// @param update the last word about it
    /// @param ran whether it ran at all: one that the person refused did not
    void ended(
            ObjectNode args,
            JsonNode update,
            String title,
            long sinceMs,
            boolean ran,
            boolean failed) {
        String command = args.path("command").asString("").strip();
        OptionalInt exit = exitCode(update);
        if (command.isEmpty() || !ran && exit.isEmpty()) {
            return;
        }
        Optional<String> reason =
                Optional.of(args.path("description").asString(title).strip())
                        .filter(text -> !text.isEmpty() && !text.equals(command))
                        .map(ToolCalls::title);
        recorder.ran(
                new AgentCommand(
                        sessionId,
                        agent,
                        command,
                        where(args),
                        reason,
                        sinceMs,
                        Math.max(0, now() - sinceMs),
                        exit,
                        failed || exit.orElse(0) != 0));
    }

    private Path where(ObjectNode args) {
        for (String name : List.of("cwd", "workdir", "working_directory", "directory")) {
            String text = args.path(name).asString("");
            if (!text.isEmpty()) {
                try {
                    return directory.resolve(text).normalize();
                } catch (InvalidPathException _) {
                    // The session's own then.
                }
            }
        }
        return directory;
    }

    private OptionalInt exitCode(JsonNode update) {
        JsonNode output = update.path("rawOutput");
        for (JsonNode place :
                List.of(
                        output,
                        output.path("metadata"),
                        update.path("_meta").path("terminal_exit"))) {
            for (String name : EXIT) {
                if (place.path(name).isInt()) {
                    return OptionalInt.of(place.path(name).intValue());
                }
            }
        }
        for (JsonNode part : update.path("content")) {
            if (part.path("type").asString("").equals("terminal")) {
                OptionalInt exit = terminalExit.apply(part.path("terminalId").asString(""));
                if (exit.isPresent()) {
                    return exit;
                }
            }
        }
        return OptionalInt.empty();
    }
}
