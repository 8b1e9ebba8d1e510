package dev.roosthold.daemon.acp;

import com.agentclientprotocol.sdk.json.TypeRef;
import com.agentclientprotocol.sdk.spec.AcpClientTransport;
import com.agentclientprotocol.sdk.spec.AcpSchema;
import com.agentclientprotocol.sdk.spec.AcpSchema.JSONRPCMessage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON-RPC messages as lines. One thread reads, one writes: an agent that does not read its input
/// holds nobody up.
final class LineTransport implements AcpClientTransport {
    private static final Logger LOG = LoggerFactory.getLogger(LineTransport.class);

    static final String ENDED = "The agent has ended";

    /// A field that stands for a whole answer which is an error. The library would log errors,
    /// which may repeat the conversation.
    static final String ERROR = "$error";

    /// Bytes of one line. What is longer is skipped.
    private static final int MAX_LINE = 32 << 20;

    private static final int MAX_DEPTH = 200;
    private static final int MAX_WAITING = 1_000;
    private static final byte[] CLOSE = {};

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxStringLength(MAX_LINE)
                                                    .build())
                                    .build())
                    .build();

    private final InputStream in;
    private final OutputStream out;
    private final Runnable ended;
    private final LinkedBlockingQueue<byte[]> lines = new LinkedBlockingQueue<>(MAX_WAITING);

    /// Ids of our requests that have no answer.
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    private @Nullable Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler;

    /// @param ended called once, by the reading thread
    LineTransport(InputStream in, OutputStream out, Runnable ended) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.out = out;
        this.ended = ended;
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> messages) {
        handler = messages;
        return Mono.empty();
    }

    /// After [#connect].
    void start() {
        Thread.ofVirtual().name("roost-agent-writer").start(this::write);
        Thread.ofVirtual().name("roost-agent-reader").start(this::read);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.fromRunnable(() -> send(message));
    }

    private void send(JSONRPCMessage message) {
        if (message instanceof AcpSchema.JSONRPCRequest request) {
            open.add(String.valueOf(request.id()));
        }
        byte[] text = JSON.writeValueAsBytes(json(message));
        if (!lines.offer(text)) {
            throw new AcpFailure(AcpFailure.INTERNAL, "The agent does not read what it is told");
        }
    }

    private static ObjectNode json(JSONRPCMessage message) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
        switch (message) {
            case AcpSchema.JSONRPCRequest request ->
                    json.put("method", request.method())
                            .set("params", tree(request.params()))
                            .set("id", tree(request.id()));
            case AcpSchema.JSONRPCNotification notification ->
                    json.put("method", notification.method())
                            .set("params", tree(notification.params()));
            case AcpSchema.JSONRPCResponse response -> {
                json.set("id", tree(response.id()));
                AcpSchema.JSONRPCError error = response.error();
                if (error == null) {
                    json.set("result", tree(response.result()));
                } else {
                    json.putObject("error").put("code", error.code()).put("message", plain(error));
                }
            }
            default -> throw new IllegalArgumentException("an unknown kind of message");
        }
        return json;
    }

    /// The library writes the code into the message.
    private static String plain(AcpSchema.JSONRPCError error) {
        String message = String.valueOf(error.message());
        String prefix = "[" + error.code() + "] ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    /// What the library carries as an object of its own is a tree or a plain value here.
    static JsonNode tree(@Nullable Object value) {
        return switch (value) {
            case null -> JsonNodeFactory.instance.nullNode();
            case JsonNode node -> node;
            default -> JSON.valueToTree(value);
        };
    }

    private void write() {
        try (out) {
            for (byte[] line = lines.take(); line != CLOSE; line = lines.take()) {
                out.write(line);
                out.write('\n');
                if (lines.isEmpty()) {
                    out.flush();
                }
            }
        } catch (IOException | InterruptedException e) {
            LOG.debug("nothing more is written to the agent");
        }
    }

    private void read() {
        try (in) {
            for (Optional<byte[]> line = next(); line.isPresent(); line = next()) {
                take(line.get());
            }
        } catch (IOException e) {
            LOG.debug("the agent's output has ended");
        } finally {
            closeInput();
            failOpen();
            ended.run();
        }
    }

    /// No answers come any more. The library would log each of them as a problem.
    void failOpen() {
        for (String id : List.copyOf(open)) {
            if (open.remove(id)) {
                ObjectNode result = JsonNodeFactory.instance.objectNode();
                result.putObject(ERROR).put("code", AcpFailure.GONE).put("message", ENDED);
                deliver(new AcpSchema.JSONRPCResponse("2.0", id, result, null));
            }
        }
    }

    /// The next line without its end; empty text for one that is too long. Empty at the end.
    private Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        while (true) {
            int c = in.read();
            if (c < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toByteArray());
            }
            if (c == '\n') {
                if (tooLong) {
                    LOG.warn("a line of the agent is too long and is skipped");
                    return Optional.of(new byte[0]);
                }
                return Optional.of(line.toByteArray());
            }
            if (line.size() >= MAX_LINE) {
                tooLong = true;
                line.reset();
            }
            if (!tooLong) {
                line.write(c);
            }
        }
    }

    /// Agents print other things to their output too; what is no message is skipped.
    private void take(byte[] line) {
        JSONRPCMessage message;
        try {
            message = message(JSON.readTree(line));
        } catch (JacksonException e) {
            return;
        }
        if (message != null) {
            deliver(message);
        }
    }

    private void deliver(JSONRPCMessage message) {
        var messages = handler;
        if (messages == null) {
            return;
        }
        try {
            var _ = messages.apply(Mono.just(message)).subscribe(_ -> {}, _ -> {});
        } catch (RuntimeException e) {
            LOG.warn("a message of the agent failed: {}", e.getClass().getName());
        }
    }

    private @Nullable JSONRPCMessage message(JsonNode json) {
        JsonNode id = json.path("id");
        JsonNode method = json.path("method");
        if (method.isString()) {
            boolean notice = id.isMissingNode() || id.isNull();
            if (notice && !method.asString().equals("session/update")) {
                // Agents add kinds of their own.
                return null;
            }
            return notice
                    ? new AcpSchema.JSONRPCNotification(method.asString(), json.path("params"))
                    : new AcpSchema.JSONRPCRequest(
                            "2.0", id, method.asString(), json.path("params"));
        }
        // Our own ids are texts.
        if (!id.isString() || !open.remove(id.asString())) {
            return null;
        }
        JsonNode error = json.path("error");
        JsonNode result = json.path("result");
        if (error.isObject()) {
            result = JsonNodeFactory.instance.objectNode().set(ERROR, error);
        } else if (result.isMissingNode() || result.isNull()) {
            result = JsonNodeFactory.instance.objectNode();
        }
        return new AcpSchema.JSONRPCResponse("2.0", id.asString(), result, null);
    }

    /// Asks the agent to end, after what is on its way to it.
    void closeInput() {
        boolean _ = lines.offer(CLOSE);
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(this::closeInput);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return (T) tree(data);
    }
}
