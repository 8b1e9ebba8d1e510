package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `bash {command, cwd?, timeout?}`: `{success, stdout, stderr, exitCode, error?, truncated?}`.
///
/// Only the working directory is confined: the command itself may do whatever the user of the
/// daemon may. `cwd` absent or `/` is the first root directory.
record Bash(Supplier<Roots> roots) implements RpcMethod {
    private static final long USUAL_MS = 30_000;
    private static final long MAX_MS = Duration.ofMinutes(10).toMillis();
    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        String command = params.text("command");
        if (command.indexOf('\0') >= 0) {
            throw new MethodFailure("command must not contain a null character");
        }
        Path directory = directory(roots.get(), params);
        long time = params.number("timeout", USUAL_MS, 1, MAX_MS);
        ProgramRun.End end;
        try {
            end =
                    new ProgramRun(shell(command), directory, Map.of(), Duration.ofMillis(time))
                            .run();
        } catch (MethodFailure e) {
            throw e;
        } catch (IOException _) {
            // Its message names the directory and the shell.
            throw new MethodFailure("The command could not be started");
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("success", end.exitCode() == 0);
        result.put("stdout", end.output().text());
        result.put("stderr", end.errors().text());
        result.put("exitCode", end.exitCode());
        if (end.outOfTime()) {
            result.put("error", "Command timed out after " + time + " ms");
        } else if (end.exitCode() != 0) {
            result.put("error", "Command failed with exit code " + end.exitCode());
        }
        if (end.output().cut() || end.errors().cut()) {
            result.put("truncated", true);
        }
        return result;
    }

    /// The working directory of a call: `/` is what clients send for "wherever".
    static Path directory(Roots roots, Params params) throws IOException {
        String cwd = params.optionalText("cwd").orElse("/");
        return cwd.equals("/") || cwd.isEmpty()
                ? roots.directory(roots.first().toString())
                : roots.directory(cwd);
    }

    private static List<String> shell(String command) {
        if (WINDOWS) {
            return List.of("cmd.exe", "/d", "/s", "/c", command);
        }
        for (String shell : List.of("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")) {
            if (Files.isExecutable(Path.of(shell))) {
                return List.of(shell, "-c", command);
            }
        }
        return List.of("/bin/sh", "-c", command);
    }

    @Override
    public ObjectNode failed(String text) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", false)
                .put("stdout", "")
                .put("stderr", "")
                .put("exitCode", -1)
                .put("error", text);
    }
}
