package dev.roosthold.cli;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// Writes the manual page that the distribution carries, from the same model as `--help`.
@Command(name = "man-page", hidden = true, description = "Prints the manual page of roost.")
final class ManPageCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(manPage(spec.root()));
        out.flush();
        return 0;
    }

    static String manPage(CommandSpec root) {
        var page = new StringBuilder();
        String description = ShellCompletion.firstLine(root.usageMessage().description());
        page.append(".TH ROOST 1 \"\" \"roost ")
                .append(escaped(Version.current()))
                .append("\" \"Roosthold\"\n.SH NAME\nroost \\- ")
                .append(escaped(description))
                .append("\n.SH SYNOPSIS\n.B roost\nCOMMAND [OPTIONS]\n.SH COMMANDS\n");
        append(page, root);
        page.append(
                """
                .SH SETTINGS
                Every option can also be given as ROOST_<OPTION> in the environment (\\-\\-port is ROOST_PORT), or as a line
                "option = value" in the settings file, ~/.roost/roost.properties. The command line wins, then the
                environment, then the file.
                .SH EXIT STATUS
                0 when it is done, 1 when it failed, 2 when it was called wrongly.
                """);
        return page.toString();
    }

    private static void append(StringBuilder page, CommandSpec command) {
        // A command with an alias is listed under both names.
        for (CommandLine sub : new LinkedHashSet<>(command.subcommands().values())) {
            CommandSpec spec = sub.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                continue;
            }
            if (spec.subcommands().isEmpty()) {
                page.append(".SS ").append(escaped(spec.qualifiedName(" "))).append('\n');
                for (String line : spec.usageMessage().description()) {
                    page.append(escaped(line)).append('\n');
                }
                spec.options().forEach(option -> append(page, sub, option));
            } else {
                append(page, spec);
            }
        }
    }

    private static void append(StringBuilder page, CommandLine command, OptionSpec option) {
        if (option.hidden() || option.usageHelp() || option.versionHelp()) {
            return;
        }
        String label =
                command.getHelp()
                        .createDefaultParamLabelRenderer()
                        .renderParameterLabel(option, Ansi.OFF, List.of())
                        .toString();
        page.append(".TP\n.B ")
                .append(escaped(String.join(", ", option.names())))
                .append(escaped(label))
                .append('\n');
        for (String line : option.description()) {
            page.append(escaped(line)).append('\n');
        }
        if (option.defaultValue() != null && !option.defaultValue().isEmpty()) {
            page.append("Default: ").append(escaped(fromHome(option.defaultValue()))).append('\n');
        }
    }

    /// The reader has another home directory than whoever made the page.
    private static String fromHome(String value) {
        String home = System.getProperty("user.home");
        return value.startsWith(home + "/") ? "~" + value.substring(home.length()) : value;
    }

    /// A line of text that the formatter takes as it is.
    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("%n", " ");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
