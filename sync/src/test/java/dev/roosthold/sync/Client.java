package dev.roosthold.sync;

import dev.roosthold.protocol.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A program at the other end of the socket. For one thread.
final class Client implements AutoCloseable {
    private static final ScheduledExecutorService WATCH =
            Executors.newScheduledThreadPool(
                    1, Thread.ofPlatform().daemon().name("client-watch").factory());

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).flip();
    private final Deque<JsonNode> notifications = new ArrayDeque<>();
    private int count;

    Client(Path socket) {
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) {
        try {
            ByteBuffer out = ByteBuffer.wrap(bytes);
            while (out.hasRemaining()) {
                channel.write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void shutdownOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The next line; null at the end.
    @Nullable String readLine() {
        var line = new java.io.ByteArrayOutputStream();
        var timer =
                WATCH.schedule(
                        () -> {
                            channel.close();
                            return null;
                        },
                        40,
                        TimeUnit.SECONDS);
        try {
            while (true) {
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    if (next == '\n') {
                        return line.toString(StandardCharsets.UTF_8);
                    }
                    line.write(next);
                }
                buffer.clear();
                int read = channel.read(buffer);
                buffer.flip();
                if (read < 0) {
                    return null;
                }
            }
        } catch (IOException e) {
            return null;
        } finally {
            timer.cancel(false);
        }
    }

    JsonNode read() {
        String line = readLine();
        if (line == null) {
            throw new IllegalStateException("the connection has ended");
        }
        return Codec.parse(line.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a line and reads one.
    JsonNode raw(String line) {
        send(line + "\n");
        return read();
    }

    /// The whole answer to a request; notifications before it are kept.
    JsonNode answer(String method, ObjectNode params) {
        ObjectNode request =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("jsonrpc", "2.0")
                        .put("id", ++count)
                        .put("method", method);
        request.set("params", params);
        send(Codec.printText(request) + "\n");
        while (true) {
            JsonNode answer = read();
            if (answer.has("id")) {
                return answer;
            }
            notifications.add(answer);
        }
    }

    JsonNode answer(String method, String params) {
        return answer(method, (ObjectNode) Codec.parse(params.getBytes(StandardCharsets.UTF_8)));
    }

    /// The result.
    JsonNode call(String method, ObjectNode params) {
        JsonNode answer = answer(method, params);
        if (answer.has("error")) {
            throw new IllegalStateException(method + ": " + answer);
        }
        return answer.path("result");
    }

    JsonNode call(String method, String params) {
        return call(method, (ObjectNode) Codec.parse(params.getBytes(StandardCharsets.UTF_8)));
    }

    JsonNode call(String method) {
        return call(method, "{}");
    }

    /// The error's code; 0 when there is none.
    int code(String method, String params) {
        return answer(method, params).path("error").path("code").asInt(0);
    }

    /// The next notification.
    JsonNode notification() {
        JsonNode kept = notifications.poll();
        return kept != null ? kept : read();
    }

    String state() {
        return call("daemon.health").path("state").stringValue();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
