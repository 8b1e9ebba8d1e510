package dev.roosthold.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Prints what makes a shell complete the commands and options of roost.",
            "For example: roost completion bash > ~/.local/share/bash-completion/completions/roost"
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell;

    enum Shell {
        bash,
        zsh,
        fish
    }

    @Override
    public Integer call() {
        CommandSpec root = spec.root();
        spec.commandLine()
                .getOut()
                .print(
                        switch (shell) {
                            case bash -> ShellCompletion.bash(root);
                            case zsh -> ShellCompletion.zsh(root);
                            case fish -> ShellCompletion.fish(root);
                        });
        spec.commandLine().getOut().flush();
        return 0;
    }
}
