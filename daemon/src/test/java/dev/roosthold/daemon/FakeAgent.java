package dev.roosthold.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A tiny agent that speaks the Agent Client Protocol and does what the prompt says, one command
/// per line:
///
/// ```
/// say TEXT         text          think TEXT   thoughts
/// stream N         N numbers     big N        N kilobytes of text
/// wait MS          a pause, ended by cancel
/// tool COMMAND     asks for permission, then says what came of it
/// edit FILE        a diff        plan         a plan
/// write FILE TEXT / read FILE    through the client
/// run COMMAND      in a terminal of the client
/// recall           what was said before, from its own memory
/// title TEXT       names the conversation
/// picture BASE64   shows it, in words and in a tool call
/// attached         says what came with the words
/// crash            ends at once  usage        reports tokens
/// ```
///
/// It keeps its conversations as files in the directory of the first argument. Words after it:
/// `blind` (takes no pictures and resources), `forgetful` (cannot load), `stubborn` (does not end
/// with its input), `slow` (begins late), `unborn` (ends before it is ready).
public final class FakeAgent {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private final Path memory;
    private final List<String> traits;
    private final Map<String, BlockingQueue<JsonNode>> answers = new ConcurrentHashMap<>();
    private volatile boolean cancelled;
    private volatile List<JsonNode> attached = List.of();
    private String model = "small";
    private String mode = "build";

    private FakeAgent(Path memory, List<String> traits) {
        this.memory = memory;
        this.traits = traits;
    }

