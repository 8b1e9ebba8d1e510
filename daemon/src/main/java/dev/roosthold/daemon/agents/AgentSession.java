package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One session: takes one event after the other on a thread of its own, so that everything it sends
/// has one order. It has an agent ([SessionAgent]), turns ([SessionTurns]) and what clients are
/// shown of it ([SessionShown]); its connection is a [SessionFace].
///
/// ```
///            message                    answer of the prompt, abort, agent gone
///  waiting ----------> (agent started) working -----------------------------> waiting
///     |  idle for a while: the agent ends, the session waits on
///     +-- end: archived   +-- suspend: the daemon stops; the next start waits on
/// ```
///
/// The public methods may be called from any thread.
final class AgentSession {
    private static final Logger LOG = LoggerFactory.getLogger(AgentSession.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration LAST_ANSWERS = Duration.ofMillis(250);
    private static final Duration SUSPEND_PATIENCE = Duration.ofMillis(1_500);

    private final AgentHost host;
    private final AgentSettings settings;
    private final SessionRecord record;
    private final SessionId id;
    private final SessionFace face;
    private final SessionShown shown;
    private final SessionAgent agent;
    private final SessionTurns turns;
    private final Runnable ended;
    private final LinkedBlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();
    private volatile boolean over;

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
        face =
                new SessionFace(
                        id, record, host, relay, SessionRpc.of(this, this::roots), new Clients());
        shown = new SessionShown(host, record, face, resumed);
        agent =
                new SessionAgent(
                        record,
                        new AgentStart(record, catalog, this::roots, host.version()),
                        shown,
                        this::roots,
                        events::add);
        CommandWatch commands =
                new CommandWatch(
                        host.commands(),
                        host.clock(),
                        id.value(),
                        record.agent(),
                        record.directory(),
                        agent::exitCode);
        turns =
                new SessionTurns(
                        host,
                        record,
                        face,
                        agent,
                        shown,
                        new SessionVoice(host, face, commands),
                        new PersonFiles(id, record, relay),
                        events::add);
    }

    /// What comes from the connection becomes an event.
    private final class Clients implements SessionFace.Listener {
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
            agent.interrupt();
            events.add(new SessionEvent.Gone());
        }
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
        agent.interrupt();
        post(event, () -> event.done().complete(false));
        return event.done();
    }

    /// Ends the session; completes when nothing of the agent is left.
    CompletableFuture<Boolean> end(String by, String reason) {
        SessionEvent.End event = new SessionEvent.End(by, reason, new CompletableFuture<>());
        agent.leave();
        post(event, () -> event.done().complete(true));
        return event.done();
    }

    /// Leaves the session for the daemon's next start; completes when that is done.
    CompletableFuture<Boolean> suspend() {
        SessionEvent.Suspend event = new SessionEvent.Suspend(new CompletableFuture<>());
        agent.leave();
        post(event, () -> event.done().complete(true));
        return event.done();
    }

    /// The relay has said that there is no such session.
    void gone() {
        agent.leave();
        events.add(new SessionEvent.Gone());
    }

    private void post(SessionEvent event, Runnable tooLate) {
        events.add(event);
        if (over) {
            tooLate.run();
        }
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
                    if (!over) {
                        turns.takeNext();
                    }
                } catch (RuntimeException e) {
                    LOG.warn("a session's event failed: {}", where(e));
                    turns.end(TurnStatus.FAILED, "The machine daemon failed");
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("a session's thread was interrupted");
        } finally {
            over = true;
            agent.stop();
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
        turns.endInterrupted();
        turns.show();
        if (ending) {
            shown.archived("daemon", "The session was ended");
        } else {
            shown.show();
        }
        face.open();
        if (ending) {
            leave();
        }
    }

    private @Nullable SessionEvent next() throws InterruptedException {
        if (agent.running().isEmpty() || turns.isBusy()) {
            return events.take();
        }
        long left = agent.idleLeftNanos(settings.idle());
        return events.poll(Math.max(left, 0), TimeUnit.NANOSECONDS);
    }

    /// Nothing has happened for a while.
    private void rest() {
        agent.stop();
        long seen = face.seen();
        if (events.isEmpty() && !turns.hasWaiting() && seen > record.position()) {
            record.change(json -> json.put("position", seen));
        }
    }

    private void react(SessionEvent event) throws InterruptedException {
        switch (event) {
            case SessionEvent.Message message -> turns.add(message);
            case SessionEvent.Update(int from, JsonNode update) -> {
                agent.taken();
                agent.running(from).ifPresent(one -> update(one, update));
            }
            case SessionEvent.Asked asked -> turns.asked(asked);
            case SessionEvent.Answer(ObjectNode params, var counted) ->
                    counted.complete(turns.answered(params));
            case SessionEvent.PromptDone done -> turns.promptDone(done);
            case SessionEvent.AgentGone(int from) ->
                    agent.running(from).ifPresent(turns::agentGone);
            case SessionEvent.Abort(var done) -> {
                done.complete(turns.isWorking());
                turns.cancel();
            }
            case SessionEvent.Stuck(String stuck) -> turns.stuck(stuck);
            case SessionEvent.Wake(var problem) -> {
                Optional<String> wrong =
                        agent.isLeaving() ? Optional.of("The session is over") : turns.ready();
                agent.active();
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
                agent.stop();
                record.delete();
                over = true;
            }
        }
    }

    private void update(RunningAgent from, JsonNode update) {
        agent.active();
        if (!agent.update(from, update)) {
            turns.update(update);
        }
    }

    private void metadata(ObjectNode metadata) {
        Optional<Picks> picks = shown.picks(metadata);
        if (!turns.isWorking()) {
            picks.ifPresent(agent::choose);
        }
        Optional<String> by = shown.endedBy(metadata);
        if (by.isPresent()) {
            CompletableFuture<Boolean> _ = end(by.get(), "The session was archived");
        }
    }

    // The end.

    private void end(SessionEvent.End event) {
        record.phase(SessionRecord.Phase.ENDING);
        turns.interrupt("");
        turns.show();
        shown.archived(event.by(), event.reason());
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
                case SessionEvent.Update _ -> agent.taken();
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
        turns.interrupt("The machine daemon was stopped; this answer is incomplete.");
        shown.suspended();
        boolean _ = face.settled(SUSPEND_PATIENCE);
    }
}
