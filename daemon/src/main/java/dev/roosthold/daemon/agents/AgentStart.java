package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpClient;
import dev.roosthold.daemon.acp.AcpConnection;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.shell.ProcessTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Starts a session's agent and makes it ready for prompts: a new conversation, or the one of
/// before where the agent can load it.
final class AgentStart {
    /// Some agents look for updates or compile themselves first.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int PROTOCOL = 1;

    private final SessionRecord record;
    private final AgentCatalog catalog;
    private final Supplier<Roots> roots;
    private final String version;

    /// @param roots of the session
    /// @param version of this program, told to the agent
    AgentStart(SessionRecord record, AgentCatalog catalog, Supplier<Roots> roots, String version) {
        this.record = record;
        this.catalog = catalog;
        this.roots = roots;
        this.version = version;
    }

    /// How a start came out.
    sealed interface Outcome {
        /// @param forgot the agent could not go on with the earlier conversation
        record Ready(RunningAgent agent, boolean forgot) implements Outcome {}

        /// @param reason for the person
        record Failed(String reason) implements Outcome {}

        /// It was not wanted any more.
        record Interrupted() implements Outcome {}
    }

    /// Blocks until the agent is ready. When it fails nothing is left running.
    ///
    /// @param client hears the agent
    /// @param listen called when the agent begins to say something new: while a conversation is
    ///     loaded it repeats what was said before
    /// @param interruption ends the start when it completes
    Outcome run(
            AcpClient client,
            Runnable listen,
            int generation,
            CompletableFuture<Boolean> interruption) {
        Optional<List<String>> command =
                record.command().isEmpty()
                        ? catalog.command(record.agent())
                        : Optional.of(record.command());
        if (command.isEmpty()) {
            return new Outcome.Failed(catalog.absent(record.agent()));
        }
        Path directory = record.directory();
        if (roots.get().directories().isEmpty()) {
            return new Outcome.Failed(
                    "The directory of this session is outside the root directories of this"
                            + " machine; `roost daemon roots add` there adds it");
        }
        if (!Files.isDirectory(directory)) {
            return new Outcome.Failed("The directory of this session does not exist any more");
        }
        String mark = record.mark().orElseGet(ProcessTree::newMark);
        record.change(
                json -> {
                    json.put("mark", mark);
                    json.remove("pid");
                });
        AgentProcess process;
        try {
            process =
                    AgentProcess.start(
                            command.get(), directory, record.environment(), mark, client);
        } catch (IOException e) {
            return new Outcome.Failed("The agent " + record.agent() + " could not be started");
        }
        boolean ready = false;
        try {
            record.change(
                    json ->
                            json.put("pid", process.pid())
                                    .put("pidStartedAt", process.startedAtMs()));
            Outcome outcome = shakeHands(process, mark, listen, generation, interruption);
            ready = outcome instanceof Outcome.Ready;
            return outcome;
        } finally {
            if (!ready) {
                process.stop();
            }
        }
    }

    private Outcome shakeHands(
            AgentProcess process,
            String mark,
            Runnable listen,
            int generation,
            CompletableFuture<Boolean> interruption) {
        AcpConnection connection = process.connection();
        try {
            JsonNode told = await(connection.request("initialize", hello()), interruption);
            if (told.path("protocolVersion").asInt(PROTOCOL) != PROTOCOL) {
                return new Outcome.Failed(
                        "The agent speaks another version of the protocol: "
                                + told.path("protocolVersion"));
            }
            Optional<String> before = record.conversation();
            JsonNode answer = JsonNodeFactory.instance.missingNode();
            String conversation = "";
            Optional<String> method = returning(told.path("agentCapabilities"));
            if (before.isPresent() && method.isPresent()) {
                try {
                    var loaded =
                            connection.request(
                                    method.get(), place().put("sessionId", before.get()));
                    // On the thread that reads: nothing that comes later is missed.
                    answer = await(loaded.whenComplete((_, _) -> listen.run()), interruption);
                    conversation = before.get();
                } catch (AcpFailure e) {
                    if (e.code() == AcpFailure.AUTH_REQUIRED) {
                        throw e;
                    }
                }
            }
            boolean forgot = before.isPresent() && conversation.isEmpty();
            if (conversation.isEmpty()) {
                listen.run();
                answer = await(connection.request("session/new", place()), interruption);
                conversation = answer.path("sessionId").asString("");
                if (conversation.isEmpty()) {
                    return new Outcome.Failed("The agent began no conversation");
                }
                String fresh = conversation;
                record.change(json -> json.put("conversation", fresh));
            }
            AgentOptions options = new AgentOptions();
            options.begin(answer);
            return new Outcome.Ready(
                    new RunningAgent(
                            process,
                            conversation,
                            options,
                            new Terminals(roots, record.directory(), mark),
                            PersonFiles.Accepted.of(told.path("agentCapabilities")),
                            generation),
                    forgot);
        } catch (AcpFailure e) {
            return new Outcome.Failed(reason(process, e));
        } catch (TimeoutException _) {
            return new Outcome.Failed(
                    process.end("The agent " + record.agent() + " did not get ready in time"));
        } catch (InterruptedException _) {
            return new Outcome.Interrupted();
        }
    }

    private String reason(AgentProcess process, AcpFailure failure) {
        if (failure.code() == AcpFailure.AUTH_REQUIRED) {
            return "The agent "
                    + record.agent()
                    + " wants you to sign in: start it once on the machine and follow what it says";
        }
        return process.end(
                "The agent " + record.agent() + " could not be started: " + failure.getMessage());
    }

    /// The request that goes on with a conversation.
    private static Optional<String> returning(JsonNode capabilities) {
        if (capabilities.path("loadSession").asBoolean(false)) {
            return Optional.of("session/load");
        }
        return capabilities.path("sessionCapabilities").hasNonNull("resume")
                ? Optional.of("session/resume")
                : Optional.empty();
    }

    private ObjectNode hello() {
        ObjectNode hello = JsonNodeFactory.instance.objectNode();
        hello.put("protocolVersion", PROTOCOL);
        ObjectNode capabilities = hello.putObject("clientCapabilities");
        capabilities.putObject("fs").put("readTextFile", true).put("writeTextFile", true);
        capabilities.put("terminal", true);
        hello.putObject("clientInfo")
                .put("name", "roosthold")
                .put("title", "Roosthold")
                .put("version", version);
        return hello;
    }

    private ObjectNode place() {
        ObjectNode place = JsonNodeFactory.instance.objectNode();
        place.put("cwd", record.directory().toString());
        place.putArray("mcpServers");
        return place;
    }

    /// @throws InterruptedException when the interruption came first
    static JsonNode await(
            CompletableFuture<JsonNode> answer, CompletableFuture<Boolean> interruption)
            throws InterruptedException, TimeoutException {
        try {
            Object _ =
                    CompletableFuture.anyOf(answer, interruption)
                            .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AcpFailure failure) {
                throw failure;
            }
            throw new AcpFailure(AcpFailure.INTERNAL, "The agent's answer was lost");
        }
        if (!answer.isDone()) {
            throw new InterruptedException();
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof AcpFailure failure
                    ? failure
                    : new AcpFailure(AcpFailure.INTERNAL, "The agent's answer was lost");
        }
    }
}
