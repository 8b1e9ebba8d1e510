package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.shell.CheckedArguments.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// `difftastic {args, cwd?}`: as [Ripgrep], by the installed `difft`, for two files inside the
/// roots.
record Difftastic(Supplier<Roots> roots, Optional<Path> program) implements RpcMethod {
    private static final Map<String, Kind> OPTIONS =
            Map.ofEntries(
                    Map.entry("--color", Kind.VALUE),
                    Map.entry("--display", Kind.VALUE),
                    Map.entry("--width", Kind.VALUE),
                    Map.entry("--context", Kind.VALUE),
                    Map.entry("--tab-width", Kind.VALUE),
                    Map.entry("--background", Kind.VALUE),
                    Map.entry("--syntax-highlight", Kind.VALUE),
                    Map.entry("--strip-cr", Kind.VALUE),
                    Map.entry("--ignore-comments", Kind.FLAG),
                    Map.entry("--skip-unchanged", Kind.FLAG),
                    Map.entry("--missing-as-empty", Kind.FLAG),
                    Map.entry("--exit-code", Kind.FLAG),
                    Map.entry("--check-only", Kind.FLAG));

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        CheckedArguments arguments = CheckedArguments.of(params.texts("args"), OPTIONS);
        Roots now = roots.get();
        Path directory = Bash.directory(now, params);
        if (arguments.rest().size() != 2) {
            throw new MethodFailure("Two files are required");
        }
        for (String file : arguments.rest()) {
            try (Place place = now.resolve(directory, file)) {
                if (!place.directory().attributes(place.name()).isRegularFile()) {
                    throw new MethodFailure("Only files can be compared");
                }
            }
        }
        List<String> command = new ArrayList<>();
        command.add(
                program.orElseThrow(
                                () ->
                                        new MethodFailure(
                                                "difftastic (difft) is not installed on this"
                                                        + " machine"))
                        .toString());
        command.addAll(arguments.options());
        command.add("--");
        command.addAll(arguments.rest());
        return Ripgrep.run(command, directory);
    }
}
