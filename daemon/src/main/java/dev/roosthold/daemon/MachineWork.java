package dev.roosthold.daemon;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.daemon.assistants.AssistantRelay;
import dev.roosthold.daemon.assistants.Assistants;
import dev.roosthold.daemon.jobs.JobWork;
import dev.roosthold.daemon.jobs.Jobs;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Assistants and jobs of the machine, put together. Thread-safe.
final class MachineWork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineWork.class);

    private final RelayClient relay;
    private final Supplier<@Nullable MachineLogin> login;
    private final String path;
    private final Optional<AgentSessions> agents;
    private final CurrentAccess access;
    private final Assistants assistants;
    private final Jobs jobs;

    /// @param login as it is now
    MachineWork(
            DaemonConfig config,
            RelayClient relay,
            Supplier<@Nullable MachineLogin> login,
            CurrentAccess access,
            EncryptedJson encryption,
            Optional<AgentSessions> agents) {
        this.relay = relay;
        this.login = login;
        this.access = access;
        this.agents = agents;
        path = "/v1/machines/" + config.credential().machine().value();
        assistants =
                new Assistants(
                        new OnRelay(),
                        encryption,
                        access::roots,
                        config.host().username(),
                        () -> agents,
                        config.random());
        jobs = new Jobs(config.home(), encryption, new Runs(), config.clock(), config.scheduler());
    }

    Map<String, RpcMethod> methods() {
        return Map.of("create-assistant", assistants::create, "run-job", jobs::runNow);
    }

    /// The runner of agents, within what the assistants allow.
    AgentSessions guarded(AgentSessions runner) {
        return new Guarded(runner, assistants);
    }

    void start() {
        if (agents.isPresent()) {
            jobs.start();
        }
    }

    /// Takes over what the relay has. Returns at once.
    void refresh() {
        Thread.startVirtualThread(
                () -> {
                    try {
                        refreshAssistants();
                        refreshJobs();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private synchronized void refreshAssistants() throws InterruptedException {
        assistants.refresh();
    }

    private synchronized void refreshJobs() throws InterruptedException {
        get("/jobs").ifPresent(jobs::replace);
    }

    private Optional<JsonNode> get(String what) throws InterruptedException {
        MachineLogin now = login.get();
        return now == null
                ? Optional.empty()
                : success(relay.get(now.bearer(), path + what, answer -> answer));
    }

    private static Optional<JsonNode> success(Reply<JsonNode> reply) {
        if (reply instanceof Reply.Success<JsonNode>(JsonNode answer)) {
            return Optional.of(answer);
        }
        LOG.debug("not taken over from the relay: {}", reply);
        return Optional.empty();
    }

    private final class OnRelay implements AssistantRelay {
        @Override
        public Optional<JsonNode> list() throws InterruptedException {
            return get("/assistants");
        }

        @Override
        public Optional<JsonNode> put(String id, String details, Optional<String> status)
                throws InterruptedException {
            MachineLogin now = login.get();
            if (now == null) {
                return Optional.empty();
            }
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("details", details);
            status.ifPresent(text -> body.put("status", text));
            return success(
                    relay.put(now.bearer(), path + "/assistants/" + id, body, answer -> answer));
        }
    }

    private final class Runs implements JobWork {
        @Override
        public AgentSessions.Outcome start(
                String assistantId, String directory, String prompt, ObjectNode start)
                throws IOException, InterruptedException {
            if (agents.isEmpty()) {
                return new AgentSessions.Outcome.Refused("This machine runs no agents");
            }
            Path where;
            if (assistantId.isEmpty()) {
                where = inside(directory);
            } else {
                Optional<Path> known = assistants.directoryOf(assistantId);
                if (known.isEmpty()) {
                    return new AgentSessions.Outcome.Refused(
                            "The assistant of this job is not approved");
                }
                where = inside(known.get().toString());
            }
            return guarded(agents.get()).spawnWithPrompt(where, start, prompt);
        }

        private Path inside(String directory) throws IOException {
            return access.roots().directory(directory);
        }

        @Override
        public boolean runs(String sessionId) {
            return agents.map(AgentSessions::running).orElse(List.of()).stream()
                    .anyMatch(one -> one.sessionId().equals(sessionId));
        }
    }

    /// Starts nothing in the directory of an assistant that is not approved.
    private record Guarded(AgentSessions runner, Assistants assistants) implements AgentSessions {
        @Override
        public Outcome spawn(Path directory, ObjectNode params)
                throws IOException, InterruptedException {
            Optional<String> objection = assistants.objection(directory);
            return objection.isPresent()
                    ? new Outcome.Refused(objection.get())
                    : runner.spawn(directory, params);
        }

        @Override
        public Outcome spawnWithPrompt(Path directory, ObjectNode params, String prompt)
                throws IOException, InterruptedException {
            Optional<String> objection = assistants.objection(directory);
            return objection.isPresent()
                    ? new Outcome.Refused(objection.get())
                    : runner.spawnWithPrompt(directory, params, prompt);
        }

        @Override
        public Outcome run(Path directory, Optional<String> agent, List<String> command)
                throws IOException, InterruptedException {
            Optional<String> objection = assistants.objection(directory);
            return objection.isPresent()
                    ? new Outcome.Refused(objection.get())
                    : runner.run(directory, agent, command);
        }

        @Override
        public List<Running> running() {
            return runner.running();
        }

        @Override
        public ObjectNode machineFields() {
            return runner.machineFields();
        }

        @Override
        public Outcome resume(String sessionId, ObjectNode params)
                throws IOException, InterruptedException {
            return runner.resume(sessionId, params);
        }

        @Override
        public boolean stop(String sessionId) throws IOException, InterruptedException {
            return runner.stop(sessionId);
        }
    }

    @Override
    public void close() {
        jobs.close();
    }
}
