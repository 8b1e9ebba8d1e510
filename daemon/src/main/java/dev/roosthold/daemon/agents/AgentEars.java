package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpClient;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.roots.Roots;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// Hears the agents of a session: what they say becomes events of the session, what they ask of the
/// computer is done here. Thread-safe.
final class AgentEars {
    /// Updates of the agent that wait; then it waits too.
    private static final int MAX_UPDATES = 5_000;

    private final AgentFiles files;
    private final Supplier<Optional<RunningAgent>> running;
    private final Consumer<SessionEvent> events;
    private final Semaphore room = new Semaphore(MAX_UPDATES);
    private volatile boolean listening;

    /// @param roots of the session
    /// @param running the agent that runs now
    AgentEars(
            Supplier<Roots> roots,
            Supplier<Optional<RunningAgent>> running,
            Consumer<SessionEvent> events) {
        files = new AgentFiles(roots);
        this.running = running;
        this.events = events;
    }

    /// For an agent that is about to start; what it says is dropped until [#listen]: while a
    /// conversation is loaded the agent repeats it.
    AcpClient of(int generation) {
        deafen();
        return new Client(generation);
    }

    void listen() {
        listening = true;
    }

    void deafen() {
        listening = false;
    }

    /// One update has been dealt with.
    void taken() {
        room.release();
    }

    /// The agent's side of the conversation, on the thread that reads it.
    private final class Client implements AcpClient {
        private final int generation;

        Client(int generation) {
            this.generation = generation;
        }

        @Override
        public void update(JsonNode params) {
            if (!listening) {
                return;
            }
            room.acquireUninterruptibly();
            events.accept(new SessionEvent.Update(generation, params.path("update")));
        }

        @Override
        public CompletableFuture<JsonNode> request(String method, JsonNode params) {
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            if (method.equals("session/request_permission")) {
                events.accept(new SessionEvent.Asked(generation, params, answer));
                return answer;
            }
            Thread.ofVirtual()
                    .name("roost-agent-request")
                    .start(
                            () -> {
                                try {
                                    serve(method, params, answer);
                                } catch (RuntimeException e) {
                                    answer.completeExceptionally(e);
                                }
                            });
            return answer;
        }

        @Override
        public void ended() {
            events.accept(new SessionEvent.AgentGone(generation));
        }
    }

    private void serve(String method, JsonNode params, CompletableFuture<JsonNode> answer) {
        switch (method) {
            case "fs/read_text_file" -> answer.complete(files.read(params));
            case "fs/write_text_file" -> answer.complete(files.write(params));
            default ->
                    running.get()
                            .orElseThrow(
                                    () ->
                                            new AcpFailure(
                                                    AcpFailure.INTERNAL,
                                                    "The session is not ready"))
                            .terminals()
                            .request(method, params)
                            .whenComplete(
                                    (value, failure) -> {
                                        if (failure == null) {
                                            answer.complete(value);
                                        } else {
                                            answer.completeExceptionally(failure);
                                        }
                                    });
        }
    }
}
