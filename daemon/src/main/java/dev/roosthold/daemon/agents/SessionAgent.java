package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.roots.Roots;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The agent of a session: started when it is needed, ended when it is not, and what it offers.
/// Thread of the session only, where nothing else is said.
final class SessionAgent {
    private static final Logger LOG = LoggerFactory.getLogger(SessionAgent.class);
    private static final Duration OPTION_PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_COMMANDS = 300;
    private static final int MAX_TITLE = 200;

    private final SessionRecord record;
    private final AgentStart starts;
    private final SessionShown shown;
    private final AgentEars ears;

    private volatile CompletableFuture<Boolean> interruption = new CompletableFuture<>();
    private volatile boolean leaving;

    private int generation;
    private volatile @Nullable RunningAgent agent;
    private long activeAtNanos = System.nanoTime();

    /// @param roots of the session
    /// @param events takes what the agent says and asks, from any thread
    SessionAgent(
            SessionRecord record,
            AgentStart starts,
            SessionShown shown,
            Supplier<Roots> roots,
            Consumer<SessionEvent> events) {
        this.record = record;
        this.starts = starts;
        this.shown = shown;
        ears = new AgentEars(roots, this::running, events);
    }

    /// From any thread.
    Optional<RunningAgent> running() {
        return Optional.ofNullable(agent);
    }

    /// Empty when another one runs by now.
    Optional<RunningAgent> running(int wanted) {
        return running().filter(one -> one.generation() == wanted);
    }

    /// The exit code of a command that has ended in the agent's terminal.
    OptionalInt exitCode(String terminal) {
        RunningAgent now = agent;
        return now == null ? OptionalInt.empty() : now.terminals().exitCode(terminal);
    }

    /// It is in use.
    void active() {
        activeAtNanos = System.nanoTime();
    }

    /// What is left until it has not been in use for that long; may be negative.
    long idleLeftNanos(Duration idle) {
        return idle.toNanos() - (System.nanoTime() - activeAtNanos);
    }

    /// One update of the agent was taken: there is room for another one.
    void taken() {
        ears.taken();
    }

    /// Calls off a start that is under way. From any thread.
    void interrupt() {
        interruption.complete(true);
    }

    /// Calls off a start that is under way, and all later ones. From any thread.
    void leave() {
        leaving = true;
        interrupt();
    }

    boolean isLeaving() {
        return leaving;
    }

    /// Whether the last start was called off.
    boolean isInterrupted() {
        return interruption.isDone();
    }

    /// Starts the agent where there is none.
    ///
    /// @param remark takes a sentence for the person
    /// @return what went wrong
    Optional<String> ready(Consumer<String> remark) {
        if (agent != null) {
            return Optional.empty();
        }
        CompletableFuture<Boolean> stop = new CompletableFuture<>();
        interruption = stop;
        if (leaving) {
            return Optional.of("The session is over");
        }
        int next = ++generation;
        return switch (starts.run(ears.of(next), ears::listen, next, stop)) {
            case AgentStart.Outcome.Failed(String reason) -> Optional.of(reason);
            case AgentStart.Outcome.Interrupted() -> Optional.of("The start was called off");
            case AgentStart.Outcome.Ready(RunningAgent ready, boolean forgot) -> {
                agent = ready;
                active();
                ready.options().show(shown.learned());
                shown.learned().put("agentSessionId", ready.conversation());
                switch (record.agent()) {
                    case "claude" -> shown.learned().put("claudeSessionId", ready.conversation());
                    case "codex" -> shown.learned().put("codexThreadId", ready.conversation());
                    default -> {}
                }
                if (forgot) {
                    remark.accept(
                            "The agent could not go on with the earlier conversation and has begun"
                                    + " a new one: it does not know what was said before.");
                }
                choose(record.picks());
                shown.show();
                yield Optional.empty();
            }
        };
    }

    /// Brings mode, model and effort to the agent, when it runs. What it does not take stays as it
    /// is.
    void choose(Picks picks) {
        RunningAgent now = agent;
        if (now == null) {
            return;
        }
        boolean changed = false;
        for (AgentOptions.Request request : now.options().requests(picks, now.conversation())) {
            try {
                JsonNode answer =
                        now.connection()
                                .request(request.method(), request.params())
                                .get(OPTION_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                now.options().options(answer.path("configOptions"));
                changed = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("the agent does not take {}", request.method());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (changed) {
            now.options().show(shown.learned());
            shown.show();
        }
    }

    /// Takes an update about what the agent offers, or its name for the conversation.
    ///
    /// @return false when it is about something else
    boolean update(RunningAgent from, JsonNode update) {
        switch (update.path("sessionUpdate").asString("")) {
            case "current_mode_update" -> {
                from.options().mode(update.path("currentModeId").asString(""));
                from.options().show(shown.learned());
                shown.show();
            }
            case "config_option_update" -> {
                from.options().options(update.path("configOptions"));
                from.options().show(shown.learned());
                shown.show();
            }
            case "available_commands_update" -> {
                ArrayNode names = shown.learned().putArray("slashCommands");
                update.path("availableCommands")
                        .forEach(
                                command -> {
                                    if (names.size() < MAX_COMMANDS) {
                                        names.add(command.path("name").asString(""));
                                    }
                                });
                shown.show();
            }
            case "session_info_update" -> {
                String title = update.path("title").asString("").strip();
                if (!title.isEmpty()) {
                    shown.name(title.substring(0, Math.min(title.length(), MAX_TITLE)));
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Ends it, when it runs. When this returns nothing of it is left.
    void stop() {
        RunningAgent old = agent;
        if (old != null) {
            agent = null;
            ears.deafen();
            old.stop();
            try {
                record.change(json -> json.remove("pid"));
            } catch (UncheckedIOException _) {
                // The process is gone; a pid that is kept says when it began.
                LOG.warn("a session's record cannot be written");
            }
        }
    }
}
