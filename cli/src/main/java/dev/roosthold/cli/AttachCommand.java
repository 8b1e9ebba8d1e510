package dev.roosthold.cli;

import dev.roosthold.client.conversation.LiveSession;
import dev.roosthold.client.conversation.SessionView;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.protocol.records.SessionMetadata;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "attach",
        description = {
            "Shows a session while it happens, and types into it.",
            "Without a terminal, and with --json, it prints only."
        })
final class AttachCommand implements Callable<Integer> {
    private static final int MOST = 500;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int PLAIN_WIDTH = 100;

    @Mixin private SessionChoice choice;

    @Option(
            names = "--history",
            defaultValue = "30",
            paramLabel = "N",
            description = "Messages of before to show, 1 to " + MOST + " (default: 30).")
    private int history;

    @Option(names = "--thoughts", description = "Show in full what the agent thinks.")
    private boolean thoughts;

    @Option(
            names = "--until-idle",
            description = "End when the agent waits for the next message. Prints only.")
    private boolean untilIdle;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (history < 1 || history > MOST) {
            throw new CommandFailure(
                    "--history " + history + " is not between 1 and " + MOST, "", ExitStatus.USAGE);
        }
        try (Access access = Access.of(home)) {
            OpenSession session = choice.open(access);
            SessionWatch watch = new SessionWatch();
            try (LiveSession live = new LiveSession(access.account(), session, history, watch)) {
                if (json.wanted() || untilIdle || !Ask.isTerminal()) {
                    return print(live, watch);
                }
                try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
                    Style style = Style.ofOutput();
                    terminal.writer().println(heading(session, style));
                    return new AttachTerminal(
                                    terminal,
                                    style,
                                    thoughts,
                                    live,
                                    watch,
                                    Outgoing.open(access, OutboxListener.NONE))
                            .run();
                }
            }
        }
    }

    private static String heading(OpenSession session, Style style) {
        SessionMetadata metadata =
                session.metadata()
                        .map(SessionMetadata::read)
                        .orElseGet(() -> SessionMetadata.of("?", "?"));
        String title = metadata.summary().map(SessionMetadata.Summary::text).orElse("(no title)");
        return style.bold(Printable.line(title, 100))
                + "\n"
                + style.dim(
                        Printable.line(
                                        metadata.host().orElse("?")
                                                + " "
                                                + metadata.path().orElse("?"))
                                + "\nEnter sends; Ctrl-C stops the agent's turn; Ctrl-D leaves.");
    }

    /// For pipes and programs: no typing, and nothing twice.
    private int print(LiveSession live, SessionWatch watch) throws InterruptedException {
        SessionJson lines = new SessionJson();
        ConversationPrinter printer =
                new ConversationPrinter(
                        Style.ofOutput(), thoughts, () -> PLAIN_WIDTH, System.out::println);
        Optional<String> trouble = Optional.empty();
        while (true) {
            watch.await(POLL);
            if (watch.gone().isPresent()) {
                throw SessionWatch.failure(watch.gone().get());
            }
            SessionView view = live.view();
            if (json.wanted()) {
                lines.show(view);
            } else {
                printer.show(view, false);
                System.out.flush();
            }
            if (!watch.trouble().equals(trouble)) {
                trouble = watch.trouble();
                System.err.println(
                        trouble.map(reason -> "Not connected: " + reason + "; trying again.")
                                .orElse("Connected again."));
            }
            boolean over = view.metadata().mustEnd();
            if (watch.everConnected() && (over || (untilIdle && isIdle(view)))) {
                return ExitStatus.DONE;
            }
            if (System.out.checkError()) {
                // Nobody reads any more.
                return ExitStatus.DONE;
            }
        }
    }

    private static boolean isIdle(SessionView view) {
        return !view.isWorking() && !view.isWaiting();
    }
}
