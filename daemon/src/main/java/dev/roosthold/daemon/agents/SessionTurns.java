package dev.roosthold.daemon.agents;

import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.daemon.acp.AcpFailure;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.messages.SessionEvent.FileAttached;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The turns of a session: each message of the person, the agent's answer to it, and the questions
/// of the agent on the way. Thread of the session only.
///
/// A message's number and its turn are kept on the disk before the agent hears of it. After a crash
/// that turn is told as interrupted, and the message is not given to an agent a second time.
final class SessionTurns {
    /// Messages of the person that wait for their turn.
    private static final int MAX_MESSAGES = 500;

    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);

    private final AgentHost host;
    private final SessionRecord record;
    private final SessionFace face;
    private final SessionAgent agent;
    private final SessionShown shown;
    private final SessionVoice voice;
    private final PersonFiles files;
    private final Remarks remarks;
    private final TurnUsage usage;
    private final Consumer<SessionEvent> events;
    private final Permissions permissions = new Permissions();
    private final ArrayDeque<SessionEvent.Message> waiting = new ArrayDeque<>();
    private @Nullable Turn turn;
    private String lastTurn = "";

    private static final class Turn {
        final String id;
        final TurnOutput output;
        boolean cancelled;

        Turn(String id, TurnOutput output) {
            this.id = id;
            this.output = output;
        }
    }

    /// @param events takes what happens to a prompt, from any thread
    SessionTurns(
            AgentHost host,
            SessionRecord record,
            SessionFace face,
            SessionAgent agent,
            SessionShown shown,
            SessionVoice voice,
            PersonFiles files,
            Consumer<SessionEvent> events) {
        this.host = host;
        this.record = record;
        this.face = face;
        this.agent = agent;
        this.shown = shown;
        this.voice = voice;
        this.files = files;
        remarks = new Remarks(record);
        this.events = events;
        usage = new TurnUsage(face, voice, record.agent());
    }

    boolean isWorking() {
        return turn != null;
    }

    /// Whether the agent is needed: it works, or its question is open.
    boolean isBusy() {
        return turn != null || permissions.isOpen();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /// Shows the questions that are open.
    void show() {
        face.want(SessionField.AGENT_STATE, permissions.state(host.clock().millis()));
    }

    /// After a start of the daemon: the turn that was cut short ends.
    void endInterrupted() {
        Optional<String> interrupted = record.openTurn();
        if (interrupted.isPresent()) {
            voice.service(
                    interrupted.get(),
                    "The machine daemon stopped while the agent was working; its answer is"
                            + " incomplete. Write again to go on.");
            tellOfFiles(interrupted.get());
            voice.turnEnd(interrupted.get(), TurnStatus.CANCELLED);
            record.change(json -> json.remove("openTurn"));
        }
    }

    /// Takes a message of the person.
    void add(SessionEvent.Message message) {
        if (waiting.size() < MAX_MESSAGES) {
            waiting.add(message);
        }
    }

    /// Begins the next turn, when there is a message for it.
    void takeNext() {
        while (turn == null && !waiting.isEmpty() && !agent.isLeaving()) {
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
            voice.service(id, "This machine is locked: the message was not given to the agent.");
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
        turn = new Turn(id, voice.output(id));
        voice.turnStart(id);
        face.thinking(true);
        shown.nameAfter(text);
        start(turn, text, picks);
    }

    private void start(Turn fresh, String text, Picks picks) {
        Optional<String> wrong = ready();
        Optional<RunningAgent> ready = agent.running();
        if (wrong.isPresent() || ready.isEmpty()) {
            boolean unwanted = fresh.cancelled || agent.isLeaving() || agent.isInterrupted();
            end(unwanted ? TurnStatus.CANCELLED : TurnStatus.FAILED, wrong.orElse(""));
            return;
        }
        agent.choose(picks);
        List<String> texts = remarks.give(note -> voice.service(fresh.id, note));
        texts.add(text);
        prompt(ready.get(), fresh, texts);
    }

    /// Starts the agent where there is none.
    ///
    /// @return what went wrong
    Optional<String> ready() {
        return agent.ready(
                remark -> {
                    if (turn == null) {
                        voice.service(UUID.randomUUID().toString(), remark);
                    } else {
                        turn.output.service(remark);
                    }
                });
    }

    private void prompt(RunningAgent ready, Turn of, List<String> texts) {
        ObjectNode prompt = JsonNodeFactory.instance.objectNode();
        prompt.put("sessionId", ready.conversation());
        ArrayNode blocks = prompt.putArray("prompt");
        texts.forEach(text -> blocks.addObject().put("type", "text").put("text", text));
        files.give(ready.accepted(), blocks, text -> voice.service(of.id, text));
        ready.connection()
                .request("session/prompt", prompt)
                .whenComplete(
                        (result, failure) ->
                                events.accept(new SessionEvent.PromptDone(of.id, result, failure)));
    }

    /// Takes an update about words, tools, plans or usage.
    void update(JsonNode update) {
        if (update.path("sessionUpdate").asString("").equals("usage_update")) {
            usage.update(update);
        } else if (turn != null) {
            boolean _ = turn.output.update(update);
        } else if (!lastTurn.isEmpty()) {
            // Some agents say a last word when the turn is over.
            TurnOutput output = voice.output(lastTurn);
            if (output.update(update)) {
                output.finish();
            }
        }
    }

    void promptDone(SessionEvent.PromptDone done) {
        if (turn == null || !turn.id.equals(done.turn())) {
            return;
        }
        JsonNode result = done.result();
        if (result == null) {
            failed(turn, done.failure());
            return;
        }
        taken();
        usage.report(turn.id, turn.output, result.path("usage"));
        Optional<RunningAgent> running = agent.running();
        if (running.isPresent() && !turn.cancelled && !agent.isLeaving()) {
            // The agent has heard a bare no; what the person said with it is still to be told.
            List<String> more = remarks.give(turn.output::service);
            if (!more.isEmpty()) {
                turn.output.finish();
                prompt(running.get(), turn, more);
                return;
            }
        }
        // An agent may have been done before it heard of the cancellation; the person was not.
        String stop = turn.cancelled ? "cancelled" : result.path("stopReason").asString("end_turn");
        switch (stop) {
            case "cancelled" -> end(TurnStatus.CANCELLED, "");
            case "refusal" -> end(TurnStatus.FAILED, "The agent refuses to go on.");
            case "max_tokens" ->
                    end(TurnStatus.COMPLETED, "The answer was cut: it became too long.");
            case "max_turn_requests" ->
                    end(TurnStatus.COMPLETED, "The agent has used up its steps for one message.");
            default -> end(TurnStatus.COMPLETED, "");
        }
    }

    private void failed(Turn of, @Nullable Throwable failure) {
        String reason = "The agent failed";
        if (failure instanceof AcpFailure known) {
            Optional<RunningAgent> running = agent.running();
            if (known.code() == AcpFailure.GONE && running.isPresent()) {
                agentGone(running.get());
                return;
            }
            reason = String.valueOf(known.getMessage());
        }
        taken();
        end(of.cancelled ? TurnStatus.CANCELLED : TurnStatus.FAILED, of.cancelled ? "" : reason);
    }

    private void taken() {
        files.taken();
        remarks.taken();
    }

    /// The agent has ended by itself.
    void agentGone(RunningAgent gone) {
        String how = gone.process().end("The agent has ended unexpectedly");
        agent.stop();
        boolean cancelled = turn != null && turn.cancelled;
        end(cancelled ? TurnStatus.CANCELLED : TurnStatus.FAILED, cancelled ? "" : how);
        cancelQuestions("The agent has ended");
    }

    /// Ends the turn, when there is one.
    ///
    /// @param note for the person; may be empty
    void end(TurnStatus status, String note) {
        Turn last = turn;
        if (last == null) {
            return;
        }
        turn = null;
        last.output.finish();
        if (!note.isEmpty()) {
            voice.service(last.id, note);
        }
        if (status != TurnStatus.COMPLETED) {
            tellOfFiles(last.id);
        }
        cancelQuestions("The turn has ended");
        voice.turnEnd(last.id, status);
        record.change(json -> json.remove("openTurn"));
        face.thinking(false);
        agent.active();
    }

    private void tellOfFiles(String of) {
        files.left().ifPresent(note -> voice.service(of, note));
    }

    private void cancelQuestions(String reason) {
        if (permissions.cancelAll(reason, host.clock().millis())) {
            show();
        }
    }

    /// Tells the agent to stop; the turn ends when it does, or soon after.
    void cancel() {
        Turn current = turn;
        if (current == null || current.cancelled) {
            return;
        }
        current.cancelled = true;
        cancelQuestions("The turn was ended");
        agent.running()
                .ifPresent(
                        now ->
                                now.connection()
                                        .tell(
                                                "session/cancel",
                                                JsonNodeFactory.instance
                                                        .objectNode()
                                                        .put("sessionId", now.conversation())));
        var _ =
                host.scheduler()
                        .after(
                                CANCEL_PATIENCE,
                                () -> events.accept(new SessionEvent.Stuck(current.id)));
    }

    /// The agent was told to stop that turn and had time for it.
    void stuck(String stuck) {
        if (turn != null && turn.id.equals(stuck)) {
            agent.stop();
            end(TurnStatus.CANCELLED, "The agent did not stop by itself and was ended.");
        }
    }

    /// Ends the agent and its turn at once.
    ///
    /// @param note for the person, if there was a turn; may be empty
    void interrupt(String note) {
        if (turn != null) {
            cancel();
            agent.stop();
            end(TurnStatus.CANCELLED, note);
        }
        agent.stop();
        cancelQuestions("The session has ended");
    }

    /// The agent asks for permission.
    void asked(SessionEvent.Asked event) {
        Optional<RunningAgent> asking = agent.running(event.generation());
        if (asking.isEmpty() || turn == null || turn.cancelled) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            answer.putObject("outcome").put("outcome", "cancelled");
            event.answer().complete(answer);
            return;
        }
        agent.active();
        AgentOptions options = asking.get().options();
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
            show();
        }
    }

    /// The person answers.
    ///
    /// @return whether it was the first answer to an open question
    boolean answered(ObjectNode params) {
        Permissions.Outcome outcome = permissions.answer(params, host.clock().millis());
        if (outcome instanceof Permissions.Outcome.Unknown) {
            return false;
        }
        show();
        JsonNode mode = params.path("mode");
        if (mode.isString() && Picks.MODES.contains(mode.asString())) {
            Picks picks = record.picks().withMode(mode.asString());
            record.change(json -> json.set("picks", picks.json()));
            agent.choose(picks);
        }
        switch (outcome) {
            case Permissions.Outcome.Answered(var remark) -> remark.ifPresent(remarks::add);
            case Permissions.Outcome.Abort(var remark) -> {
                remark.ifPresent(remarks::add);
                cancel();
            }
            case Permissions.Outcome.Unknown _ -> {}
        }
        return true;
    }
}
