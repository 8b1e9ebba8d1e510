package dev.roosthold.daemon.sessions;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `spawn-happy-session`, `resume-happy-session` and `stop-session`.
public final class SessionMethods {
    private final Supplier<Roots> roots;
    private final AgentSessions sessions;

    private SessionMethods(Supplier<Roots> roots, AgentSessions sessions) {
        this.roots = roots;
        this.sessions = sessions;
    }

    /// The methods by their names.
    ///
    /// @param roots asked at each call
    public static Map<String, RpcMethod> of(Supplier<Roots> roots, AgentSessions sessions) {
        SessionMethods methods = new SessionMethods(roots, sessions);
        return Map.of(
                "spawn-happy-session", methods::spawn,
                "resume-happy-session", methods::resume,
                "stop-session", methods::stop);
    }

    private JsonNode spawn(Params params) throws IOException, InterruptedException {
        String wanted = params.text("directory");
        Optional<Path> directory = directory(wanted, params.flag("approvedNewDirectoryCreation"));
        if (directory.isEmpty()) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "requestToApproveDirectoryCreation")
                    .put("directory", wanted);
        }
        return answer(sessions.spawn(directory.get(), params.object().deepCopy()));
    }

    /// Empty when it does not exist and may not be made without asking.
    private Optional<Path> directory(String wanted, boolean mayBeMade) throws IOException {
        try (Place place = roots.get().resolve(wanted)) {
            if (!place.exists()) {
                if (!mayBeMade) {
                    return Optional.empty();
                }
                try {
                    place.directory().makeDirectory(place.name());
                } catch (FileAlreadyExistsException _) {
                    // Made by somebody else meanwhile.
                }
            }
            try (Directory directory = place.openDirectory()) {
                return Optional.of(directory.real().normalize());
            }
        }
    }

    private JsonNode resume(Params params) throws IOException, InterruptedException {
        return answer(sessions.resume(params.text("sessionId"), params.object().deepCopy()));
    }

    private JsonNode stop(Params params) throws IOException, InterruptedException {
        if (!sessions.stop(params.text("sessionId"))) {
            throw new MethodFailure("No such session runs on this machine");
        }
        return JsonNodeFactory.instance.objectNode().put("message", "Session stopped");
    }

    private static ObjectNode answer(AgentSessions.Outcome outcome) throws MethodFailure {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        return switch (outcome) {
            case AgentSessions.Outcome.Started(var id) ->
                    answer.put("type", "success").put("sessionId", id);
            case AgentSessions.Outcome.Pending(var request, var retry) ->
                    answer.put("type", "pending")
                            .put("clientRequestId", request)
                            .put("retryAfterMs", retry);
            case AgentSessions.Outcome.Refused(var reason) -> throw new MethodFailure(reason);
        };
    }
}