    /// The command that starts it.
    public static List<String> command(Path memory, String... traits) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(FakeAgent.class.getName());
        command.add(memory.toString());
        command.addAll(List.of(traits));
        return command;
    }

    public static void main(String[] args) throws Exception {
        new FakeAgent(Path.of(args[0]), List.of(args).subList(1, args.length)).run();
    }

    private void run() throws IOException, InterruptedException {
        if (traits.contains("unborn")) {
            System.err.println("no key is set");
            System.exit(3);
        }
        if (traits.contains("slow")) {
            Thread.sleep(1_500);
        }
        while (Files.exists(closed(memory))) {
            Thread.sleep(5);
        }
        out.println("a line that is no message");
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode message = JSON.readTree(line);
            if (!message.has("method")) {
                BlockingQueue<JsonNode> waiting = answers.get(message.path("id").asString(""));
                if (waiting != null) {
                    waiting.add(message);
                }
                continue;
            }
            switch (message.path("method").asString("")) {
                case "initialize" -> answer(message, hello());
                case "session/new" -> answer(message, begin(UUID.randomUUID().toString()));
                case "session/load" -> load(message);
                case "session/set_mode" -> {
                    mode = message.at("/params/modeId").asString();
                    answer(message, object());
                }
                case "session/set_model" -> {
                    model = message.at("/params/modelId").asString();
                    answer(message, object());
                }
                case "session/cancel" -> {
                    cancelled = true;
                    answers.values()
                            .forEach(waiting -> waiting.add(object().put("cancelled", true)));
                }
                case "session/prompt" -> new Thread(() -> prompt(message), "prompt").start();
                default -> fail(message, -32601, "unknown");
            }
        }
        if (traits.contains("stubborn")) {
            Thread.sleep(600_000);
        }
        System.exit(0);
    }

    /// As long as this file is there, agents that are started do not begin.
    static Path closed(Path memory) {
        return memory.resolve("closed");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private ObjectNode hello() {
        ObjectNode hello = object().put("protocolVersion", 1);
        ObjectNode capabilities = hello.putObject("agentCapabilities");
        capabilities.put("loadSession", !traits.contains("forgetful"));
        capabilities
                .putObject("promptCapabilities")
                .put("image", !traits.contains("blind"))
                .put("embeddedContext", !traits.contains("blind"));
        hello.putObject("agentInfo").put("name", "fake").put("version", "1");
        return hello;
    }

    private ObjectNode begin(String id) {
        ObjectNode answer = object().put("sessionId", id);
        ObjectNode models = answer.putObject("models").put("currentModelId", model);
        ArrayNode all = models.putArray("availableModels");
        all.addObject().put("modelId", "small").put("name", "Small");
        all.addObject().put("modelId", "large").put("name", "Large").put("description", "slower");
        ObjectNode modes = answer.putObject("modes").put("currentModeId", mode);
        ArrayNode names = modes.putArray("availableModes");
        names.addObject().put("id", "build").put("name", "Build");
        names.addObject().put("id", "plan").put("name", "Plan");
        return answer;
    }

    private void load(JsonNode message) throws IOException {
        String id = message.at("/params/sessionId").asString();
        if (!Files.exists(memory.resolve(id))) {
            fail(message, -32602, "no such session");
            return;
        }
        for (String line : Files.readAllLines(memory.resolve(id))) {
            update(id, chunk("user_message_chunk", line));
            update(id, chunk("agent_message_chunk", "again: " + line));
        }
        ObjectNode answer = begin(id);
        answer.remove("sessionId");
        answer(message, answer);
    }

    private void prompt(JsonNode message) {
        String id = message.at("/params/sessionId").asString();
        cancelled = false;
        String text =
                message.at("/params/prompt")
                        .valueStream()
                        .filter(block -> block.path("type").asString("").equals("text"))
                        .map(block -> block.path("text").asString(""))
                        .collect(Collectors.joining("\n"));
        attached =
                message.at("/params/prompt")
                        .valueStream()
                        .filter(block -> !block.path("type").asString("").equals("text"))
                        .toList();
        ObjectNode done = object();
        try {
            Files.writeString(
                    memory.resolve(id),
                    text.replace('\n', ' ') + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            for (String line : text.split("\n", -1)) {
                if (!cancelled) {
                    carryOut(id, line.strip(), done);
                }
            }
            done.put("stopReason", cancelled ? "cancelled" : "end_turn");
            answer(message, done);
        } catch (IOException | InterruptedException | RuntimeException e) {
            fail(message, -32603, String.valueOf(e));
        }
    }

    private void carryOut(String id, String line, ObjectNode done)
            throws IOException, InterruptedException {
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "say" -> update(id, chunk("agent_message_chunk", rest));
            case "think" -> update(id, chunk("agent_thought_chunk", rest));
            case "stream" -> {
                for (int i = 0; i < Integer.parseInt(rest) && !cancelled; i++) {
                    update(id, chunk("agent_message_chunk", i + " "));
                    Thread.sleep(2);
                }
            }
            case "big" -> {
                String kilobyte = "0123456789abcde\n".repeat(64);
                for (int i = 0; i < Integer.parseInt(rest); i++) {
                    update(id, chunk("agent_message_chunk", kilobyte));
                }
            }
            case "wait" -> {
                long end = System.nanoTime() + Long.parseLong(rest) * 1_000_000;
                while (!cancelled && System.nanoTime() < end) {
                    Thread.sleep(5);
                }
            }
            case "tool" -> tool(id, rest);
            case "edit" -> edit(id, rest);
            case "picture" -> picture(id, rest);
            case "I" -> update(id, chunk("agent_message_chunk", "heard: " + line));
            case "plan" -> plan(id);
            case "attached" ->
                    update(id, chunk("agent_message_chunk", attached.size() + " " + described()));
            case "write" -> {
                String[] parts = rest.split(" ", 2);
                ObjectNode params = object().put("sessionId", id).put("path", parts[0]);
                say(id, ask("fs/write_text_file", params.put("content", parts[1])));
            }
            case "read" ->
                    say(
                            id,
                            ask(
                                    "fs/read_text_file",
                                    object().put("sessionId", id).put("path", rest)));
            case "run" -> terminal(id, rest);
            case "recall" -> {
                List<String> lines = Files.readAllLines(memory.resolve(id));
                update(id, chunk("agent_message_chunk", "memory: " + lines));
            }
            case "model" -> update(id, chunk("agent_message_chunk", model + " " + mode));
            case "env" ->
                    update(id, chunk("agent_message_chunk", String.valueOf(System.getenv(rest))));
            case "title" ->
                    update(
                            id,
                            object().put("sessionUpdate", "session_info_update")
                                    .put("title", rest));
            case "new" ->
                    update(id, object().put("sessionUpdate", "a_kind_of_tomorrow").put("x", 1));
            case "usage" -> {
                update(
                        id,
                        object().put("sessionUpdate", "usage_update")
                                .put("used", 50)
                                .put("size", 1000));
                done.putObject("usage")
                        .put("inputTokens", 40)
                        .put("outputTokens", 10)
                        .put("totalTokens", 50);
            }
            case "crash" -> {
                System.err.println("it hurts");
                System.exit(7);
            }
            default -> update(id, chunk("agent_message_chunk", "what is " + words[0] + "?"));
        }
    }

    private String described() throws IOException {
        List<String> all = new ArrayList<>();
        for (JsonNode block : attached) {
            JsonNode about = block.has("resource") ? block.path("resource") : block;
            String uri = about.path("uri").asString("");
            all.add(
                    block.path("type").asString()
                            + " "
                            + about.path("mimeType").asString("-")
                            + " "
                            + about.path("text").asString("")
                            + about.path("data").asString("")
                            + (block.path("type").asString().equals("resource_link")
                                    ? Path.of(URI.create(uri)).getFileName()
                                            + " "
                                            + Files.readString(Path.of(URI.create(uri)))
                                    : ""));
        }
        return String.join(", ", all);
    }

    private void say(String id, JsonNode answer) {
        JsonNode error = answer.path("error").path("message");
        update(
                id,
                chunk(
                        "agent_message_chunk",
                        error.isString()
                                ? "error: " + error.asString()
                                : "ok: " + answer.path("result")));
    }

    private void tool(String id, String command) throws InterruptedException {
        String call = "call-" + UUID.randomUUID();
        ObjectNode start = object().put("sessionUpdate", "tool_call").put("toolCallId", call);
        start.put("title", command).put("kind", "execute").put("status", "pending");
        start.putObject("rawInput").put("command", command);
        update(id, start);
        ObjectNode params = object().put("sessionId", id);
        params.putObject("toolCall").put("toolCallId", call).put("title", command);
        ArrayNode options = params.putArray("options");
        option(options, "yes", "allow_once");
        option(options, "always", "allow_always");
        option(options, "no", "reject_once");
        JsonNode outcome = ask("session/request_permission", params).at("/result/outcome");
        boolean allowed = outcome.path("outcome").asString("").equals("selected");
        allowed &= !outcome.path("optionId").asString("no").equals("no");
        update(
                id,
                object().put("sessionUpdate", "tool_call_update")
                        .put("toolCallId", call)
                        .put("status", allowed ? "completed" : "failed"));
        update(id, chunk("agent_message_chunk", "outcome: " + outcome.path("optionId")));
    }

    private static void option(ArrayNode options, String id, String kind) {
        options.addObject().put("optionId", id).put("name", id).put("kind", kind);
    }

    private void edit(String id, String file) {
        String call = "edit-" + UUID.randomUUID();
        ObjectNode update = object().put("sessionUpdate", "tool_call").put("toolCallId", call);
        update.put("title", "Edit " + file).put("kind", "edit").put("status", "completed");
        update.putArray("content")
                .addObject()
                .put("type", "diff")
                .put("path", file)
                .put("oldText", "before")
                .put("newText", "after");
        update(id, update);
    }

    /// Shows bytes in its words, and the same ones in a tool call, which it tells of twice.
    private void picture(String id, String base64) {
        ObjectNode words = object().put("sessionUpdate", "agent_message_chunk");
        words.putObject("content")
                .put("type", "image")
                .put("mimeType", "image/png")
                .put("data", base64);
        update(id, words);
        String call = "see-" + UUID.randomUUID();
        ObjectNode update = object().put("sessionUpdate", "tool_call").put("toolCallId", call);
        update.put("title", "Screenshot").put("status", "in_progress");
        update.putArray("content")
                .addObject()
                .put("type", "content")
                .putObject("content")
                .put("type", "resource")
                .putObject("resource")
                .put("uri", "file:///tmp/shot.png?x")
                .put("mimeType", "image/png")
                .put("blob", base64);
        update(id, update);
        update(id, update.put("sessionUpdate", "tool_call_update").put("status", "completed"));
    }

    private void plan(String id) {
        ObjectNode plan = object().put("sessionUpdate", "plan");
        ArrayNode entries = plan.putArray("entries");
        entries.addObject()
                .put("content", "look")
                .put("status", "completed")
                .put("priority", "high");
        entries.addObject().put("content", "act").put("status", "pending").put("priority", "low");
        update(id, plan);
    }

    private void terminal(String id, String command) throws InterruptedException {
        ObjectNode create = object().put("sessionId", id).put("command", "/bin/sh");
        create.putArray("args").add("-c").add(command);
        JsonNode made = ask("terminal/create", create);
        String terminal = made.at("/result/terminalId").asString("");
        ObjectNode of = object().put("sessionId", id).put("terminalId", terminal);
        JsonNode exit = ask("terminal/wait_for_exit", of);
        JsonNode output = ask("terminal/output", of);
        JsonNode _ = ask("terminal/release", of);
        update(
                id,
                chunk(
                        "agent_message_chunk",
                        "exit "
                                + exit.at("/result/exitCode")
                                + ": "
                                + output.at("/result/output").asString("")));
    }

    private JsonNode ask(String method, ObjectNode params) throws InterruptedException {
        String id = UUID.randomUUID().toString();
        BlockingQueue<JsonNode> waiting = new LinkedBlockingQueue<>();
        answers.put(id, waiting);
        send(object().put("id", id).put("method", method).set("params", params));
        JsonNode answer = waiting.take();
        answers.remove(id);
        return answer;
    }

    private static ObjectNode chunk(String kind, String text) {
        ObjectNode update = object().put("sessionUpdate", kind);
        update.putObject("content").put("type", "text").put("text", text);
        return update;
    }

    private void update(String id, ObjectNode update) {
        ObjectNode params = object().put("sessionId", id);
        params.set("update", update);
        send(object().put("method", "session/update").set("params", params));
    }

    private void answer(JsonNode request, ObjectNode result) {
        ObjectNode message = object();
        message.set("id", request.path("id"));
        send(message.set("result", result));
    }

    private void fail(JsonNode request, int code, String text) {
        ObjectNode message = object();
        message.set("id", request.path("id"));
        message.putObject("error").put("code", code).put("message", text);
        send(message);
    }

    private synchronized void send(ObjectNode message) {
        out.println(message.put("jsonrpc", "2.0"));
        out.flush();
    }
}
