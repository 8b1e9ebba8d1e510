package dev.roosthold.bench;

import dev.roosthold.history.spool.ShellHook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What the hook of a shell adds between two prompts: the shell itself measures it, command by
/// command. fish has no clock, so there it is the mean of all.
public final class HookLoad {
    private static final int COMMANDS = 300;
    private static final double BAR_MS = 5;
    private static final String COMMAND =
            "git commit -m \"a message\" && make -j8 test | tee out.log";

    private HookLoad() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("hook");
        System.out.printf(
                Locale.ROOT,
                "load %s, %d processors, %d commands of %d characters%n",
                Host.loadAverage(),
                Host.processors(),
                COMMANDS,
                COMMAND.length());
        System.out.printf("%-6s %10s %10s %10s%n", "shell", "mean, ms", "p50, ms", "p99, ms");
        boolean met = true;
        for (ShellHook hook : ShellHook.values()) {
            String shell = hook.name().toLowerCase(Locale.ROOT);
            if (Stream.of("/usr/bin/", "/bin/", "/usr/local/bin/")
                    .noneMatch(place -> Files.isExecutable(Path.of(place + shell)))) {
                System.out.printf("%-6s not installed%n", shell);
                continue;
            }
            double[] millis = measure(hook, shell, folder);
            Arrays.sort(millis);
            double mean = Arrays.stream(millis).average().orElse(Double.NaN);
            System.out.printf(
                    Locale.ROOT,
                    "%-6s %10.2f %10.2f %10.2f%n",
                    shell,
                    mean,
                    millis[millis.length / 2],
                    millis[(int) (millis.length * 0.99)]);
            met &= millis[millis.length / 2] < BAR_MS;
        }
        System.out.println((met ? "MET" : "MISSED") + ": the median of every shell is below 5 ms");
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static double[] measure(ShellHook hook, String shell, Path folder)
            throws IOException, InterruptedException {
        Path script = folder.resolve("hook." + shell);
        // As if somebody typed: the hook does nothing in a script.
        String text =
                hook.script(folder.resolve("spool-" + shell))
                        .replace("$- == *i* && ", "")
                        .replace("-o interactive && ", "")
                        .replace("status is-interactive; and ", "");
        Files.writeString(script, text + "\n" + loop(hook));
        Process process =
                new ProcessBuilder(shell, script.toString()).redirectErrorStream(true).start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.matches("[0-9]+"))
                        .toList();
        if (!process.waitFor(60, TimeUnit.SECONDS) || lines.isEmpty()) {
            throw new IOException(shell + " measured nothing");
        }
        return lines.stream().mapToDouble(line -> Long.parseLong(line) / 1000.0).toArray();
    }

    /// Prints microseconds, one line per command.
    private static String loop(ShellHook hook) {
        String quoted = "'" + COMMAND + "'";
        return switch (hook) {
            case BASH ->
                    """
                    set -o history
                    trap - DEBUG
                    for ((i = 0; i < %d; i++)); do
                        history -s %s" $i"
                        a=${EPOCHREALTIME/[.,]/}
                        __roost_start=1700000000000
                        __roost_precmd
                        b=${EPOCHREALTIME/[.,]/}
                        echo $((b - a))
                    done
                    """
                            .formatted(COMMANDS, quoted);
            case ZSH ->
                    """
                    for ((i = 0; i < %d; i++)); do
                        typeset -F 6 a=$EPOCHREALTIME
                        __roost_preexec %s" $i"
                        __roost_precmd
                        typeset -F 6 b=$EPOCHREALTIME
                        printf '%%.0f\\n' $(((b - a) * 1000000))
                    done
                    """
                            .formatted(COMMANDS, quoted);
            case FISH ->
                    """
                    set a (date +%%s%%N)
                    for i in (seq %d)
                        set CMD_DURATION 5
                        emit fish_postexec %s" $i"
                    end
                    set b (date +%%s%%N)
                    math -s0 \\( $b - $a \\) / %d / 1000
                    """
                            .formatted(COMMANDS, quoted, COMMANDS);
        };
    }
}
