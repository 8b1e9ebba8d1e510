package dev.roosthold.sync.rpc;

import dev.roosthold.protocol.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/// The requests of one connection, one after the other. For one thread.
public final class RpcConnection {
    /// The most requests in one batch.
    public static final int MAX_BATCH = 100;

    /// Requests that may come at once.
    public static final int BURST = 2000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Methods methods;
    private final Caller caller;
    private final TokenBucket bucket;

    /// @param perSecond requests that are taken in the long run; exempt methods do not count
    public RpcConnection(Methods methods, Caller caller, int perSecond) {
        this.methods = methods;
        this.caller = caller;
        bucket = new TokenBucket(perSecond, BURST, System::nanoTime);
    }

    /// Executes one line.
    ///
    /// @return the answer, without line end; empty when there is none
    public Optional<String> line(byte[] line) throws InterruptedException {
        JsonNode message;
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(line))
                            .toString();
            message = Codec.mapper().readTree(text);
            if (message == null || message.isMissingNode()) {
                return Optional.empty();
            }
        } catch (CharacterCodingException | JacksonException e) {
            return Optional.of(error(NullNode.instance, new RpcError.ParseError()));
        }
        if (message instanceof ArrayNode batch) {
            return batch(batch);
        }
        return Optional.ofNullable(one(message));
    }

    private Optional<String> batch(ArrayNode batch) throws InterruptedException {
        if (batch.isEmpty() || batch.size() > MAX_BATCH) {
            return Optional.of(
                    error(
                            NullNode.instance,
                            new RpcError.InvalidRequest(
                                    "A batch has 1 to " + MAX_BATCH + " requests.")));
        }
        var out = new StringBuilder("[");
        for (JsonNode member : batch) {
            String answer = one(member);
            if (answer != null) {
                out.append(out.length() > 1 ? "," : "").append(answer);
            }
        }
        return out.length() == 1 ? Optional.empty() : Optional.of(out.append(']').toString());
    }

    private @Nullable String one(JsonNode message) throws InterruptedException {
        JsonNode id = NullNode.instance;
        boolean notification = false;
        if (message instanceof ObjectNode request) {
            JsonNode given = request.get("id");
            if (given == null) {
                notification = true;
            } else if (isId(given)) {
                id = given;
            } else {
                return error(id, new RpcError.InvalidRequest("An id is a text or a number."));
            }
            JsonNode version = request.get("jsonrpc");
            if (version == null || !version.isString() || !version.stringValue().equals("2.0")) {
                return error(id, new RpcError.InvalidRequest("Set jsonrpc to \"2.0\"."));
            }
            JsonNode method = request.get("method");
            if (method == null || !method.isString()) {
                return error(id, new RpcError.InvalidRequest("Set method to a text."));
            }
            try {
                JsonNode result = call(method.stringValue(), request.get("params"));
                return notification ? null : result(id, result);
            } catch (RpcException e) {
                return notification ? null : error(id, e.error());
            }
        }
        return error(id, new RpcError.InvalidRequest("A request is a JSON object."));
    }

    private static boolean isId(JsonNode id) {
        return id.isNull() || id.isString() || (id.isNumber() && Double.isFinite(id.doubleValue()));
    }

    private JsonNode call(String method, @Nullable JsonNode given)
            throws RpcException, InterruptedException {
        if (!methods.isExempt(method)) {
            long wait = bucket.take();
            if (wait > 0) {
                throw new RpcException(new RpcError.RateLimited(wait));
            }
        }
        if (!methods.knows(method)) {
            throw new RpcException(new RpcError.MethodNotFound());
        }
        ObjectNode params;
        if (given == null) {
            params = NODES.objectNode();
        } else if (given instanceof ObjectNode object) {
            params = object;
        } else {
            throw new RpcException(
                    new RpcError.InvalidParams("params", null, "Parameters go by name."));
        }
        long start = System.nanoTime();
        boolean failed = true;
        try {
            JsonNode result = within(methods.limit(method, params), method, params);
            failed = false;
            return result;
        } finally {
            methods.done(method, (System.nanoTime() - start) / 1e6, failed);
        }
    }

    private JsonNode within(Duration limit, String method, ObjectNode params)
            throws RpcException, InterruptedException {
        if (limit.isZero()) {
            return methods.call(method, params, caller);
        }
        var done = new CompletableFuture<JsonNode>();
        Thread worker =
                Thread.ofVirtual()
                        .name(method)
                        .start(
                                () -> {
                                    try {
                                        done.complete(methods.call(method, params, caller));
                                    } catch (RpcException
                                            | InterruptedException
                                            | RuntimeException e) {
                                        done.completeExceptionally(e);
                                    } catch (Error e) {
                                        done.completeExceptionally(e);
                                        throw e;
                                    }
                                });
        try {
            return done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            worker.interrupt();
            throw new RpcException(new RpcError.Internal("timeout"));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException known) {
                throw known;
            }
            String reason = e.getCause() == null ? "" : e.getCause().getClass().getSimpleName();
            throw new RpcException(new RpcError.Internal(reason));
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        }
    }

    private static String result(JsonNode id, JsonNode result) {
        ObjectNode answer = NODES.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        answer.set("result", result);
        return Codec.printText(answer);
    }

    /// An answer that says that there is no result.
    public static String error(JsonNode id, RpcError error) {
        ObjectNode answer = NODES.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        ObjectNode body = answer.putObject("error");
        body.put("code", error.code()).put("message", error.message());
        ObjectNode data = error.data();
        if (!data.isEmpty()) {
            body.set("data", data);
        }
        return Codec.printText(answer);
    }

    /// An error that answers no request in particular.
    public static String error(RpcError error) {
        return error(NullNode.instance, error);
    }

    /// A message from here that nobody asked for.
    public static String notification(String method, ObjectNode params) {
        ObjectNode message = NODES.objectNode().put("jsonrpc", "2.0").put("method", method);
        message.set("params", params);
        return Codec.printText(message);
    }
}
