package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The scripts of `roost completion`, read as text and by the shells themselves.
final class ShellCompletionTest {
    @TempDir Path directory;

    private final CommandSpec root = Commands.all().getCommandSpec();

    private static List<OptionSpec> shown(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden()).toList();
    }

    @Test
    void bashAndZshKnowEveryCommandAndOption() {
        for (String script : List.of(ShellCompletion.bash(root), ShellCompletion.zsh(root))) {
            for (CommandSpec command : commands(root)) {
                assertThat(script).containsPattern("commands=\"[^\"]*\\b" + command.name() + "\\b");
                for (OptionSpec option : shown(command)) {
                    assertThat(script).contains(option.names());
                }
            }
        }
    }

    @Test
    void fishKnowsEveryCommandAndOption() {
        List<String> script = ShellCompletion.fish(root).lines().toList();
        for (CommandSpec command : commands(root)) {
            String path = command.qualifiedName(" ").replaceFirst("roost ", "");
            if (command.parent().parent() == null) {
                assertThat(script)
                        .anyMatch(line -> line.contains("'__roost_at \\'\\'' -a '" + path + "'"));
            }
            for (OptionSpec option : shown(command)) {
                String name = option.longestName().substring(2);
                assertThat(script)
                        .as(path + " " + name)
                        .anyMatch(
                                line ->
                                        line.contains("'__roost_at \\'" + path + "\\''")
                                                && line.contains(" -l " + name + " "));
            }
        }
    }

    @Test
    void whatIsHiddenIsNotOffered() {
        assertThat(root.subcommands()).containsKey("man-page");
        assertThat(ShellCompletion.bash(root)).doesNotContain("man-page");
        assertThat(ShellCompletion.fish(root)).doesNotContain("man-page");
        assertThat(ManPageCommand.manPage(root)).doesNotContain("man\\-page");
    }

    @Test
    void theManualPageTellsOfEveryCommandAndOption() {
        String page = ManPageCommand.manPage(root);
        assertThat(page)
                .contains("Default: ~/.roost")
                .doesNotContain(System.getProperty("user.home"));
        for (CommandSpec command : commands(root)) {
            if (command.subcommands().isEmpty()) {
                assertThat(page)
                        .contains(".SS " + command.qualifiedName(" ").replace("-", "\\-") + "\n");
            }
            for (OptionSpec option : shown(command)) {
                if (!option.usageHelp() && !option.versionHelp()) {
                    assertThat(page).contains(option.longestName().replace("-", "\\-"));
                }
            }
        }
    }

    @Test
    void bashCompletes() throws Exception {
        Path script = write(ShellCompletion.bash(root));

        String commands =
                answer(
                        "bash",
                        "--norc",
                        "-c",
                        "source '"
                                + script
                                + "'; COMP_WORDS=(roost in); COMP_CWORD=1; COMP_LINE='roost in';"
                                + " COMP_POINT=8; _complete_roost; echo \"${COMPREPLY[@]}\"");
        String options =
                answer(
                        "bash",
                        "--norc",
                        "-c",
                        "source '"
                                + script
                                + "'; COMP_WORDS=(roost invite create --u); COMP_CWORD=3;"
                                + " _complete_roost; echo \"${COMPREPLY[@]}\"");

        assertThat(commands).contains("invite");
        assertThat(options).contains("--uses");
    }

    @Test
    void fishCompletes() throws Exception {
        requireShell("fish");
        Path script = write(ShellCompletion.fish(root));

        assertThat(fish(script, "roost in")).containsPattern("(?m)^invite\\t");
        assertThat(fish(script, "roost up --po")).containsPattern("(?m)^--port\\t");
        assertThat(fish(script, "roost invite create --u")).containsPattern("(?m)^--uses\\t");
        assertThat(fish(script, "roost completion f")).containsPattern("(?m)^fish$");
    }

    @Test
    void zshCompletes() throws Exception {
        requireShell("zsh");
        Path functions = Files.createDirectories(directory.resolve("functions"));
        Files.writeString(functions.resolve("_roost"), ShellCompletion.zsh(root));
        // Types into a zsh at a terminal, which loads the function at the first tab.
        Path typing = directory.resolve("typing");
        Files.writeString(
                typing,
                """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell "PS1=; fpath=('$1' \\$fpath); autoload -Uz compinit; compinit -u -D"
                zpty -w -n shell $'roost invite create --u\\t'
                zpty -r -m shell line '*--uses*' && print -r -- "$line"
                """);

        assertThat(answer("zsh", "-f", typing.toString(), functions.toString()))
                .contains("roost invite create --uses")
                .doesNotContain("not found");
    }

    private String fish(Path script, String line) throws Exception {
        return answer(
                "fish", "--no-config", "-c", "source '" + script + "'; complete -C '" + line + "'");
    }

    /// All that can be named, without `roost` itself.
    private static List<CommandSpec> commands(CommandSpec command) {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandLine sub : command.subcommands().values()) {
            if (!sub.getCommandSpec().usageMessage().hidden()) {
                all.add(sub.getCommandSpec());
                all.addAll(commands(sub.getCommandSpec()));
            }
        }
        return all;
    }

    private Path write(String script) throws Exception {
        Path file = directory.resolve("script");
        Files.writeString(file, script);
        return file;
    }

    private static void requireShell(String name) {
        assumeTrue(
                Pattern.compile(":")
                        .splitAsStream(System.getenv("PATH"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))),
                "there is no " + name);
    }

    private String answer(String... command) throws Exception {
        Path output = directory.resolve("output");
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("XDG_DATA_HOME", directory.resolve("data").toString());
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        String answer = Files.readString(output);
        assertThat(process.exitValue()).as(answer).isZero();
        return answer;
    }
}
