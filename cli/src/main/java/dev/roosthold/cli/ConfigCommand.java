package dev.roosthold.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

@Command(
        name = "config",
        description = {
            "Shows the settings that `roost up` would run with, and where each comes from.",
            "Takes the options of `roost up` too. Fails when a setting is wrong."
        })
final class ConfigCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    @Unmatched private List<String> forUp = new ArrayList<>();

    @Override
    public Integer call() {
        CommandLine up = Objects.requireNonNull(spec.parent().subcommands().get("up"));
        List<String> args = new ArrayList<>(forUp);
        args.add(PrintConfigOption.NAME + "=" + (json ? "json" : "table"));
        return up.execute(args.toArray(String[]::new));
    }
}
