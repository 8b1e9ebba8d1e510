package dev.roosthold.daemon.agents;

import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.daemon.acp.AcpClient;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionEvent.FileAttached;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.TokenUsage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One session: takes one event after the other on a thread of its own, so that everything it sends
/// has one order.
///
/// ```
///            message                    answer of the prompt, abort, agent gone
///  waiting ----------> (agent started) working -----------------------------> waiting
///     |  idle for a while: the agent ends, the session waits on
///     +-- end: archived   +-- suspend: the daemon stops; the next start waits on
/// ```
///
/// A message's number and its turn are kept on the disk before the agent hears of it. After a crash
/// that turn is told as interrupted, and the message is not given to an agent a second time.
///
/// The public methods may be called from any thread.
final class AgentSession {
    private static final Logger LOG = LoggerFactory.getLogger(AgentSession.class);

    /// Updates of the agent that wait; then it waits too.
    private static final int MAX_UPDATES = 5_000;

    /// Messages of the person that wait for their turn.
    private static final int MAX_MESSAGES = 500;

    /// Remarks beside refusals that the agent has not heard.
    private static final int MAX_REMARKS = 20;

    private static final Duration OPTION_PATIENCE = Duration.ofSeconds(10);
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration LAST_ANSWERS = Duration.ofMillis(250);
    private static final Duration SUSPEND_PATIENCE = Duration.ofMillis(1_500);
    private static final int TITLE = 50;

    /// Names in the metadata, and in a message.
    private static final Map<String, String> PICKS =
            Map.of(
                    "permissionMode",
                    "permissionMode",
                    "modelMode",
                    "model",
                    "effortLevel",
                    "effort");

    private final AgentHost host;
    private final AgentSettings settings;
    private final SessionRecord record;
    private final SessionId id;
    private final SessionFace face;
    private final AgentStart starts;
    private final PersonFiles files;
    private final Envelopes envelopes;
    private final CommandWatch commands;
    private final Runnable ended;

    private final LinkedBlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(MAX_UPDATES);
    private final Permissions permissions = new Permissions();
    private final ArrayDeque<SessionEvent.Message> waiting = new ArrayDeque<>();
    private final ObjectNode learned = JsonNodeFactory.instance.objectNode();
    private final ObjectNode usage = JsonNodeFactory.instance.objectNode();

    private volatile CompletableFuture<Boolean> interruption = new CompletableFuture<>();
    private volatile boolean leaving;
    private volatile boolean listening;
    private volatile boolean over;

    private int generation;
    private @Nullable RunningAgent agent;
    private @Nullable Turn turn;
    private String lastTurn = "";
    private String lifecycle = "running";
    private long lifecycleSinceMs;
    private String archivedBy = "";
    private String archiveReason = "";
    private boolean overrideArchive;
    private Optional<ObjectNode> picked = Optional.empty();
    private long activeAtNanos = System.nanoTime();

    private static final class Turn {
        final String id;
        final TurnOutput output;
        boolean cancelled;

        Turn(String id, TurnOutput output) {
            this.id = id;
            this.output = output;
        }
    }

    /// @param resumed whether the session was over, and shall not be any more
    /// @param ended called when nothing more comes of this object
    AgentSession(
            AgentHost host,
            RelayAccess relay,
            AgentCatalog catalog,
            AgentSettings settings,
            SessionRecord record,
            SessionId id,
            boolean resumed,
            Runnable ended) {
        this.host = host;
        this.settings = settings;
        this.record = record;
        this.id = id;
        this.ended = ended;
        overrideArchive = resumed;
        lifecycleSinceMs = host.clock().millis();
        envelopes = new Envelopes(host.clock(), host.random());
        commands =
                new CommandWatch(
                        host.commands(),
                        host.clock(),
                        id.value(),
                        record.agent(),
                        record.directory(),
                        terminal -> {
                            RunningAgent now = agent;
                            return now == null
                                    ? OptionalInt.empty()
                                    : now.terminals().exitCode(terminal);
                        });
        files = new PersonFiles(id, record, relay);
        starts = new AgentStart(record, catalog, this::roots, host.version());
        face =
                new SessionFace(
                        id,
                        record,
                        host,
                        relay,
                        SessionRpc.of(this, this::roots),
                        new SessionFace.Listener() {
                            @Override
                            public void message(long seq, ObjectNode content) {
                                events.add(new SessionEvent.Message(seq, content));
                            }

                            @Override
                            public void metadata(ObjectNode metadata) {
                                events.add(new SessionEvent.Metadata(metadata));
                            }

                            @Override
                            public void gone() {
                                interrupt();
                                events.add(new SessionEvent.Gone());
                            }
                        });
    }

