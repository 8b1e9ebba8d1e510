package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.files.FileMethods;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.shell.ShellMethods;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The remote methods of a session: what the machine offers too, inside the session's directory,
/// and what is about its agent.
final class SessionRpc {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private SessionRpc() {}

    static Map<String, RpcMethod> of(AgentSession session, Supplier<Roots> roots) {
        Map<String, RpcMethod> methods = new HashMap<>();
        methods.putAll(FileMethods.of(roots));
        methods.remove("make-directory");
        methods.putAll(ShellMethods.of(roots, searchPath()));
        methods.put("permission", params -> permission(session, params));
        methods.put(
                "abort",
                _ -> {
                    boolean _ = await(session.abort());
                    return nothing();
                });
        methods.put("switch", SessionRpc::change);
        methods.put(
                "killSession",
                _ -> {
                    boolean _ = await(session.end("app", "The session was ended"));
                    return JsonNodeFactory.instance
                            .objectNode()
                            .put("success", true)
                            .put("message", "Session stopped");
                });
        methods.put(
                "goal-action",
                _ -> {
                    throw new MethodFailure("This agent has no goals");
                });
        methods.put(
                "communication",
                _ -> {
                    throw new MethodFailure("This agent asks nothing of that kind");
                });
        return methods;
    }

    private static JsonNode permission(AgentSession session, Params params)
            throws MethodFailure, InterruptedException {
        String _ = params.text("id");
        if (!params.object().path("approved").isBoolean()) {
            throw new MethodFailure("approved is required");
        }
        if (!await(session.answer(params.object().deepCopy()))) {
            throw new MethodFailure("This question is not open (any more)");
        }
        return nothing();
    }

    private static JsonNode change(Params params) throws MethodFailure {
        if (!params.text("to").equals("remote")) {
            throw new MethodFailure("This session has no terminal of its own on the machine");
        }
        return nothing();
    }

    private static JsonNode nothing() {
        return JsonNodeFactory.instance.nullNode();
    }

    private static boolean await(CompletableFuture<Boolean> done)
            throws MethodFailure, InterruptedException {
        try {
            return done.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new MethodFailure("The session does not answer");
        }
    }

    private static String searchPath() {
        String path = System.getenv("PATH");
        return path == null ? "" : path;
    }
}
