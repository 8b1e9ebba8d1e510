package dev.roosthold.daemon.rpc;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.rpc.RpcTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Takes the calls that the relay brings, decrypts them, has them carried out on a thread each, and
/// gives every call exactly one encrypted answer. Thread-safe.
///
/// - All methods are registered whatever the policy says: the relay would answer calls of others as
///   if the machine were offline. The policy is asked at each call, so that a change holds for the
///   next one.
/// - Parameters that do not open with the machine's key were not written by the account: no method
///   sees them.
/// - What a method throws never reaches the caller as it is.
public final class RpcDispatcher implements RpcTarget, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RpcDispatcher.class);

    /// Calls that are carried out at the same time; each may hold a process or a file in memory.
    private static final int MAX_IN_FLIGHT = 16;

    /// Beside them, calls that stop something: a machine that is busy can be stopped.
    private static final int MAX_STOPPING = 4;

    /// Characters of an answer before it is encrypted. The relay ends a connection that sends more
    /// than 1,000,000 bytes at once, and base64 makes three bytes four.
    public static final int MAX_ANSWER = 740_000;

    /// Characters of encrypted parameters; more never comes through the relay.
    private static final int MAX_PARAMS = 1_000_000;

    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final String ENDING = "The machine daemon is stopping";

    private final String prefix;
    private final EncryptedJson encryption;
    private final Map<String, RpcMethod> methods;
    private final Supplier<RemotePolicy> policy;
    private final Semaphore forWork = new Semaphore(MAX_IN_FLIGHT);
    private final Semaphore forStopping = new Semaphore(MAX_STOPPING);
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param target id of the machine, the part of a method's full name before the colon
    /// @param encryption of its record
    /// @param methods by their names without the machine's id
    /// @param policy asked at each call
    public RpcDispatcher(
            String target,
            EncryptedJson encryption,
            Map<String, RpcMethod> methods,
            Supplier<RemotePolicy> policy) {
        prefix = target + ":";
        this.encryption = encryption;
        this.methods = Map.copyOf(methods);
        this.policy = policy;
    }

    /// Tells the relay about the methods.
    @Override
    public void connected(RelaySocket socket) {
        for (String method : methods.keySet()) {
            socket.emit(
                    "rpc-register",
                    JsonNodeFactory.instance.objectNode().put("method", prefix + method));
        }
    }

    /// Also answers calls of methods that are not of this target: its connection has no other one.
    ///
    /// @param argument `{method, params}`
    /// @param reply called from any thread
    @Override
    public boolean event(String name, JsonNode argument, @Nullable Consumer<JsonNode> reply) {
        if (!name.equals("rpc-request")) {
            return false;
        }
        request(argument, reply == null ? _ -> {} : reply);
        return true;
    }

    private void request(JsonNode argument, Consumer<JsonNode> reply) {
        Answer answer = new Answer(reply);
        if (closed) {
            answer.send(error(ENDING));
            return;
        }
        Semaphore room = RemotePolicy.LOCKED.allows(name(argument)) ? forStopping : forWork;
        if (!room.tryAcquire()) {
            answer.send(error("Too many calls at the same time"));
            return;
        }
        Thread thread =
                Thread.ofVirtual()
                        .name("roost-rpc")
                        .unstarted(() -> carryOut(argument, room, answer));
        running.add(thread);
        thread.start();
        if (closed) {
            thread.interrupt();
        }
    }

    private void carryOut(JsonNode argument, Semaphore room, Answer answer) {
        JsonNode result = error("The method failed");
        try {
            result = result(argument);
        } finally {
            // Room comes first, so that who has the answer may call again; the thread goes last, so
            // that who closes has waited for the answer.
            room.release();
            answer.send(result);
            running.remove(Thread.currentThread());
        }
    }

    /// Without the machine's id; empty when the call is not for this machine.
    private String name(JsonNode argument) {
        String full = argument.path("method").asString("");
        return full.startsWith(prefix) ? full.substring(prefix.length()) : "";
    }

    private JsonNode result(JsonNode argument) {
        String name = name(argument);
        RpcMethod method = methods.get(name);
        if (method == null) {
            return error("Method not found");
        }
        RemotePolicy now = policy.get();
        if (!now.allows(name)) {
            return method.failed("This machine's policy (" + now.text() + ") does not allow it");
        }
        Optional<Params> params = open(argument.path("params"));
        if (params.isEmpty()) {
            return method.failed("The parameters cannot be read");
        }
        try {
            return bounded(method, method.answer(params.get()));
        } catch (IOException e) {
            LOG.debug("{} was not carried out: {}", name, e.getClass().getSimpleName());
            return method.failed(FailureText.of(e));
        } catch (InterruptedException _) {
            return method.failed(ENDING);
        } catch (RuntimeException e) {
            // The message of an exception may hold what the caller sent, which is secret.
            LOG.warn("{} failed: {}", name, where(e));
            return method.failed("The method failed");
        } catch (StackOverflowError | OutOfMemoryError e) {
            LOG.warn("{} failed: {}", name, e.getClass().getSimpleName());
            return method.failed("The method failed");
        }
    }

    private static String where(RuntimeException failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return failure.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private static JsonNode bounded(RpcMethod method, JsonNode result) {
        String text = result.toString();
        // Three bytes for one character at most, so short texts need no counting.
        boolean fits =
                text.length() <= MAX_ANSWER / 3
                        || text.getBytes(StandardCharsets.UTF_8).length <= MAX_ANSWER;
        return fits ? result : method.failed("The answer is too large");
    }

    private Optional<Params> open(JsonNode sealed) {
        if (!sealed.isString() || sealed.asString().length() > MAX_PARAMS) {
            return Optional.empty();
        }
        return encryption.open(sealed.asString()).map(Params::new);
    }

    private static ObjectNode error(String text) {
        return JsonNodeFactory.instance.objectNode().put("error", text);
    }

    /// Interrupts what is being carried out and waits a moment until it has been answered. Calls
    /// that come later are refused.
    @Override
    public void close() {
        closed = true;
        running.forEach(Thread::interrupt);
        long end = System.nanoTime() + CLOSING.toNanos();
        try {
            for (Thread thread : running) {
                long left = end - System.nanoTime();
                if (left <= 0 || !thread.join(Duration.ofNanos(left))) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// The one answer of a call.
    private final class Answer {
        private final Consumer<JsonNode> reply;
        private final AtomicBoolean sent = new AtomicBoolean();

        Answer(Consumer<JsonNode> reply) {
            this.reply = reply;
        }

        void send(JsonNode result) {
            if (sent.compareAndSet(false, true)) {
                reply.accept(
                        JsonNodeFactory.instance.stringNode(
                                result.isNull()
                                        ? encryption.sealNothing()
                                        : encryption.sealValue(result)));
            }
        }
    }
}
