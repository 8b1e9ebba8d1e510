package dev.roosthold.daemon.agents;

import dev.roosthold.client.Reply;
import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.daemon.sessions.RestoredKeys;
import dev.roosthold.daemon.shell.ProcessTree;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Runs the agent sessions of a machine. Thread-safe.
///
/// Everything that must survive is in the directory `sessions` of the daemon's home: a record per
/// session and the messages that wait for the relay. Only the daemon that holds the machine's lock
/// may have one of these.
public final class AgentRunner implements AgentSessions {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRunner.class);

    /// Clients give up a call after some twenty-eight seconds, people earlier.
    private static final Duration START_ANSWER = Duration.ofSeconds(14);

    private static final long RETRY_MS = 1_000;

    /// A start that nobody asks about any more is forgotten.
    private static final Duration START_KEPT = Duration.ofMinutes(3);

    private static final Duration STOP_ANSWER = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(4);

    /// How long a resume waits for the end of the same session.
    private static final Duration ENDING = Duration.ofSeconds(10);

    /// Sessions that answer at the same time, with a process each while they work.
    private static final int MAX_SESSIONS = 32;

    /// After a restart of the daemon so many wait for messages again; the others are over.
    private static final int MAX_RESTORED = 20;

    private static final Duration MAX_AGE = Duration.ofDays(14);

    /// Records of sessions that are over and can be resumed.
    private static final int MAX_ENDED = 200;

    private final AgentHost host;
    private final AgentSettings settings;
    private final AgentCatalog catalog;
    private final Path directory;
    private final RelayAccess relay;
    private final RestoredKeys restoredKeys;
    private final Map<SessionId, AgentSession> running = new ConcurrentHashMap<>();
    private final Map<String, SessionRecord> records = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Outcome>> starting = new ConcurrentHashMap<>();
    private final Object startLock = new Object();
    private volatile boolean closed;

    /// With the person's settings, which are read when the daemon starts.
    public static Factory factory() {
        return host -> open(host, AgentSettings.read(host.home()));
    }

    /// With these settings.
    public static Factory factory(AgentSettings settings) {
        return host -> open(host, settings);
    }

    private static AgentRunner open(AgentHost host, AgentSettings settings) {
        try {
            AgentRunner runner = new AgentRunner(host, settings);
            runner.restore();
            return runner;
        } catch (IOException e) {
            throw new DaemonException("cannot use the sessions in " + host.home(), e);
        }
    }

    private AgentRunner(AgentHost host, AgentSettings settings) throws IOException {
        this.host = host;
        this.settings = settings;
        String path = System.getenv("PATH");
        catalog = new AgentCatalog(settings, path == null ? "" : path, host.clock());
        directory = host.home().resolve("sessions");
        PrivateFiles.createDirectory(host.home());
        PrivateFiles.createDirectory(directory);
        // Before anything is sent: files need the keys of their sessions.
        SessionRecord.readAll(directory).forEach(one -> records.put(one.tag(), one));
        relay = new RelayAccess(host, directory, this::key, this::gone);
        restoredKeys = new RestoredKeys(host.home());
    }

    // After a start of the daemon.

    private void restore() {
        List<SessionRecord> all = new ArrayList<>(records.values());
        endLeftovers(all);
        all.sort(Comparator.comparingLong(SessionRecord::usedAtMs).reversed());
        long oldest = host.clock().millis() - MAX_AGE.toMillis();
        int restored = 0;
        int ended = 0;
        for (SessionRecord record : all) {
            switch (record.phase()) {
                case RUNNING -> {
                    boolean kept = restored < MAX_RESTORED && record.usedAtMs() > oldest;
                    if (kept && record.id().isPresent()) {
                        restored++;
                    } else {
                        // Also a start that did not get far: nobody was told of it.
                        record.phase(SessionRecord.Phase.ENDING);
                    }
                    begin(record);
                }
                case ENDING -> begin(record);
                case ENDED -> {
                    if (ended++ >= MAX_ENDED) {
                        record.delete();
                        records.remove(record.tag());
                    }
                }
            }
        }
    }

    private void begin(SessionRecord record) {
        Optional<SessionId> id = record.id();
        if (id.isPresent()) {
            AgentSession session = session(record, id.get(), false);
            session.start();
        } else {
            Thread.ofVirtual().name("roost-session-find").start(() -> find(record));
        }
    }

    /// A session whose making was cut short may be on the relay: its tag leads to it, and it is
    /// told as over.
    private void find(SessionRecord record) {
        try {
            while (!closed) {
                switch (onRelay(record)) {
                    case Reply.Success(Optional<OpenSession> found) -> {
                        if (found.isEmpty()) {
                            record.delete();
                            records.remove(record.tag());
                        } else {
                            SessionId id = found.get().id();
                            record.change(json -> json.put("id", id.value()));
                            session(record, id, false).start();
                        }
                        return;
                    }
                    default -> Thread.sleep(Duration.ofSeconds(5));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("a session was not found again: {}", e.getClass().getName());
        }
    }

    /// Agents of a daemon that was killed.
    private static void endLeftovers(List<SessionRecord> all) {
        Set<String> marks = new HashSet<>();
        Map<Long, Long> processes = new HashMap<>();
        for (SessionRecord record : all) {
            // The pid goes when the agent has ended properly; the mark is older than the pid.
            if (record.phase() != SessionRecord.Phase.ENDED || record.process().isPresent()) {
                record.mark().ifPresent(marks::add);
            }
            record.process().ifPresent(one -> processes.put(one.getKey(), one.getValue()));
        }
        ProcessTree.endLeftovers(marks, processes);
    }

    private AgentSession session(SessionRecord record, SessionId id, boolean resumed) {
        AgentSession[] self = new AgentSession[1];
        AgentSession session =
                new AgentSession(
                        host,
                        relay,
                        catalog,
                        settings,
                        record,
                        id,
                        resumed,
                        () -> running.remove(id, self[0]));
        self[0] = session;
        running.put(id, session);
        return session;
    }

    private Optional<SymmetricKey> key(SessionId id) {
        return records.values().stream()
                .filter(one -> one.id().filter(id::equals).isPresent())
                .map(SessionRecord::key)
                .findFirst();
    }

    private void gone(SessionId id) {
        relay.outbox().discard(id);
        AgentSession session = running.get(id);
        if (session != null) {
            records.remove(session.record().tag());
            session.gone();
        }
    }

    // Starts.

    @Override
    public Outcome spawn(Path where, ObjectNode params) throws IOException, InterruptedException {
        String asked = params.path("agent").asString("");
        Optional<String> name = asked.isBlank() ? catalog.usual() : Optional.of(asked.strip());
        if (name.isEmpty()) {
            return new Outcome.Refused(
                    "No coding agent is installed on this machine. For example: npm install -g"
                            + " opencode-ai");
        }
        return again(
                "spawn " + where + " " + key(params),
                () -> start(where, name.get(), List.of(), "daemon", params));
    }

    /// The prompt goes to the relay like every message of the person, and comes back from there: it
    /// is acted on once, also across a crash.
    @Override
    public Outcome spawnWithPrompt(Path where, ObjectNode params, String prompt)
            throws IOException, InterruptedException {
        Outcome outcome = spawn(where, params);
        while (outcome instanceof Outcome.Pending && !closed) {
            outcome = spawn(where, params);
        }
        if (outcome instanceof Outcome.Started(String id)) {
            AgentSession session = running.get(new SessionId(id));
            if (session == null) {
                return new Outcome.Refused("The session has ended at once");
            }
            ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "user");
            message.putObject("content").put("type", "text").put("text", prompt);
            message.putObject("meta").put("sentFrom", "job");
            relay.send(
                    session.id(), relay.key(session.record().key()), Outbox.newLocalId(), message);
        }
        return outcome;
    }

    /// Starts a session for somebody at the machine itself.
    ///
    /// @param agent empty for the usual one
    /// @param command of an agent that has no name; may be empty
    @Override
    public Outcome run(Path where, Optional<String> agent, List<String> command)
            throws InterruptedException {
        Optional<String> name =
                agent.or(
                        () ->
                                command.isEmpty()
                                        ? catalog.usual()
                                        : Optional.of(
                                                String.valueOf(
                                                        Path.of(command.getFirst())
                                                                .getFileName())));
        if (name.isEmpty()) {
            return new Outcome.Refused("No coding agent is installed on this machine");
        }
        return again(
                "run " + UUID.randomUUID(),
                () ->
                        start(
                                where,
                                name.get(),
                                command,
                                "terminal",
                                JsonNodeFactory.instance.objectNode()));
    }

    /// The same call again belongs to the same start.
    private static String key(ObjectNode params) {
        String own = params.path("clientRequestId").asString("");
        return own.isEmpty() ? params.toString() : own;
    }

    @FunctionalInterface
    private interface Start {
        Outcome run() throws InterruptedException;
    }

    private Outcome again(String key, Start start) throws InterruptedException {
        CompletableFuture<Outcome> outcome =
                starting.computeIfAbsent(
                        key,
                        _ -> {
                            CompletableFuture<Outcome> fresh = new CompletableFuture<>();
                            Thread.ofVirtual()
                                    .name("roost-session-start")
                                    .start(() -> run(start, fresh));
                            return fresh;
                        });
        try {
            Outcome result = outcome.get(START_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            starting.remove(key, outcome);
            return result;
        } catch (TimeoutException _) {
            var _ = host.scheduler().after(START_KEPT, () -> starting.remove(key, outcome));
            return new Outcome.Pending(Integer.toHexString(key.hashCode()), RETRY_MS);
        } catch (ExecutionException e) {
            starting.remove(key, outcome);
            return new Outcome.Refused("The session could not be started");
        }
    }

    private static void run(Start start, CompletableFuture<Outcome> outcome) {
        try {
            outcome.complete(start.run());
        } catch (RuntimeException e) {
            LOG.warn("a start failed: {}", e.getClass().getName());
            outcome.completeExceptionally(e);
        } catch (InterruptedException e) {
            outcome.completeExceptionally(e);
        }
    }

    private Outcome start(
            Path where, String agent, List<String> command, String startedBy, ObjectNode params)
            throws InterruptedException {
        if (command.isEmpty() && catalog.command(agent).isEmpty()) {
            return new Outcome.Refused(catalog.absent(agent));
        }
        SessionRecord record;
        synchronized (startLock) {
            if (closed) {
                return new Outcome.Refused("The machine daemon is stopping");
            }
            if (running.size() >= MAX_SESSIONS) {
                return new Outcome.Refused(
                        "Too many sessions run on this machine: " + running.size());
            }
            record =
                    SessionRecord.create(
                            directory,
                            UUID.randomUUID().toString(),
                            SymmetricKey.random(host.random()),
                            agent,
                            command,
                            where,
                            host.clock().millis());
            records.put(record.tag(), record);
        }
        record.change(
                json -> {
                    json.set("picks", Picks.ofStart(params).json());
                    json.set("extras", extras(params, startedBy));
                    ObjectNode environment = environment(agent, params);
                    if (!environment.isEmpty()) {
                        json.set("environment", environment);
                    }
                    conversation(params).ifPresent(one -> json.put("conversation", one));
                });
        Optional<SessionId> id = make(record);
        if (id.isEmpty()) {
            record.delete();
            records.remove(record.tag());
            return new Outcome.Refused("The relay did not take the session");
        }
        AgentSession session = session(record, id.get(), false);
        session.start();
        return ready(session, true);
    }

    /// Waits for the agent.
    ///
    /// @param fresh a session whose agent cannot be started is over at once
    private static Outcome ready(AgentSession session, boolean fresh) throws InterruptedException {
        try {
            Optional<String> problem = session.wake().get();
            if (problem.isEmpty()) {
                return new Outcome.Started(session.id().value());
            }
            if (fresh) {
                boolean _ = session.end("daemon", "The agent could not be started").get();
            }
            return new Outcome.Refused(problem.get());
        } catch (ExecutionException e) {
            return new Outcome.Refused("The agent could not be started");
        }
    }

    private Optional<SessionId> make(SessionRecord record) throws InterruptedException {
        if (onRelay(record) instanceof Reply.Success(Optional<OpenSession> made)
                && made.isPresent()) {
            SessionId id = made.get().id();
            record.change(json -> json.put("id", id.value()));
            return Optional.of(id);
        }
        return Optional.empty();
    }

    private Reply<Optional<OpenSession>> onRelay(SessionRecord record) throws InterruptedException {
        ObjectNode metadata = SessionMetadata.of(host, record);
        SessionShown.showPicks(metadata, record.picks());
        metadata.put("lifecycleState", "running");
        metadata.put("lifecycleStateSince", record.createdAtMs());
        ObjectNode state = JsonNodeFactory.instance.objectNode().put("controlledByUser", false);
        return relay.create(record.tag(), metadata, state, relay.key(record.key()));
    }

    private static ObjectNode extras(ObjectNode params, String startedBy) {
        ObjectNode extras = JsonNodeFactory.instance.objectNode();
        extras.put("startedBy", startedBy);
        extras.put("startedFromDaemon", startedBy.equals("daemon"));
        for (String kept : List.of("parentSessionId", "forkedFromMessageId", "jobId")) {
            if (params.path(kept).isString()) {
                extras.put(kept, params.path(kept).asString());
            }
        }
        if (params.path("isSideChat").asBoolean(false)) {
            extras.put("isSideChat", true);
        }
        return extras;
    }

    private static Optional<String> conversation(ObjectNode params) {
        for (String name : List.of("resumeClaudeSessionId", "resumeCodexThreadId")) {
            String id = params.path(name).asString("");
            if (!id.isEmpty()) {
                return Optional.of(id);
            }
        }
        return Optional.empty();
    }

    /// Variables can make any program run, so they are for those who may run commands anyway.
    private ObjectNode environment(String agent, ObjectNode params) {
        ObjectNode environment = JsonNodeFactory.instance.objectNode();
        if (host.policy().get() == RemotePolicy.FULL) {
            for (Map.Entry<String, JsonNode> one :
                    params.path("environmentVariables").properties()) {
                String name = one.getKey();
                boolean usable =
                        name.matches("[A-Za-z_][A-Za-z0-9_]{0,199}")
                                && !name.startsWith("ROOST_")
                                && one.getValue().isString()
                                && one.getValue().asString().indexOf('\0') < 0;
                if (usable && environment.size() < 200) {
                    environment.put(name, one.getValue().asString());
                }
            }
        }
        String token = params.path("token").asString("");
        if (agent.equals("claude") && !token.isEmpty()) {
            environment.put("CLAUDE_CODE_OAUTH_TOKEN", token);
        }
        return environment;
    }

    @Override
    public Outcome resume(String sessionId, ObjectNode params) throws InterruptedException {
        Optional<SessionRecord> record =
                records.values().stream()
                        .filter(
                                one ->
                                        one.id()
                                                .filter(id -> id.value().equals(sessionId))
                                                .isPresent())
                        .findFirst();
        return again(
                "resume " + sessionId,
                () ->
                        record.isPresent()
                                ? resume(record.get(), params)
                                : resumeForgotten(sessionId, params));
    }

    /// A session that this machine ran before it lost its files: its owner has handed its key over
    /// again, and the rest stands in its metadata. What the person wrote before is not acted on
    /// again.
    private Outcome resumeForgotten(String sessionId, ObjectNode params)
            throws InterruptedException {
        Optional<SymmetricKey> key;
        try {
            key = restoredKeys.find(sessionId);
        } catch (IOException e) {
            LOG.warn("a session's key cannot be read: {}", e.getClass().getName());
            return new Outcome.Refused("The key of the session cannot be read on this machine");
        }
        if (key.isEmpty()) {
            return new Outcome.Refused("No such session was run on this machine");
        }
        SessionId id = new SessionId(sessionId);
        if (!(relay.find(id, relay.key(key.get()))
                instanceof Reply.Success(Optional<OpenSession> answer))) {
            return new Outcome.Refused("The relay did not answer");
        }
        if (answer.isEmpty()) {
            return new Outcome.Refused("The session does not open with the key that was restored");
        }
        OpenSession found = answer.get();
        ObjectNode metadata = found.metadata().orElseThrow();
        if (!metadata.path("machineId").asString("").equals(host.machine().value())) {
            return new Outcome.Refused("No such session was run on this machine");
        }
        String agent = metadata.path("flavor").asString("");
        if (catalog.command(agent).isEmpty()) {
            return new Outcome.Refused(catalog.absent(agent));
        }
        Path where;
        try {
            where = Path.of(metadata.path("path").asString("")).toRealPath();
        } catch (IOException | InvalidPathException e) {
            return new Outcome.Refused("The directory of the session is not there any more");
        }
        if (host.roots().get().directories().stream().noneMatch(where::startsWith)) {
            return new Outcome.Refused(
                    "The directory of the session is outside of what may be used from afar");
        }
        return resume(remembered(key.get(), found, agent, where), params);
    }

    private SessionRecord remembered(
            SymmetricKey key, OpenSession found, String agent, Path where) {
        ObjectNode metadata = found.metadata().orElseThrow();
        SessionRecord record =
                SessionRecord.create(
                        directory,
                        UUID.randomUUID().toString(),
                        key,
                        agent,
                        List.of(),
                        where,
                        host.clock().millis());
        record.change(
                json -> {
                    json.put("id", found.id().value());
                    json.put("phase", SessionRecord.Phase.ENDED.name());
                    json.put("found", true);
                    json.put("position", found.row().seq());
                    JsonNode conversation = metadata.path("agentSessionId");
                    if (conversation.isString()) {
                        json.put("conversation", conversation.asString());
                    }
                    JsonNode title = metadata.path("summary").path("text");
                    if (title.isString()) {
                        json.put("title", title.asString());
                        json.put("titleAt", metadata.path("summary").path("updatedAt").asLong(0));
                    }
                });
        records.put(record.tag(), record);
        return record;
    }

    private Outcome resume(SessionRecord record, ObjectNode params) throws InterruptedException {
        SessionId id = record.id().orElseThrow();
        awaitEnd(id, record);
        if (!running.containsKey(id)) {
            announce(id, record);
        }
        AgentSession session;
        synchronized (startLock) {
            if (closed) {
                return new Outcome.Refused("The machine daemon is stopping");
            }
            Picks picks = Picks.ofStart(params);
            if (!picks.equals(Picks.NONE)) {
                record.change(json -> json.set("picks", picks.json()));
            }
            AgentSession known = running.get(id);
            if (known != null && record.phase() == SessionRecord.Phase.RUNNING) {
                session = known;
            } else if (known != null) {
                return new Outcome.Refused("The session is just ending; try again in a moment");
            } else {
                record.change(
                        json ->
                                json.put("phase", SessionRecord.Phase.RUNNING.name())
                                        .put("usedAt", host.clock().millis()));
                session = session(record, id, true);
                session.start();
            }
        }
        return ready(session, false);
    }

    /// For a minute after its end the relay counts no sign of life of a session, so that a late one
    /// does not bring it back. Making it again, which leaves it as it is, tells the relay that this
    /// is none of those.
    private void announce(SessionId id, SessionRecord record) throws InterruptedException {
        boolean there =
                record.made()
                        && relay.find(id, relay.key(record.key()))
                                instanceof Reply.Success(Optional<OpenSession> found)
                        && found.isPresent();
        if (there) {
            var _ = onRelay(record);
        }
    }

    /// Who goes on with a session that they have just ended need not ask twice.
    private void awaitEnd(SessionId id, SessionRecord record) throws InterruptedException {
        long end = System.nanoTime() + ENDING.toNanos();
        while (running.containsKey(id)
                && record.phase() != SessionRecord.Phase.RUNNING
                && !closed
                && System.nanoTime() < end) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    @Override
    public boolean stop(String sessionId) throws InterruptedException {
        Optional<AgentSession> session =
                running.values().stream()
                        .filter(one -> one.id().value().equals(sessionId))
                        .findFirst();
        if (session.isEmpty()) {
            return false;
        }
        try {
            boolean _ =
                    session.get()
                            .end("app", "The session was stopped")
                            .get(STOP_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException _) {
            LOG.warn("a session takes long to end");
        }
        return true;
    }

    @Override
    public List<Running> running() {
        return running.values().stream()
                .filter(one -> one.record().phase() == SessionRecord.Phase.RUNNING)
                .map(
                        one ->
                                new Running(
                                        one.id().value(),
                                        one.record().directory(),
                                        one.record().agent(),
                                        one.record().createdAtMs()))
                .toList();
    }

    @Override
    public ObjectNode machineFields() {
        return catalog.machineFields();
    }

    @Override
    public void close() {
        List<CompletableFuture<Boolean>> leaving = new ArrayList<>();
        synchronized (startLock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        running.values().forEach(session -> leaving.add(session.suspend()));
        long end = System.nanoTime() + CLOSING.toNanos();
        for (CompletableFuture<Boolean> one : leaving) {
            try {
                boolean _ = one.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException _) {
                LOG.warn("a session was not left in time");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        // Their goodbyes go on beside each other.
        while (!running.isEmpty() && System.nanoTime() < end) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        relay.close();
    }
}
