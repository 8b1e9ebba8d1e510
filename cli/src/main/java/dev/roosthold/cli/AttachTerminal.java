package dev.roosthold.cli;

import dev.roosthold.client.conversation.LiveSession;
import dev.roosthold.client.conversation.SessionView;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.protocol.methods.SessionMethods.Decision;
import dev.roosthold.protocol.methods.SessionMethods.Permission;
import dev.roosthold.protocol.records.AgentState;
import java.io.IOError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// Typing into a session while it is shown above the line that is typed.
///
/// JLine keeps the two apart: it takes the typed line away, lets text be printed, and draws it
/// again; and it gives single keys, with which questions are answered.
///
/// One thread types, one prints; what they share is the printed questions, guarded by this object.
final class AttachTerminal {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final String PROMPT = "> ";

    /// A question that appears while somebody types must not be answered by what was meant as a
    /// word.
    private static final long TOO_SOON_NANOS = 700_000_000;

    private final Terminal terminal;
    private final Style style;
    private final LiveSession live;
    private final SessionWatch watch;
    private final Outbox outbox;
    private final LineReader reader;
    private final ConversationPrinter printer;
    private final Thread typing = Thread.currentThread();

    // Guarded by this object.
    private Optional<Map.Entry<String, AgentState.Question>> question = Optional.empty();
    private long askedAt;
    private boolean answering;

    private volatile Optional<CommandFailure> failure = Optional.empty();
    private volatile boolean over;
    private boolean stopping;

    AttachTerminal(
            Terminal terminal,
            Style style,
            boolean thoughts,
            LiveSession live,
            SessionWatch watch,
            Outbox outbox) {
        this.terminal = terminal;
        this.style = style;
        this.live = live;
        this.watch = watch;
        this.outbox = outbox;
        reader =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .build();
        printer = new ConversationPrinter(style, thoughts, terminal::getWidth, reader::printAbove);
        key("y", AttachTerminal::allow);
        key("a", AttachTerminal::allowAlways);
        key("n", AttachTerminal::refuse);
        key("x", AttachTerminal::refuseAndStop);
    }

