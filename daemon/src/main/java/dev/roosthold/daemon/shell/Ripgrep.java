package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.shell.CheckedArguments.Kind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ripgrep {args, cwd?}`: `{success, exitCode, stdout, stderr, truncated?}`, by the `rg` that is
/// installed.
///
/// Only known options are passed: none that runs programs (`--pre`, `--search-zip`,
/// `--hostname-bin`), reads other files (`--file`, `--ignore-file`, a configuration) or leaves the
/// roots. `--follow` is accepted, since clients send it, and not done. Paths must be inside the
/// roots. Without `rg`, `--files` is done by this program and searching is refused.
final class Ripgrep implements RpcMethod {
    private static final Duration TIME = Duration.ofSeconds(25);
    private static final Map<String, Kind> OPTIONS = options();

    private final Supplier<Roots> roots;
    private final Optional<Path> program;

    Ripgrep(Supplier<Roots> roots, Optional<Path> program) {
        this.roots = roots;
        this.program = program;
    }

    private static Map<String, Kind> options() {
        Map<String, Kind> options = new HashMap<>();
        for (String flag :
                """
                -i --ignore-case -s --case-sensitive -S --smart-case -w --word-regexp -x --line-regexp
                -v --invert-match -F --fixed-strings -n --line-number -N --no-line-number -c --count
                --count-matches --files -l --files-with-matches --files-without-match -o
                --only-matching -U --multiline --multiline-dotall -P --pcre2 --json -. --hidden
                --no-ignore --no-ignore-vcs --no-ignore-dot --no-ignore-exclude --no-ignore-global
                --no-ignore-parent --heading --no-heading -H --with-filename -I --no-filename --column
                --no-column -b --byte-offset --vimgrep --trim -0 --null --stats --no-messages -a
                --text --binary --crlf --no-unicode --passthru -q --quiet --type-list
                --glob-case-insensitive --one-file-system -u --unrestricted --no-config"""
                        .split("\\s+", -1)) {
            options.put(flag, Kind.FLAG);
        }
        for (String option :
                """
                -e --regexp -g --glob --iglob -t --type -T --type-not -A --after-context -B
                --before-context -C --context -m --max-count -d --max-depth --max-filesize -M
                --max-columns --color --sort --sortr --context-separator -E --encoding -r --replace
                --engine --path-separator"""
                        .split("\\s+", -1)) {
            options.put(option, Kind.VALUE);
        }
        options.put("-L", Kind.IGNORED);
        options.put("--follow", Kind.IGNORED);
        return Map.copyOf(options);
    }

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        CheckedArguments arguments = CheckedArguments.of(params.texts("args"), OPTIONS);
        Roots now = roots.get();
        Path directory = Bash.directory(now, params);
        boolean noPattern =
                arguments.names().stream()
                        .anyMatch(List.of("-e", "--regexp", "--files", "--type-list")::contains);
        if (!noPattern && arguments.rest().isEmpty()) {
            throw new MethodFailure("A pattern is required");
        }
        List<String> paths = arguments.rest().subList(noPattern ? 0 : 1, arguments.rest().size());
        requireInside(now, directory, paths);
        if (program.isEmpty()) {
            return withoutProgram(now, directory, arguments, paths);
        }
        List<String> command = new ArrayList<>();
        command.add(program.get().toString());
        command.addAll(List.of("--no-config", "--no-follow"));
        command.addAll(arguments.options());
        for (Path closed : now.closed()) {
            // The last pattern wins.
            command.add("--glob=!**/" + escaped(String.valueOf(closed.getFileName())) + "/**");
        }
        command.add("--");
        command.addAll(arguments.rest());
        return run(command, directory);
    }

    private static String escaped(String name) {
        return name.replaceAll("[\\\\*?\\[\\]{}!]", "\\\\$0");
    }

    /// A relative path means one below the working directory.
    static void requireInside(Roots roots, Path directory, List<String> paths) throws IOException {
        for (String path : paths) {
            if (path.equals("-")) {
                throw new MethodFailure("Standard input cannot be searched");
            }
            try (Place place = roots.resolve(directory, path)) {
                if (!place.exists()) {
                    throw new NoSuchFileException(path);
                }
            }
        }
    }

    private static JsonNode withoutProgram(
            Roots roots, Path directory, CheckedArguments arguments, List<String> paths)
            throws IOException, InterruptedException {
        if (!arguments.names().contains("--files") || !paths.isEmpty()) {
            throw new MethodFailure("ripgrep (rg) is not installed on this machine");
        }
        BoundedText.Shown files =
                new FileList(
                                arguments.names().contains("--hidden")
                                        || arguments.names().contains("-."))
                        .below(roots, directory);
        return result(0, files, new BoundedText.Shown("", false));
    }

    static JsonNode run(List<String> command, Path directory)
            throws IOException, InterruptedException {
        ProgramRun.End end;
        try {
            end = new ProgramRun(command, directory, Map.of(), TIME).run();
        } catch (IOException _) {
            throw new MethodFailure("The program could not be started");
        }
        if (end.outOfTime()) {
            throw new MethodFailure("It took longer than " + TIME.toSeconds() + " s");
        }
        return result(end.exitCode(), end.output(), end.errors());
    }

    private static ObjectNode result(
            int exitCode, BoundedText.Shown output, BoundedText.Shown errors) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("success", true);
        result.put("exitCode", exitCode);
        result.put("stdout", output.text());
        result.put("stderr", errors.text());
        if (output.cut() || errors.cut()) {
            result.put("truncated", true);
        }
        return result;
    }
}
