package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpConnection;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.shell.ProcessTree;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `terminal/...`: commands that an agent runs through the client. Only their working directory is
/// confined. They carry the mark of the agent, so that they end with it. Thread-safe.
final class Terminals {
    private static final int MAX_AT_ONCE = 16;
    private static final int USUAL_OUTPUT = 256 * 1024;
    private static final int MAX_OUTPUT = 1 << 20;
    private static final Duration REST = Duration.ofMillis(500);

    private final Supplier<Roots> roots;
    private final Path directory;
    private final String mark;
    private final Map<String, Terminal> all = new ConcurrentHashMap<>();

    /// Of terminals that the agent may have released; the oldest go.
    private final Map<String, CompletableFuture<JsonNode>> exits =
            Collections.synchronizedMap(
                    new LinkedHashMap<>() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<String, CompletableFuture<JsonNode>> eldest) {
                            return size() > 4 * MAX_AT_ONCE;
                        }
                    });

    private record Terminal(ProcessTree tree, TailText output, CompletableFuture<JsonNode> exit) {}

    /// @param roots of the session, asked at each call
    /// @param directory where commands start that name no other
    Terminals(Supplier<Roots> roots, Path directory, String mark) {
        this.roots = roots;
        this.directory = directory;
        this.mark = mark;
    }

    CompletableFuture<JsonNode> request(String method, JsonNode params) {
        if (method.equals("terminal/create")) {
            return CompletableFuture.completedFuture(create(params));
        }
        String id = params.path("terminalId").asString("");
        Terminal terminal = all.get(id);
        if (terminal == null) {
            throw new AcpFailure(AcpFailure.NOT_FOUND, "No such terminal");
        }
        return switch (method) {
            case "terminal/output" -> CompletableFuture.completedFuture(output(terminal));
            case "terminal/wait_for_exit" -> terminal.exit().copy();
            case "terminal/kill" -> {
                end(terminal);
                yield CompletableFuture.completedFuture(AcpConnection.nothing());
            }
            case "terminal/release" -> {
                all.remove(id);
                end(terminal);
                yield CompletableFuture.completedFuture(AcpConnection.nothing());
            }
            default -> throw new AcpFailure(AcpFailure.METHOD_NOT_FOUND, "Method not found");
        };
    }

    private JsonNode create(JsonNode params) {
        if (all.size() >= MAX_AT_ONCE) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, "Too many terminals");
        }
        List<String> command = new ArrayList<>();
        command.add(params.path("command").asString(""));
        if (command.getFirst().isBlank()) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, "command is required");
        }
        params.path("args").forEach(word -> command.add(word.asString("")));
        if (command.size() == 1 && command.getFirst().contains(" ")) {
            // Some agents send a whole line of a shell.
            command.addAll(0, List.of("/bin/sh", "-c"));
        }
        int limit =
                (int)
                        Math.clamp(
                                params.path("outputByteLimit").asLong(USUAL_OUTPUT), 1, MAX_OUTPUT);
        try {
            Path where = roots.get().directory(params.path("cwd").asString(directory.toString()));
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
            for (JsonNode one : params.path("env")) {
                builder.environment()
                        .put(one.path("name").asString(""), one.path("value").asString(""));
            }
            File nothing = new File("/dev/null");
            if (nothing.exists()) {
                builder.redirectInput(nothing);
            }
            Terminal terminal =
                    new Terminal(
                            ProcessTree.start(builder, mark),
                            new TailText(limit),
                            new CompletableFuture<>());
            Thread.ofVirtual().name("roost-terminal").start(() -> follow(terminal));
            String id = UUID.randomUUID().toString();
            all.put(id, terminal);
            exits.put(id, terminal.exit());
            return JsonNodeFactory.instance.objectNode().put("terminalId", id);
        } catch (MethodFailure e) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, String.valueOf(e.getMessage()));
        } catch (IOException | IllegalArgumentException e) {
            throw new AcpFailure(AcpFailure.INVALID_PARAMS, "The command could not be started");
        }
    }

    /// With what a command ended; empty while it runs, and when a signal ended it.
    OptionalInt exitCode(String terminalId) {
        CompletableFuture<JsonNode> exit = exits.get(terminalId);
        return exit != null && exit.isDone() && exit.join().path("exitCode").isInt()
                ? OptionalInt.of(exit.join().path("exitCode").intValue())
                : OptionalInt.empty();
    }

    private static void follow(Terminal terminal) {
        Process process = terminal.tree().leader();
        Thread reader =
                Thread.ofVirtual()
                        .name("roost-terminal-output")
                        .start(() -> terminal.output().readFrom(process.getInputStream()));
        try {
            int code = process.waitFor();
            boolean _ = reader.join(REST);
            ObjectNode exit = JsonNodeFactory.instance.objectNode();
            // The shell's way to say that a signal ended it.
            if (code > 128 && code < 160) {
                exit.putNull("exitCode").put("signal", Integer.toString(code - 128));
            } else {
                exit.put("exitCode", code).putNull("signal");
            }
            terminal.exit().complete(exit);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode output(Terminal terminal) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("output", terminal.output().text());
        answer.put("truncated", terminal.output().cut());
        if (terminal.exit().isDone()) {
            answer.set("exitStatus", terminal.exit().join());
        }
        return answer;
    }

    private static void end(Terminal terminal) {
        // Not the whole tree: it has the agent's mark.
        ProcessHandle leader = terminal.tree().leader().toHandle();
        leader.descendants().forEach(ProcessHandle::destroyForcibly);
        boolean _ = leader.destroyForcibly();
    }

    /// Ends all.
    void close() {
        all.values().forEach(Terminals::end);
        all.clear();
    }
}
