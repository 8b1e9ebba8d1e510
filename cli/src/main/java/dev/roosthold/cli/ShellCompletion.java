package dev.roosthold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Scripts that teach a shell the commands and options of a command line. The same model gives the
/// same text. What is hidden is left out.
final class ShellCompletion {
    private ShellCompletion() {}

    /// For `bash-completion` or `source`.
    static String bash(CommandSpec root) {
        return AutoComplete.bash(root.name(), root.commandLine());
    }

    /// An autoload function `_roost` for a directory of `fpath`. zsh runs functions written for
    /// bash; the last line answers the first request, for which the function was loaded.
    static String zsh(CommandSpec root) {
        return "#compdef "
                + root.name()
                + "\nautoload -Uz bashcompinit && bashcompinit\ncompopt() { : } # of bash; zsh has none\n"
                + bash(root)
                + "\n_bash_complete -o default -F _complete_"
                + root.name()
                + "\n";
    }

    static String fish(CommandSpec root) {
        Map<String, CommandSpec> commands = new LinkedHashMap<>();
        collect("", root, commands);
        String known =
                String.join(
                        " ",
                        commands.keySet().stream()
                                .filter(path -> !path.isEmpty())
                                .map(ShellCompletion::quoted)
                                .toList());
        var script = new StringBuilder();
        script.append(
                """
                # Completion of the roost command for fish.

                # Whether the words before the cursor lead to the command in the first argument. Options and their values
                # are passed over.
                function __roost_at
                    set -l known %s
                    set -l at ''
                    for word in (commandline -opc)[2..-1]
                        set -l longer (string trim -- "$at $word")
                        if contains -- $longer $known
                            set at $longer
                        end
                    end
                    test "$at" = "$argv[1]"
                end

                complete -c roost -f
                """
                        .formatted(known));
        commands.forEach((path, command) -> appendFish(script, path, command));
        return script.toString();
    }

    /// Commands by the words that lead to them; an alias is a path of its own.
    private static void collect(
            String path, CommandSpec command, Map<String, CommandSpec> commands) {
        commands.put(path, command);
        visible(command)
                .forEach(
                        (name, sub) ->
                                collect(
                                        path.isEmpty() ? name : path + " " + name,
                                        sub.getCommandSpec(),
                                        commands));
    }

    private static Map<String, CommandLine> visible(CommandSpec command) {
        Map<String, CommandLine> visible = new LinkedHashMap<>();
        command.subcommands()
                .forEach(
                        (name, sub) -> {
                            if (!sub.getCommandSpec().usageMessage().hidden()) {
                                visible.put(name, sub);
                            }
                        });
        return visible;
    }

    private static void appendFish(StringBuilder script, String path, CommandSpec command) {
        String start = "complete -c roost -n " + quoted("__roost_at " + quoted(path));
        visible(command)
                .forEach(
                        (name, sub) ->
                                script.append(start)
                                        .append(" -a ")
                                        .append(quoted(name))
                                        .append(" -d ")
                                        .append(
                                                quoted(
                                                        firstLine(
                                                                sub.getCommandSpec()
                                                                        .usageMessage()
                                                                        .description())))
                                        .append('\n'));
        for (OptionSpec option : command.options()) {
            if (option.hidden()) {
                continue;
            }
            script.append(start);
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " : " -s ")
                        .append(name.replaceFirst("^-+", ""));
            }
            if (option.arity().max() > 0) {
                script.append(option.arity().min() > 0 ? " -r" : "").append(values(option));
            }
            script.append(" -d ").append(quoted(firstLine(option.description()))).append('\n');
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            if (!parameter.hidden() && parameter.completionCandidates() != null) {
                script.append(start).append(values(parameter)).append('\n');
            }
        }
    }

    private static String values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            List<String> candidates = new ArrayList<>();
            boolean constants = argument.type().isEnum();
            for (String candidate : argument.completionCandidates()) {
                candidates.add(constants ? candidate.toLowerCase(Locale.ROOT) : candidate);
            }
            return " -f -a " + quoted(String.join(" ", candidates));
        }
        return argument.type() == Path.class ? " -F" : " -f";
    }

    static String firstLine(String... description) {
        return description.length == 0 ? "" : description[0];
    }

    /// In single quotes, in which fish knows two escapes.
    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