    SessionId id() {
        return id;
    }

    SessionRecord record() {
        return record;
    }

    /// Connects and begins to react.
    void start() {
        Thread.ofVirtual().name("roost-session").start(this::run);
    }

    /// The session's directory, as long as it is inside the machine's roots.
    private Roots roots() {
        Roots machine = host.roots().get();
        boolean inside = machine.directories().stream().anyMatch(record.directory()::startsWith);
        return new Roots(inside ? List.of(record.directory()) : List.of(), machine.closed());
    }

    // What others ask.

    /// Has the agent started; completes with what went wrong, if anything.
    CompletableFuture<Optional<String>> wake() {
        SessionEvent.Wake event = new SessionEvent.Wake(new CompletableFuture<>());
        post(event, () -> event.problem().complete(Optional.of("The session is over")));
        return event.problem();
    }

    /// Takes the person's answer; completes with whether it was the first one to an open question.
    CompletableFuture<Boolean> answer(ObjectNode params) {
        SessionEvent.Answer event = new SessionEvent.Answer(params, new CompletableFuture<>());
        post(event, () -> event.counted().complete(false));
        return event.counted();
    }

    CompletableFuture<Boolean> abort() {
        SessionEvent.Abort event = new SessionEvent.Abort(new CompletableFuture<>());
        interrupt();
        post(event, () -> event.done().complete(false));
        return event.done();
    }

    /// Ends the session; completes when nothing of the agent is left.
    CompletableFuture<Boolean> end(String by, String reason) {
        SessionEvent.End event = new SessionEvent.End(by, reason, new CompletableFuture<>());
        leaving = true;
        interrupt();
        post(event, () -> event.done().complete(true));
        return event.done();
    }

    /// Leaves the session for the daemon's next start; completes when that is done.
    CompletableFuture<Boolean> suspend() {
        SessionEvent.Suspend event = new SessionEvent.Suspend(new CompletableFuture<>());
        leaving = true;
        interrupt();
        post(event, () -> event.done().complete(true));
        return event.done();
    }

    /// The relay has said that there is no such session.
    void gone() {
        leaving = true;
        interrupt();
        events.add(new SessionEvent.Gone());
    }

    private void post(SessionEvent event, Runnable tooLate) {
        events.add(event);
        if (over) {
            tooLate.run();
        }
    }

    private void interrupt() {
        interruption.complete(true);
    }

    // The thread of the session.

