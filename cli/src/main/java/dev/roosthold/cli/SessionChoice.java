package dev.roosthold.cli;

import dev.roosthold.client.Reply;
import dev.roosthold.client.overview.Overview;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.protocol.SessionId;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// Which session a command is about.
final class SessionChoice {
    @Parameters(
            index = "0",
            paramLabel = "SESSION",
            description = "Its id, or as much of the beginning as no other one has.")
    private String prefix;

    /// @throws CommandFailure when it is none, more than one, or does not open here
    OpenSession open(Access access) throws InterruptedException {
        OpenSession session = find(access);
        KnownSessions.remember(access, session);
        return session;
    }

    /// The session as it was when it was last opened here.
    Optional<OpenSession> known(Access access) {
        return KnownSessions.find(access, prefix);
    }

    private OpenSession find(Access access) throws InterruptedException {
        SessionId id =
                switch (access.require(new Overview(access.account()).find(prefix))) {
                    case Overview.Match.One(SessionId one) -> one;
                    case Overview.Match.None() -> throw unknown();
                    case Overview.Match.Several(List<SessionId> several) ->
                            throw new CommandFailure(
                                    several.size() + " sessions begin with " + prefix,
                                    String.join(
                                            "\n",
                                            several.stream()
                                                    .limit(10)
                                                    .map(SessionId::value)
                                                    .toList()),
                                    ExitStatus.NOT_FOUND);
                };
        return switch (access.account().session(id)) {
            case Reply.Success(OpenSession session) -> session;
            case Reply.Denied(int status, String _) ->
                    throw status == 404
                            ? unknown()
                            : new CommandFailure(
                                    "this computer does not have the key of the session",
                                    access.kind().equals(Access.WHOLE)
                                            ? "It was written for another account key."
                                            : "It was not made here. `roost login` without"
                                                    + " --terminal gives access to all sessions.",
                                    ExitStatus.NOT_FOUND);
            case Reply.CredentialsRefused<OpenSession> refused ->
                    throw new IllegalStateException(String.valueOf(access.require(refused)));
            case Reply.Unavailable(String reason) ->
                    throw Relays.unreachable(access.server(), reason);
        };
    }

    private CommandFailure unknown() {
        return new CommandFailure(
                "there is no session " + prefix,
                "`roost sessions` shows which there are.",
                ExitStatus.NOT_FOUND);
    }
}
