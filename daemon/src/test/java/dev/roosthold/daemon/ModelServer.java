package dev.roosthold.daemon;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Stands in for a language model with the usual chat interface: it says a few words, asks for a
/// command to be run, and repeats what the command printed.
public final class ModelServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String command;

    public ModelServer(String command) throws IOException {
        this.command = command;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", this::complete);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            JsonNode messages = request.path("messages");
            JsonNode last = messages.path(messages.size() - 1);
            if (request.path("tools").isEmpty()) {
                say(out, "Looking around");
                end(out, "stop");
            } else if (last.path("role").asString("").equals("tool")) {
                say(out, "It says: ");
                say(out, text(last.path("content")));
                end(out, "stop");
            } else {
                say(out, "I ");
                say(out, "look.");
                call(out);
                end(out, "tool_calls");
            }
            out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String text(JsonNode content) {
        return content.isString() ? content.asString() : content.path(0).path("text").asString("");
    }

    private static void say(OutputStream out, String words) throws IOException {
        ObjectNode choice = JsonNodeFactory.instance.objectNode().put("index", 0);
        choice.putObject("delta").put("role", "assistant").put("content", words);
        choice.putNull("finish_reason");
        send(out, choice);
    }

    private void call(OutputStream out) throws IOException {
        ObjectNode choice = JsonNodeFactory.instance.objectNode().put("index", 0);
        ObjectNode call = choice.putObject("delta").putArray("tool_calls").addObject();
        call.put("index", 0).put("id", "call_1").put("type", "function");
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        arguments.put("command", command).put("description", "Says something");
        call.putObject("function").put("name", "bash").put("arguments", arguments.toString());
        choice.putNull("finish_reason");
        send(out, choice);
    }

    private static void end(OutputStream out, String reason) throws IOException {
        ObjectNode choice = JsonNodeFactory.instance.objectNode().put("index", 0);
        choice.putObject("delta");
        send(out, choice.put("finish_reason", reason));
        ObjectNode usage = chunk();
        usage.putArray("choices");
        usage.putObject("usage")
                .put("prompt_tokens", 11)
                .put("completion_tokens", 7)
                .put("total_tokens", 18);
        write(out, usage);
    }

    private static ObjectNode chunk() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", "c1")
                .put("object", "chat.completion.chunk")
                .put("created", 1)
                .put("model", "m");
    }

    private static void send(OutputStream out, ObjectNode choice) throws IOException {
        ObjectNode chunk = chunk();
        chunk.putArray("choices").add(choice);
        write(out, chunk);
    }

    private static void write(OutputStream out, ObjectNode chunk) throws IOException {
        out.write(("data: " + chunk + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
