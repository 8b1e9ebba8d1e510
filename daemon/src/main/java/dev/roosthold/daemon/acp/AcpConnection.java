package dev.roosthold.daemon.acp;

import com.agentclientprotocol.sdk.error.AcpProtocolException;
import com.agentclientprotocol.sdk.json.TypeRef;
import com.agentclientprotocol.sdk.spec.AcpClientSession;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A conversation with one agent process. Thread-safe.
public final class AcpConnection implements AutoCloseable {
    /// Requests of agents that are passed on; all others are answered with "method not found".
    private static final List<String> METHODS =
            List.of(
                    "session/request_permission",
                    "fs/read_text_file",
                    "fs/write_text_file",
                    "terminal/create",
                    "terminal/output",
                    "terminal/wait_for_exit",
                    "terminal/kill",
                    "terminal/release");

    /// A prompt takes as long as it takes; who asks bounds the other requests.
    private static final Duration NO_LIMIT = Duration.ofDays(365);

    private static final TypeRef<JsonNode> TREE = new TypeRef<>() {};

    private final LineTransport transport;
    private final AcpClientSession session;
    private final Set<CompletableFuture<JsonNode>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /// Begins to read at once.
    ///
    /// @param fromAgent its standard output
    /// @param toAgent its standard input
    public AcpConnection(InputStream fromAgent, OutputStream toAgent, AcpClient client) {
        transport =
                new LineTransport(
                        fromAgent,
                        toAgent,
                        () -> {
                            end();
                            client.ended();
                        });
        Map<String, AcpClientSession.RequestHandler<?>> requests = new HashMap<>();
        for (String method : METHODS) {
            AcpClientSession.RequestHandler<JsonNode> handler =
                    params -> answer(client, method, LineTransport.tree(params));
            requests.put(method, handler);
        }
        session =
                new AcpClientSession(
                        NO_LIMIT,
                        transport,
                        requests,
                        Map.of(
                                "session/update",
                                params ->
                                        Mono.fromRunnable(
                                                () -> client.update(LineTransport.tree(params)))),
                        connected -> connected);
        transport.start();
    }

    private static Mono<JsonNode> answer(AcpClient client, String method, JsonNode params) {
        CompletableFuture<JsonNode> answer;
        try {
            answer = client.request(method, params);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return Mono.fromFuture(
                answer.exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(protocol(failure))));
    }

    private static AcpProtocolException protocol(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof AcpFailure known
                ? new AcpProtocolException(known.code(), String.valueOf(known.getMessage()))
                : new AcpProtocolException(AcpFailure.INTERNAL, "The request failed");
    }

    /// Asks the agent. Fails with [AcpFailure] when it answers with an error, or ends before it has
    /// answered. The future completes on the reading thread: after all that the agent said before,
    /// and before what it says next.
    public CompletableFuture<JsonNode> request(String method, JsonNode params) {
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.add(answer);
        answer.whenComplete((_, _) -> waiting.remove(answer));
        if (over) {
            answer.completeExceptionally(gone());
            return answer;
        }
        var _ =
                session.sendRequest(method, params, TREE)
                        .subscribe(
                                result -> {
                                    JsonNode error = result.path(LineTransport.ERROR);
                                    if (error.isMissingNode()) {
                                        answer.complete(result);
                                    } else {
                                        answer.completeExceptionally(failure(error));
                                    }
                                },
                                _ -> answer.completeExceptionally(gone()));
        if (over) {
            answer.completeExceptionally(gone());
        }
        return answer;
    }

    private static AcpFailure failure(JsonNode error) {
        String message = error.path("message").asString("");
        JsonNode details = error.path("data").path("details");
        if (details.isString()) {
            message = message + ": " + details.asString();
        }
        return new AcpFailure(
                error.path("code").asInt(AcpFailure.INTERNAL),
                message.isBlank() ? "The agent answered with an error" : message);
    }

    private static AcpFailure gone() {
        return new AcpFailure(AcpFailure.GONE, LineTransport.ENDED);
    }

    /// Tells the agent something that has no answer.
    public void tell(String method, JsonNode params) {
        var _ = session.sendNotification(method, params).subscribe(_ -> {}, _ -> {});
    }

    private void end() {
        over = true;
        List.copyOf(waiting).forEach(answer -> answer.completeExceptionally(gone()));
    }

    /// Closes the agent's input, which asks it to end.
    @Override
    public void close() {
        transport.closeInput();
        transport.failOpen();
        session.close();
    }

    /// An answer without content.
    public static JsonNode nothing() {
        return JsonNodeFactory.instance.objectNode();
    }
}
