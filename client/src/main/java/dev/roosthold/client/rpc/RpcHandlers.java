package dev.roosthold.client.rpc;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The methods that a machine or session offers. Each call is answered exactly once, whatever its
/// method does. Thread-safe.
///
/// The relay forgets registrations with the connection: [#connected] makes them again.
public final class RpcHandlers implements RpcTarget {
    private static final Logger LOG = LoggerFactory.getLogger(RpcHandlers.class);

    /// Calls that run at the same time; more are answered with an error at once.
    private static final int MAX_AT_ONCE = 64;

    private final String prefix;
    private final EncryptedJson encryption;
    private final Map<String, RpcHandler> methods = new ConcurrentHashMap<>();
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(MAX_AT_ONCE);
    private volatile @Nullable RelaySocket socket;

    /// @param target id of the machine or session
    /// @param encryption of its record
    public RpcHandlers(String target, EncryptedJson encryption) {
        this.prefix = target + ":";
        this.encryption = encryption;
    }

    /// Offers a method, from now on and after each connect; replaces the one of that name.
    ///
    /// @param method without the target's id
    public RpcHandlers offer(String method, RpcHandler handler) {
        if (methods.put(method, handler) == null) {
            tell("rpc-register", method);
        }
        return this;
    }

    /// Offers the method no more. Calls that run go on.
    public void withdraw(String method) {
        if (methods.remove(method) != null) {
            confirmed.remove(method);
            tell("rpc-unregister", method);
        }
    }

    /// After each connect.
    @Override
    public void connected(RelaySocket live) {
        confirmed.clear();
        socket = live;
        methods.keySet().forEach(method -> tell("rpc-register", method));
    }

    /// Whether the relay has confirmed all methods since the last connect.
    public boolean isRegistered() {
        return confirmed.containsAll(methods.keySet());
    }

    private void tell(String event, String method) {
        RelaySocket live = socket;
        if (live != null) {
            live.emit(event, JsonNodeFactory.instance.objectNode().put("method", prefix + method));
        }
    }

    /// Takes the events of the socket that are for these methods. Does not block.
    ///
    /// @param answer sends the acknowledgement of a call
    /// @return false when the event is for somebody else
    @Override
    public boolean event(String name, JsonNode argument, @Nullable Consumer<JsonNode> answer) {
        String full = argument.path("method").asString("");
        if (!full.startsWith(prefix)) {
            return false;
        }
        String method = full.substring(prefix.length());
        return switch (name) {
            case "rpc-request" -> {
                request(method, argument.path("params"), once(answer));
                yield true;
            }
            case "rpc-registered" -> {
                confirmed.add(method);
                yield true;
            }
            default -> false;
        };
    }

    private static Consumer<JsonNode> once(@Nullable Consumer<JsonNode> answer) {
        AtomicBoolean answered = new AtomicBoolean();
        return value -> {
            if (answer != null && answered.compareAndSet(false, true)) {
                answer.accept(value);
            }
        };
    }

    private void request(String method, JsonNode params, Consumer<JsonNode> answer) {
        if (!room.tryAcquire()) {
            answer.accept(sealed(error("Too many calls at the same time")));
            return;
        }
        Thread.ofVirtual()
                .name("roost-rpc")
                .start(
                        () -> {
                            JsonNode result = error("The method failed");
                            try {
                                result = result(method, params);
                            } finally {
                                room.release();
                                answer.accept(sealed(result));
                            }
                        });
    }

    private JsonNode result(String method, JsonNode params) {
        RpcHandler handler = methods.get(method);
        if (handler == null) {
            return error("Method not found");
        }
        JsonNode opened =
                params.isString()
                        ? encryption
                                .openValue(params.asString())
                                .orElseGet(JsonNodeFactory.instance::nullNode)
                        : JsonNodeFactory.instance.nullNode();
        try {
            return Objects.requireNonNull(handler.call(opened));
        } catch (RpcFailure e) {
            return error(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            // The message of an exception may hold what the caller sent, which is secret.
            LOG.warn("the method {} failed: {}", method, e.getClass().getName());
            return error("The method failed");
        }
    }

    private JsonNode sealed(JsonNode result) {
        return JsonNodeFactory.instance.stringNode(
                result.isNull() ? encryption.sealNothing() : encryption.sealValue(result));
    }

    private static ObjectNode error(String message) {
        return JsonNodeFactory.instance.objectNode().put("error", message);
    }
}