    /// Until the person leaves or the session is over.
    int run() throws InterruptedException {
        Thread printing = Thread.ofVirtual().name("attach-printer").start(this::printLoop);
        try {
            typeLoop();
        } finally {
            over = true;
            // That of end() may have come when nothing was read; it has done its work.
            boolean _ = Thread.interrupted();
            printing.interrupt();
            printing.join();
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        int waiting = outbox.size();
        if (waiting > 0 && !outbox.flush(Duration.ofSeconds(3))) {
            System.err.println(
                    waiting
                            + " messages wait for the relay. The machine daemon sends them when it is"
                            + " back; while none runs, your next `roost send` or `roost attach`"
                            + " does.");
        }
        return ExitStatus.DONE;
    }

    // ---- typing

    private void typeLoop() {
        while (!over) {
            try {
                String line = reader.readLine(PROMPT);
                if (!line.isBlank()) {
                    live.say(outbox, line);
                    stopping = false;
                }
            } catch (UserInterruptException e) {
                if (over || !stop(e.getPartialLine())) {
                    return;
                }
            } catch (EndOfFileException e) {
                return;
            } catch (IOError e) {
                // The interrupt of end() comes out of the terminal in this form too.
                if (over) {
                    return;
                }
                throw e;
            } catch (OutboxException e) {
                reader.printAbove(
                        style.red("! not sent: " + Printable.line(String.valueOf(e.getMessage()))));
            }
        }
    }

    /// Ctrl-C: empties the line, stops the agent, leaves. False to leave.
    private boolean stop(String typed) {
        if (!typed.isBlank()) {
            return true;
        }
        SessionView view = live.view();
        if (stopping || !(view.isWorking() || view.isWaiting())) {
            return false;
        }
        stopping = true;
        reader.printAbove(style.yellow("- stopping the agent; Ctrl-C again leaves"));
        var _ = tell(live.abort(), "stopped");
        return true;
    }

    // ---- answering with keys

    @FunctionalInterface
    private interface Answer {
        Permission to(String id, AgentState.Question question);
    }

    private static Permission allow(String id, AgentState.Question asked) {
        return Permission.approve(id);
    }

    /// Agents differ in which of the two they look at.
    private static Permission allowAlways(String id, AgentState.Question asked) {
        return new Permission(
                id,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.of(List.of(asked.tool())),
                Optional.empty(),
                Optional.of(Decision.APPROVED_FOR_SESSION));
    }

    private static Permission refuse(String id, AgentState.Question asked) {
        return Permission.deny(id, Optional.empty());
    }

    private static Permission refuseAndStop(String id, AgentState.Question asked) {
        return Permission.deny(id, Optional.empty()).withDecision(Decision.ABORT);
    }

    /// The key answers a question that is open when nothing is typed yet; else it is a letter.
    private void key(String letter, Answer answer) {
        String widget = "roost-answer-" + letter;
        reader.getWidgets()
                .put(
                        widget,
                        () -> {
                            if (reader.getBuffer().length() > 0 || !answer(answer)) {
                                reader.callWidget(LineReader.SELF_INSERT);
                            }
                            return true;
                        });
        KeyMap<Binding> keys = Objects.requireNonNull(reader.getKeyMaps().get(LineReader.MAIN));
        keys.bind(new Reference(widget), letter);
    }

    private synchronized boolean answer(Answer answer) {
        if (question.isEmpty() || answering || System.nanoTime() - askedAt < TOO_SOON_NANOS) {
            return false;
        }
        String id = question.get().getKey();
        Permission permission = answer.to(id, question.get().getValue());
        answering = true;
        var _ =
                tell(live.answer(permission), permission.approved() ? "allowed" : "refused")
                        .whenComplete((_, _) -> answered());
        return true;
    }

    private synchronized void answered() {
        answering = false;
    }

    private CompletableFuture<RpcResult> tell(CompletableFuture<RpcResult> call, String done) {
        return call.whenComplete(
                (result, failed) ->
                        reader.printAbove(
                                switch (result) {
                                    case RpcResult.Answered answered ->
                                            answered.error()
                                                    .map(
                                                            error ->
                                                                    style.red(
                                                                            "! "
                                                                                    + Printable
                                                                                            .line(
                                                                                                    error)))
                                                    .orElse(style.dim("- " + done));
                                    case RpcResult.Offline() ->
                                            style.red("! the session does not run at present");
                                    case RpcResult.Lost(String reason) ->
                                            style.red(
                                                    "! no answer ("
                                                            + Printable.line(reason)
                                                            + "); it may have been heard");
                                    case RpcResult.Unreadable() ->
                                            style.red("! the answer does not open here");
                                }));
    }

    // ---- printing

    private void printLoop() {
        Optional<String> trouble = Optional.empty();
        try {
            while (!over) {
                watch.await(POLL);
                SessionView view = live.view();
                printer.show(view, true);
                ask();
                if (!watch.trouble().equals(trouble)) {
                    trouble = watch.trouble();
                    reader.printAbove(
                            trouble.map(
                                            reason ->
                                                    style.red(
                                                            "! not connected: "
                                                                    + Printable.line(reason)
                                                                    + "; trying again"))
                                    .orElse(style.dim("- connected again")));
                }
                if (watch.gone().isPresent()) {
                    failure = Optional.of(SessionWatch.failure(watch.gone().get()));
                    end();
                } else if (view.metadata().mustEnd()) {
                    reader.printAbove(style.dim("- the session has ended"));
                    end();
                }
            }
        } catch (InterruptedException e) {
            // The person has left.
            over = true;
        }
    }

    private void end() {
        over = true;
        typing.interrupt();
    }

    /// Questions are answered in the order in which they were asked.
    private void ask() {
        Optional<Map.Entry<String, AgentState.Question>> first =
                printer.asked().entrySet().stream()
                        .findFirst()
                        .map(one -> Map.entry(one.getKey(), one.getValue()));
        boolean fresh;
        synchronized (this) {
            fresh =
                    first.isPresent()
                            && !first.map(Map.Entry::getKey)
                                    .equals(question.map(Map.Entry::getKey));
            question = first;
            if (fresh) {
                askedAt = System.nanoTime();
            }
        }
        if (fresh) {
            String tool = Printable.line(first.orElseThrow().getValue().tool());
            reader.printAbove(
                    style.bold("  y")
                            + " allow   "
                            + style.bold("a")
                            + " always allow "
                            + tool
                            + " in this session   "
                            + style.bold("n")
                            + " refuse   "
                            + style.bold("x")
                            + " refuse and stop");
        }
    }
}
