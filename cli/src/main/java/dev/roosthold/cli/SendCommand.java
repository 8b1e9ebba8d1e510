package dev.roosthold.cli;

import dev.roosthold.client.conversation.Conversation;
import dev.roosthold.client.conversation.Entry;
import dev.roosthold.client.conversation.LiveSession;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.Receipt;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "send", description = "Says something to the agent of a session.")
final class SendCommand implements Callable<Integer> {
    private static final int MAX_BYTES = 4 << 20;
    private static final Duration DELIVERY = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofSeconds(1);

    /// A turn that was open when the message came may be followed by one for the message.
    private static final Duration NEXT_TURN = Duration.ofSeconds(5);

    @Mixin private SessionChoice choice;

    @Parameters(
            index = "1..*",
            paramLabel = "TEXT",
            description = "What to say; read from standard input when it is absent or -.")
    private @Nullable List<String> words;

    @Option(names = "--wait", description = "Waits for the end of the agent's turn and prints it.")
    private boolean wait;

    @Option(
            names = "--timeout",
            defaultValue = "30m",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "With --wait: at most this long, a number with m, h or d.")
    private Duration timeout;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        String text = text();
        if (text.isBlank()) {
            throw new CommandFailure("there is nothing to say", "", ExitStatus.USAGE);
        }
        try (Access access = Access.of(home)) {
            OpenSession session;
            try {
                session = choice.open(access);
            } catch (CommandFailure failure) {
                throw failure.status() == ExitStatus.UNREACHABLE
                        ? keep(access, text, failure)
                        : failure;
            }
            SessionWatch watch = new SessionWatch();
            Delivery delivery = new Delivery(access, session.id(), watch);
            Outbox outbox = Outgoing.open(access, delivery);
            if (!wait) {
                delivery.await(session.id(), outbox, send(access, outbox, session, text), watch);
                report(session.id(), null, "sent");
                return ExitStatus.DONE;
            }
            // It listens before it speaks, so that a quick answer is not missed.
            try (LiveSession live = new LiveSession(access.account(), session, 100, watch)) {
                String localId = live.say(outbox, text);
                long seq = delivery.await(session.id(), outbox, localId, watch);
                return awaitTurn(live, watch, seq);
            }
        }
    }

    /// The relay is away: what was typed is kept, when the session was opened here before.
    ///
    /// @param failure what happened otherwise
    private CommandFailure keep(Access access, String text, CommandFailure failure) {
        Optional<OpenSession> known = choice.known(access);
        if (known.isEmpty()) {
            return new CommandFailure(
                    String.valueOf(failure.getMessage()),
                    "The text is not kept: no such session was opened on this computer before.",
                    ExitStatus.UNREACHABLE);
        }
        String _ = send(access, Outgoing.open(access, OutboxListener.NONE), known.get(), text);
        return notYet(access, String.valueOf(failure.getMessage()));
    }

    private static CommandFailure notYet(Access access, String why) {
        return new CommandFailure(
                "the relay has not taken the message yet" + (why.isEmpty() ? "" : ": " + why),
                "It is kept on this computer; " + Outgoing.when(access) + ". Do not send it again.",
                ExitStatus.UNREACHABLE);
    }

    private static String send(Access access, Outbox outbox, OpenSession session, String text) {
        return access.account()
                .send(outbox, session, SessionMessage.fromPerson(text, LiveSession.SENDER).tree());
    }

    private String text() {
        if (words != null && !words.isEmpty() && !words.equals(List.of("-"))) {
            return String.join(" ", words);
        }
        try {
            byte[] read = System.in.readNBytes(MAX_BYTES + 1);
            if (read.length > MAX_BYTES) {
                throw new CommandFailure(
                        "the text is longer than 4 MB",
                        "Write it to a file on the machine and name that.",
                        ExitStatus.USAGE);
            }
            return new String(read, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new CommandFailure("standard input cannot be read", "");
        }
    }

    private int awaitTurn(LiveSession live, SessionWatch watch, long seq)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        long settled = 0;
        boolean asked = false;
        boolean stopped = false;
        while (true) {
            if (watch.gone().isPresent()) {
                throw SessionWatch.failure(watch.gone().get());
            }
            Optional<Conversation.Answer> answer = live.view().conversation().answerTo(seq);
            if (answer.isPresent()) {
                settled = settled == 0 ? System.nanoTime() : settled;
                if (answer.get().certain() || System.nanoTime() - settled > NEXT_TURN.toNanos()) {
                    return finish(live, seq, answer.get());
                }
            } else {
                settled = 0;
            }
            if (live.view().isWaiting() != asked) {
                asked = !asked;
                if (asked) {
                    System.err.println(
                            "The agent asks for permission; answer with `roost attach "
                                    + live.id()
                                    + "`.");
                }
            }
            if (live.view().metadata().mustEnd()) {
                throw new CommandFailure(
                        "the session has ended without an answer", "", ExitStatus.TURN_FAILED);
            }
            if (!live.view().active() && !stopped) {
                stopped = true;
                System.err.println("The session does not run at present; waiting.");
            }
            if (System.nanoTime() - end > 0) {
                throw new CommandFailure(
                        "the agent has not finished within " + timeout.toMinutes() + " minutes",
                        "The message is stored. `roost attach` shows what happens.",
                        ExitStatus.TIMEOUT);
            }
            watch.await(POLL);
        }
    }

    private int finish(LiveSession live, long seq, Conversation.Answer answer) {
        TurnStatus status = answer.end().status();
        // What the agent still says to something earlier is not its answer.
        long from = answer.certain() ? answer.turn().startSeq() - 1 : seq;
        String said =
                String.join(
                        "\n\n",
                        live.after(from).entries().stream()
                                .filter(Entry.Words.class::isInstance)
                                .map(Entry.Words.class::cast)
                                .filter(
                                        words ->
                                                words.speaker() == Entry.Speaker.AGENT
                                                        && !words.thinking()
                                                        && words.subagent().isEmpty())
                                .map(Entry.Words::text)
                                .toList());
        String name = status.name().toLowerCase(Locale.ROOT);
        report(live.id(), said, name);
        if (!json.wanted() && status != TurnStatus.COMPLETED) {
            System.err.println(
                    "The turn " + (status == TurnStatus.FAILED ? "failed." : "was stopped."));
        }
        return status == TurnStatus.COMPLETED ? ExitStatus.DONE : ExitStatus.TURN_FAILED;
    }

    private void report(SessionId session, @Nullable String said, String status) {
        if (json.wanted()) {
            System.out.println(Codec.printText(new Done(session.value(), status, said)));
        } else if (said == null) {
            System.out.println("Sent.");
        } else if (!said.isEmpty()) {
            System.out.println(Ask.isTerminal() ? Printable.text(said) : said);
        }
    }

    private record Done(String session, String status, @Nullable String text) {}

    /// Hears what becomes of the message.
    private static final class Delivery implements OutboxListener {
        private final Access access;
        private final SessionId session;
        private final SessionWatch watch;
        private final Map<String, Long> stored = new ConcurrentHashMap<>();
        private volatile String trouble = "";
        private volatile boolean refused;

        Delivery(Access access, SessionId session, SessionWatch watch) {
            this.access = access;
            this.session = session;
            this.watch = watch;
        }

        @Override
        public void stored(SessionId where, List<Receipt> receipts) {
            receipts.forEach(receipt -> stored.put(receipt.localId(), receipt.seq()));
            watch.changed();
        }

        @Override
        public void waiting(SessionId where, String reason, Duration pause) {
            trouble = reason;
        }

        @Override
        public void refused(SessionId where, int status, String message) {
            if (where.equals(session)) {
                trouble = message + " (" + status + ")";
                refused = true;
                watch.changed();
            }
        }

        /// The number of the message in the session.
        long await(SessionId where, Outbox outbox, String localId, SessionWatch changes)
                throws InterruptedException {
            long end = System.nanoTime() + DELIVERY.toNanos();
            while (true) {
                Long seq = stored.get(localId);
                if (seq != null) {
                    return seq;
                }
                if (refused) {
                    outbox.discard(where);
                    throw new CommandFailure(
                            "the relay refused the message: " + Printable.line(trouble),
                            "It was not stored.");
                }
                if (System.nanoTime() - end > 0) {
                    throw notYet(access, trouble);
                }
                changes.await(Duration.ofMillis(200));
            }
        }
    }
}
