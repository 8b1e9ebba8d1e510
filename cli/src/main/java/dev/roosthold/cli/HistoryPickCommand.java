package dev.roosthold.cli;

import dev.roosthold.history.History;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "pick",
        description = {
            "Shows the history on the whole screen and prints the command that is chosen.",
            "Typing filters; the arrows move; Enter takes the command, Esc or Ctrl-C leaves; Ctrl-F"
                    + " turns fuzzy search on and off, Ctrl-D keeps to this directory."
        },
        footer = {"", "Exit status: 0 one was chosen, 1 none."})
final class HistoryPickCommand extends SyncAction {
    @Mixin private HistoryFilter filter;

    @Parameters(arity = "0..*", paramLabel = "WORD", description = "What is typed at the start.")
    private List<String> words = List.of();

    @Override
    int run() throws IOException, InterruptedException {
        try (History history = sync.history()) {
            HistoryCommand.refresh(sync, history);
            // Standard output is for the chosen command: a key binding of the shell reads it.
            try (Terminal terminal =
                    TerminalBuilder.builder()
                            .system(true)
                            .systemOutput(TerminalBuilder.SystemOutput.ForcedSysErr)
                            .build()) {
                Optional<String> picked =
                        new HistoryPicker(
                                        terminal,
                                        query -> history.store().search(query).entries(),
                                        filter.query(List.of(), true),
                                        String.join(" ", words))
                                .pick();
                picked.ifPresent(System.out::println);
                return picked.isPresent() ? SyncStatus.DONE : SyncStatus.FAILED;
            }
        }
    }
}
