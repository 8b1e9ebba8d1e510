package dev.roosthold.cli;

import dev.roosthold.client.conversation.LiveSession;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.protocol.records.SessionMetadata;
import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// A session in the terminal of a person, until it ends or the person leaves.
final class SessionScreen {
    private SessionScreen() {}

    /// Returns the exit status.
    ///
    /// @param history messages of before to show
    /// @param thoughts whether what the agent thinks is shown in full
    static int show(Access access, OpenSession session, int history, boolean thoughts)
            throws InterruptedException, IOException {
        SessionWatch watch = new SessionWatch();
        try (LiveSession live = new LiveSession(access.account(), session, history, watch);
                Terminal terminal = TerminalBuilder.builder().system(true).build()) {
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
}
