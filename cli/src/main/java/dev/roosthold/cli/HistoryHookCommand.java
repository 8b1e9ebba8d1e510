package dev.roosthold.cli;

import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.spool.ShellHook;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "hook",
        description = {
            "Prints what your shell reads at its start so that it tells of its commands:",
            "  bash, in ~/.bashrc:  eval \"$(roost history hook bash)\"",
            "  zsh, in ~/.zshrc:    eval \"$(roost history hook zsh)\"",
            "  fish, in ~/.config/fish/config.fish:  roost history hook fish | source",
            "Writing the output to a file and sourcing that keeps the start of the shell free of"
                    + " Java. Lines that begin with a blank are never recorded."
        })
final class HistoryHookCommand extends SyncAction {
    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private ShellHook shell = ShellHook.BASH;

    @Option(
            names = "--keys",
            description = "Also binds Ctrl-R to `roost history pick`, which starts only then.")
    private boolean keys;

    @Override
    int run() {
        System.out.print(shell.script(HistoryPlaces.of(sync.environment()).spool()));
        if (keys) {
            System.out.print(keys());
        }
        return SyncStatus.DONE;
    }

    private String keys() {
        String roost =
                Launcher.command().stream()
                        .map(word -> "'" + word.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
        List<String> pick =
                switch (shell) {
                    case BASH ->
                            List.of(
                                    "__roost_pick() {",
                                    "    local picked",
                                    "    picked=$("
                                            + roost
                                            + " history pick -- \"$READLINE_LINE\") || return",
                                    "    READLINE_LINE=$picked READLINE_POINT=${#picked}",
                                    "}",
                                    "bind -x '\"\\C-r\": __roost_pick'");
                    case ZSH ->
                            List.of(
                                    "__roost_pick() {",
                                    "    local picked",
                                    "    picked=$("
                                            + roost
                                            + " history pick -- \"$BUFFER\" </dev/tty)"
                                            + " && BUFFER=$picked CURSOR=${#picked}",
                                    "    zle reset-prompt",
                                    "}",
                                    "zle -N __roost_pick",
                                    "bindkey '^R' __roost_pick");
                    case FISH ->
                            List.of(
                                    "function __roost_pick",
                                    "    set -l picked ("
                                            + roost.replace("'\\''", "\\'")
                                            + " history pick -- (commandline) | string collect)",
                                    "    and commandline -r -- $picked",
                                    "    commandline -f repaint",
                                    "end",
                                    "bind \\cr __roost_pick");
                };
        return String.join("\n", pick) + "\n";
    }
}