    private void run() {
        try {
            begin();
            while (!over) {
                SessionEvent event = next();
                try {
                    if (event == null) {
                        rest();
                    } else {
                        react(event);
                    }
                    takeTurns();
                } catch (RuntimeException e) {
                    LOG.warn("a session's event failed: {}", where(e));
                    if (turn != null) {
                        endTurn(TurnStatus.FAILED, "The machine daemon failed");
                    }
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("a session's thread was interrupted");
        } finally {
            over = true;
            stopAgent();
            face.close();
            refuseTheRest();
            ended.run();
        }
    }

    /// The message of an exception may hold what the person wrote, which is secret.
    private static String where(RuntimeException failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return failure.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private void refuseTheRest() {
        for (SessionEvent event = events.poll(); event != null; event = events.poll()) {
            switch (event) {
                case SessionEvent.Wake(var problem) ->
                        problem.complete(Optional.of("The session is over"));
                case SessionEvent.Answer(_, var counted) -> counted.complete(false);
                case SessionEvent.Abort(var done) -> done.complete(false);
                case SessionEvent.End(_, _, var done) -> done.complete(true);
                case SessionEvent.Suspend(var done) -> done.complete(true);
                default -> {}
            }
        }
    }

    private void begin() throws InterruptedException {
        boolean ending = record.phase() == SessionRecord.Phase.ENDING;
        record.openTurn()
                .ifPresent(
                        interrupted -> {
                            send(
                                    envelopes.service(
                                            interrupted,
                                            "The machine daemon stopped while the agent was"
                                                    + " working; its answer is incomplete. Write"
                                                    + " again to go on."));
                            tellOfFiles(interrupted);
                            send(envelopes.turnEnd(interrupted, TurnStatus.CANCELLED));
                            record.change(json -> json.remove("openTurn"));
                        });
        if (ending) {
            lifecycle = "archived";
            archivedBy = "daemon";
            archiveReason = "The session was ended";
        }
        showState();
        showMetadata();
        face.open();
        if (ending) {
            leave();
        }
    }

    private @Nullable SessionEvent next() throws InterruptedException {
        if (agent == null || turn != null || permissions.isOpen()) {
            return events.take();
        }
        long left = settings.idle().toNanos() - (System.nanoTime() - activeAtNanos);
        return events.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
    }

    /// Nothing has happened for a while.
    private void rest() {
        stopAgent();
        long seen = face.seen();
        if (events.isEmpty() && waiting.isEmpty() && seen > record.position()) {
            record.change(json -> json.put("position", seen));
        }
    }

    private void react(SessionEvent event) throws InterruptedException {
        switch (event) {
            case SessionEvent.Message message -> {
                if (waiting.size() < MAX_MESSAGES) {
                    waiting.add(message);
                }
            }
            case SessionEvent.Update(int from, JsonNode update) -> {
                room.release();
                if (agent != null && from == agent.generation()) {
                    active();
                    update(agent, update);
                }
            }
            case SessionEvent.Asked asked -> asked(asked);
            case SessionEvent.Answer(ObjectNode params, var counted) ->
                    counted.complete(answered(params));
            case SessionEvent.PromptDone done -> promptDone(done);
            case SessionEvent.AgentGone(int from) -> {
                if (agent != null && from == agent.generation()) {
                    agentGone(agent);
                }
            }
            case SessionEvent.Abort(var done) -> {
                done.complete(turn != null);
                cancelTurn();
            }
            case SessionEvent.Stuck(String stuck) -> {
                if (turn != null && turn.id.equals(stuck)) {
                    stopAgent();
                    endTurn(
                            TurnStatus.CANCELLED,
                            "The agent did not stop by itself and was ended.");
                }
            }
            case SessionEvent.Wake(var problem) -> {
                Optional<String> wrong = leaving ? Optional.of("The session is over") : ready();
                active();
                problem.complete(wrong);
            }
            case SessionEvent.Metadata(ObjectNode metadata) -> metadata(metadata);
            case SessionEvent.End end -> {
                end(end);
                leave();
            }
            case SessionEvent.Suspend(var done) -> {
                suspendNow();
                over = true;
                done.complete(true);
            }
            case SessionEvent.Gone _ -> {
                stopAgent();
                record.delete();
                over = true;
            }
        }
    }

    private void active() {
        activeAtNanos = System.nanoTime();
    }

    private void send(ObjectNode content) {
        try {
            face.send(content);
        } catch (OutboxException e) {
            LOG.warn("a message could not be kept: {}", e.getMessage());
            host.notice().accept("a message of an agent is lost: " + e.getMessage());
        }
    }

    private TurnOutput output(String id) {
        return new TurnOutput(id, envelopes, this::send, face::stream, this::send, commands);
    }

    private void send(String of, AgentFile file) {
        Function<String, ObjectNode> message = envelopes.file(of, file);
        try {
            face.file(
                    file,
                    FileSender.fate(
                            ref -> send(message.apply(ref)),
                            why ->
                                    send(
                                            envelopes.service(
                                                    of,
                                                    "The file "
                                                            + file.name()
                                                            + " of the agent is not shown: "
                                                            + why
                                                            + "."))));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // Turns.

    private void takeTurns() {
        while (turn == null && !waiting.isEmpty() && !over && !leaving) {
            begin(waiting.remove());
        }
    }

    private void begin(SessionEvent.Message message) {
        if (message.seq() <= record.position()) {
            return;
        }
        Optional<FileAttached> attached = PersonFiles.of(message.content());
        if (attached.isPresent()) {
            files.keep(message.seq(), attached.get());
            return;
        }
        JsonNode content = message.content().path("content");
        JsonNode meta = message.content().path("meta");
        String text = content.path("text").asString("");
        JsonNode mode = meta.path("permissionMode");
        boolean forAgent =
                content.path("type").asString("").equals("text")
                        && !text.isBlank()
                        && (!mode.isString() || Picks.MODES.contains(mode.asString()));
        if (!forAgent) {
            record.change(json -> json.put("position", message.seq()));
            return;
        }
        String id = UUID.randomUUID().toString();
        lastTurn = id;
        if (host.policy().get() == RemotePolicy.LOCKED) {
            record.change(json -> json.put("position", message.seq()).remove("files"));
            send(
                    envelopes.service(
                            id, "This machine is locked: the message was not given to the agent."));
            return;
        }
        Picks picks = record.picks().with(meta);
        record.change(
                json -> {
                    json.put("position", message.seq());
                    json.put("openTurn", id);
                    json.put("usedAt", host.clock().millis());
                    json.set("picks", picks.json());
                });
        Turn fresh = new Turn(id, output(id));
        turn = fresh;
        send(envelopes.turnStart(id));
        face.thinking(true);
        nameAfter(text);
        Optional<String> wrong = ready();
        RunningAgent ready = agent;
        if (wrong.isPresent() || ready == null) {
            boolean unwanted = fresh.cancelled || leaving || interruption.isDone();
            endTurn(unwanted ? TurnStatus.CANCELLED : TurnStatus.FAILED, wrong.orElse(""));
            return;
        }
        choose(ready, picks);
        List<String> texts = takeRemarks();
        texts.add(text);
        prompt(ready, fresh, texts);
    }

    private void prompt(RunningAgent ready, Turn of, List<String> texts) {
        ObjectNode prompt = JsonNodeFactory.instance.objectNode();
        prompt.put("sessionId", ready.conversation());
        ArrayNode blocks = prompt.putArray("prompt");
        texts.forEach(text -> blocks.addObject().put("type", "text").put("text", text));
        files.give(ready.accepted(), blocks, text -> send(envelopes.service(of.id, text)));
        ready.connection()
                .request("session/prompt", prompt)
                .whenComplete(
                        (result, failure) ->
                                events.add(new SessionEvent.PromptDone(of.id, result, failure)));
    }

    /// What the person said beside a refusal goes to the agent with the next prompt.
    private void remark(String remark) {
        record.change(
                json -> {
                    ArrayNode remarks = json.withArray("remarks");
                    remarks.add(remark);
                    if (remarks.size() > MAX_REMARKS) {
                        remarks.remove(0);
                    }
                });
    }

    private List<String> takeRemarks() {
        List<String> remarks = record.remarks();
        if (!remarks.isEmpty()) {
            record.change(json -> json.remove("remarks"));
        }
        return remarks;
    }

    /// Starts the agent where there is none.
    ///
    /// @return what went wrong
    private Optional<String> ready() {
        if (agent != null) {
            return Optional.empty();
        }
        CompletableFuture<Boolean> stop = new CompletableFuture<>();
        interruption = stop;
        if (leaving) {
            return Optional.of("The session is over");
        }
        listening = false;
        int next = ++generation;
        return switch (starts.run(new Client(next), () -> listening = true, next, stop)) {
            case AgentStart.Outcome.Failed(String reason) -> Optional.of(reason);
            case AgentStart.Outcome.Interrupted() -> Optional.of("The start was called off");
            case AgentStart.Outcome.Ready(RunningAgent ready, boolean forgot) -> {
                agent = ready;
                active();
                ready.options().show(learned);
                learned.put("agentSessionId", ready.conversation());
                switch (record.agent()) {
                    case "claude" -> learned.put("claudeSessionId", ready.conversation());
                    case "codex" -> learned.put("codexThreadId", ready.conversation());
                    default -> {}
                }
                if (forgot) {
                    String note =
                            "The agent could not go on with the earlier conversation and has begun"
                                    + " a new one: it does not know what was said before.";
                    if (turn == null) {
                        send(envelopes.service(UUID.randomUUID().toString(), note));
                    } else {
                        turn.output.service(note);
                    }
                }
                choose(ready, record.picks());
                showMetadata();
                yield Optional.empty();
            }
        };
    }

    /// Brings mode, model and effort to the agent. What it does not take stays as it is.
    private void choose(RunningAgent ready, Picks picks) {
        boolean changed = false;
        for (AgentOptions.Request request : ready.options().requests(picks, ready.conversation())) {
            try {
                JsonNode answer =
                        ready.connection()
                                .request(request.method(), request.params())
                                .get(OPTION_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                ready.options().options(answer.path("configOptions"));
                changed = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("the agent does not take {}", request.method());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (changed) {
            ready.options().show(learned);
            showMetadata();
        }
    }

    private void promptDone(SessionEvent.PromptDone done) {
        if (turn == null || !turn.id.equals(done.turn())) {
            return;
        }
        JsonNode result = done.result();
        if (result == null) {
            Throwable failure = done.failure();
            if (agent != null
                    && failure instanceof AcpFailure known
                    && known.code() == AcpFailure.GONE) {
                agentGone(agent);
                return;
            }
            files.taken();
            String reason =
                    failure instanceof AcpFailure known
                            ? String.valueOf(known.getMessage())
                            : "The agent failed";
            endTurn(
                    turn.cancelled ? TurnStatus.CANCELLED : TurnStatus.FAILED,
                    turn.cancelled ? "" : reason);
            return;
        }
        files.taken();
        reportUsage(turn, result.path("usage"));
        if (agent != null && !turn.cancelled && !leaving) {
            // The agent has heard a bare no; what the person said with it is still to be told.
            List<String> remarks = takeRemarks();
            if (!remarks.isEmpty()) {
                turn.output.finish();
                prompt(agent, turn, remarks);
                return;
            }
        }
        // An agent may have been done before it heard of the cancellation; the person was not.
        String stop = turn.cancelled ? "cancelled" : result.path("stopReason").asString("end_turn");
        switch (stop) {
            case "cancelled" -> endTurn(TurnStatus.CANCELLED, "");
            case "refusal" -> endTurn(TurnStatus.FAILED, "The agent refuses to go on.");
            case "max_tokens" ->
                    endTurn(TurnStatus.COMPLETED, "The answer was cut: it became too long.");
            case "max_turn_requests" ->
                    endTurn(
                            TurnStatus.COMPLETED,
                            "The agent has used up its steps for one message.");
            default -> endTurn(TurnStatus.COMPLETED, "");
        }
    }

    /// @param note for the person; may be empty
    private void endTurn(TurnStatus status, String note) {
        Turn last = turn;
        if (last == null) {
            return;
        }
        turn = null;
        last.output.finish();
        if (!note.isEmpty()) {
            send(envelopes.service(last.id, note));
        }
        if (status != TurnStatus.COMPLETED) {
            tellOfFiles(last.id);
        }
        if (permissions.cancelAll("The turn has ended", host.clock().millis())) {
            showState();
        }
        send(envelopes.turnEnd(last.id, status));
        record.change(json -> json.remove("openTurn"));
        face.thinking(false);
        active();
    }

    private void tellOfFiles(String of) {
        files.left().ifPresent(note -> send(envelopes.service(of, note)));
    }

    private void cancelTurn() {
        Turn current = turn;
        if (current == null || current.cancelled) {
            return;
        }
        current.cancelled = true;
        if (permissions.cancelAll("The turn was ended", host.clock().millis())) {
            showState();
        }
        if (agent != null) {
            agent.connection()
                    .tell(
                            "session/cancel",
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("sessionId", agent.conversation()));
        }
        var _ =
                host.scheduler()
                        .after(
                                CANCEL_PATIENCE,
                                () -> events.add(new SessionEvent.Stuck(current.id)));
    }

    private void agentGone(RunningAgent gone) {
        String how = gone.process().end("The agent has ended unexpectedly");
        stopAgent();
        boolean cancelled = turn != null && turn.cancelled;
        endTurn(cancelled ? TurnStatus.CANCELLED : TurnStatus.FAILED, cancelled ? "" : how);
        if (permissions.cancelAll("The agent has ended", host.clock().millis())) {
            showState();
        }
    }

    private void stopAgent() {
        RunningAgent old = agent;
        if (old != null) {
            agent = null;
            listening = false;
            old.stop();
            try {
                record.change(json -> json.remove("pid"));
            } catch (UncheckedIOException _) {
                // The process is gone; a pid that is kept says when it began.
                LOG.warn("a session's record cannot be written");
            }
        }
    }

    // What the agent says.

    /// The agent's side of the conversation, on the thread that reads it.
    private final class Client implements AcpClient {
        private final int mine;
        private final AgentFiles files = new AgentFiles(AgentSession.this::roots);

        Client(int mine) {
            this.mine = mine;
        }

        @Override
        public void update(JsonNode params) {
            // While a conversation is loaded the agent repeats it.
            if (!listening) {
                return;
            }
            room.acquireUninterruptibly();
            events.add(new SessionEvent.Update(mine, params.path("update")));
        }

        @Override
        public CompletableFuture<JsonNode> request(String method, JsonNode params) {
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            if (method.equals("session/request_permission")) {
                events.add(new SessionEvent.Asked(mine, params, answer));
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

        private void serve(String method, JsonNode params, CompletableFuture<JsonNode> answer) {
            RunningAgent current = agent;
            switch (method) {
                case "fs/read_text_file" -> answer.complete(files.read(params));
                case "fs/write_text_file" -> answer.complete(files.write(params));
                default -> {
                    if (current == null) {
                        throw new AcpFailure(AcpFailure.INTERNAL, "The session is not ready");
                    }
                    current.terminals()
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

        @Override
        public void ended() {
            events.add(new SessionEvent.AgentGone(mine));
        }
    }

    private void update(RunningAgent from, JsonNode update) {
        switch (update.path("sessionUpdate").asString("")) {
            case "usage_update" -> {
                if (update.path("size").isNumber()) {
                    usage.put("context_window", update.path("size").asLong());
                }
                if (update.path("used").isNumber()) {
                    usage.put("used", update.path("used").asLong());
                }
                if (update.path("cost").path("amount").isNumber()) {
                    usage.put("cost", update.path("cost").path("amount").asDouble());
                }
            }
            case "current_mode_update" -> {
                from.options().mode(update.path("currentModeId").asString(""));
                from.options().show(learned);
                showMetadata();
            }
            case "config_option_update" -> {
                from.options().options(update.path("configOptions"));
                from.options().show(learned);
                showMetadata();
            }
            case "available_commands_update" -> {
                ArrayNode names = learned.putArray("slashCommands");
                update.path("availableCommands")
                        .forEach(
                                command -> {
                                    if (names.size() < 300) {
                                        names.add(command.path("name").asString(""));
                                    }
                                });
                showMetadata();
            }
            case "session_info_update" -> {
                String title = update.path("title").asString("").strip();
                if (!title.isEmpty()) {
                    name(title.length() <= 200 ? title : title.substring(0, 200));
                }
            }
            default -> {
                if (turn != null) {
                    boolean _ = turn.output.update(update);
                } else {
                    late(update);
                }
            }
        }
    }

    /// Some agents say a last word when the turn is over.
    private void late(JsonNode update) {
        if (lastTurn.isEmpty()) {
            return;
        }
        TurnOutput output = output(lastTurn);
        if (output.update(update)) {
            output.finish();
        }
    }

    private void asked(SessionEvent.Asked event) {
        if (agent == null
                || event.generation() != agent.generation()
                || turn == null
                || turn.cancelled) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            answer.putObject("outcome").put("outcome", "cancelled");
            event.answer().complete(answer);
            return;
        }
        active();
        AgentOptions options = agent.options();
        TurnOutput.Asked tool = turn.output.asked(event.params().path("toolCall"));
        Optional<String> question =
                permissions.ask(
                        tool.call(),
                        tool.name(),
                        tool.kind(),
                        tool.arguments(),
                        event.params().path("options"),
                        record.picks().mode().filter(mode -> !options.knowsMode(mode)),
                        host.clock().millis(),
                        event.answer());
        if (question.isPresent()) {
            showState();
        }
    }

    private boolean answered(ObjectNode params) {
        Permissions.Outcome outcome = permissions.answer(params, host.clock().millis());
        if (outcome instanceof Permissions.Outcome.Unknown) {
            return false;
        }
        showState();
        JsonNode mode = params.path("mode");
        if (mode.isString() && Picks.MODES.contains(mode.asString())) {
            Picks picks = record.picks().withMode(mode.asString());
            record.change(json -> json.set("picks", picks.json()));
            if (agent != null) {
                choose(agent, picks);
            }
        }
        switch (outcome) {
            case Permissions.Outcome.Answered(var remark) -> remark.ifPresent(this::remark);
            case Permissions.Outcome.Abort(var remark) -> {
                remark.ifPresent(this::remark);
                cancelTurn();
            }
            case Permissions.Outcome.Unknown _ -> {}
        }
        return true;
    }

    private void reportUsage(Turn of, JsonNode told) {
        long input = told.path("inputTokens").asLong(0);
        long output = told.path("outputTokens").asLong(0);
        long read = told.path("cachedReadTokens").asLong(0);
        long written = told.path("cachedWriteTokens").asLong(0);
        long used = usage.path("used").asLong(0);
        if (input + output + read + written + used == 0) {
            return;
        }
        TokenUsage numbers =
                TokenUsage.of(input + output == 0 ? used : input, output).withCache(written, read);
        if (usage.path("context_window").isNumber()) {
            numbers = numbers.withContextWindow(usage.path("context_window").asLong());
        }
        of.output.finish();
        send(envelopes.usage(of.id, numbers));
        if (input + output > 0) {
            ObjectNode tokens = JsonNodeFactory.instance.objectNode();
            tokens.put("total", input + output + read + written)
                    .put("input", input)
                    .put("output", output)
                    .put("cache_creation", written)
                    .put("cache_read", read);
            face.usage(
                    record.agent(),
                    tokens,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("total", usage.path("cost").asDouble(0)));
        }
    }

    // What clients see.

    private void nameAfter(String text) {
        if (record.title().isPresent()) {
            return;
        }
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.isEmpty()) {
            name("New Chat");
        } else if (line.codePointCount(0, line.length()) <= TITLE) {
            name(line);
        } else {
            name(line.substring(0, line.offsetByCodePoints(0, TITLE)) + "...");
        }
    }

    private void name(String title) {
        if (record.title().filter(title::equals).isPresent()) {
            return;
        }
        record.change(json -> json.put("title", title).put("titleAt", host.clock().millis()));
        showMetadata();
    }

    private void showState() {
        face.want(SessionField.AGENT_STATE, permissions.state(host.clock().millis()));
    }

    private void showMetadata() {
        ObjectNode fields = SessionMetadata.of(host, record);
        fields.setAll(learned.deepCopy());
        fields.put("lifecycleState", lifecycle);
        fields.put("lifecycleStateSince", lifecycleSinceMs);
        boolean running = lifecycle.equals("running");
        if (!running && !archivedBy.isEmpty()) {
            fields.put("archivedBy", archivedBy);
            fields.put("archiveReason", archiveReason);
        }
        boolean override = overrideArchive || !running;
        face.want(
                SessionField.METADATA,
                object -> {
                    // A person who has archived the session at the same moment is not overruled.
                    boolean archived = isArchived(object) && !override;
                    JsonNode state = object.path("lifecycleState");
                    JsonNode since = object.path("lifecycleStateSince");
                    object.setAll(fields.deepCopy());
                    if (archived) {
                        object.set("lifecycleState", state);
                        object.set("lifecycleStateSince", since);
                    } else if (running) {
                        object.remove(List.of("archivedBy", "archiveReason"));
                    }
                    return object;
                });
    }

    private static boolean isArchived(JsonNode metadata) {
        String state = metadata.path("lifecycleState").asString("");
        return state.equals("archiveRequested") || state.equals("archived");
    }

    private void metadata(ObjectNode metadata) {
        pick(metadata);
        if (!isArchived(metadata) || !lifecycle.equals("running")) {
            return;
        }
        if (overrideArchive) {
            if (!face.everWritten(SessionField.METADATA)) {
                // What was before the resume.
                return;
            }
            overrideArchive = false;
        }
        archivedBy = metadata.path("archivedBy").asString("app");
        SessionEvent.End end =
                new SessionEvent.End(
                        archivedBy, "The session was archived", new CompletableFuture<>());
        leaving = true;
        events.add(end);
    }

    /// Clients also keep what the person has chosen in the metadata. What was there before counts
    /// only until something else was chosen.
    private void pick(ObjectNode metadata) {
        ObjectNode chosen = JsonNodeFactory.instance.objectNode();
        PICKS.forEach(
                (shown, name) -> {
                    if (metadata.has(shown)) {
                        chosen.set(name, metadata.path(shown));
                    }
                });
        boolean first = picked.isEmpty();
        if (picked.filter(chosen::equals).isPresent()) {
            return;
        }
        picked = Optional.of(chosen);
        if (chosen.isEmpty() || (first && !record.picks().equals(Picks.NONE))) {
            return;
        }
        Picks picks = record.picks().with(chosen);
        record.change(json -> json.set("picks", picks.json()));
        if (agent != null && turn == null) {
            choose(agent, picks);
        }
    }

    // The end.

    private void interruptTurn(String note) {
        if (turn != null) {
            cancelTurn();
            stopAgent();
            endTurn(TurnStatus.CANCELLED, note);
        }
        stopAgent();
        if (permissions.cancelAll("The session has ended", host.clock().millis())) {
            showState();
        }
    }

    private void end(SessionEvent.End event) {
        record.phase(SessionRecord.Phase.ENDING);
        interruptTurn("");
        lifecycle = "archived";
        lifecycleSinceMs = host.clock().millis();
        archivedBy = event.by();
        archiveReason = event.reason();
        showState();
        showMetadata();
        event.done().complete(true);
    }

    /// Waits until the relay knows of the end, or the daemon stops; then it is known at the next
    /// start.
    private void leave() throws InterruptedException {
        while (true) {
            if (face.settled(TICK) && face.sayEnd()) {
                Thread.sleep(LAST_ANSWERS);
                record.phase(SessionRecord.Phase.ENDED);
                over = true;
                return;
            }
            SessionEvent event = events.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
            switch (event) {
                case null -> {}
                case SessionEvent.Suspend(var done) -> {
                    over = true;
                    done.complete(true);
                    return;
                }
                case SessionEvent.Gone _ -> {
                    record.delete();
                    over = true;
                    return;
                }
                case SessionEvent.Update _ -> room.release();
                case SessionEvent.End(_, _, var done) -> done.complete(true);
                case SessionEvent.Wake(var problem) ->
                        problem.complete(Optional.of("The session is over"));
                case SessionEvent.Answer(_, var counted) -> counted.complete(false);
                case SessionEvent.Abort(var done) -> done.complete(false);
                default -> {}
            }
        }
    }

    private void suspendNow() throws InterruptedException {
        interruptTurn("The machine daemon was stopped; this answer is incomplete.");
        lifecycle = "suspended";
        lifecycleSinceMs = host.clock().millis();
        showMetadata();
        boolean _ = face.settled(SUSPEND_PATIENCE);
    }
}
