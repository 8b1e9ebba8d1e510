package dev.roosthold.daemon.agents;

import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.outbox.OutboxFullException;
import dev.roosthold.client.sessions.Attachments;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.TokenUsage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a session says, in the order of the calls: on the disk when a call returns, files included.
/// Thread of the session only.
final class SessionVoice {
    private static final Logger LOG = LoggerFactory.getLogger(SessionVoice.class);

    private final AgentHost host;
    private final SessionFace face;
    private final CommandWatch commands;
    private final Envelopes envelopes;

    /// @param commands is told of commands that the agent has run
    SessionVoice(AgentHost host, SessionFace face, CommandWatch commands) {
        this.host = host;
        this.face = face;
        this.commands = commands;
        envelopes = new Envelopes(host.clock(), host.random());
    }

    void turnStart(String turn) {
        send(envelopes.turnStart(turn));
    }

    void turnEnd(String turn, TurnStatus status) {
        send(envelopes.turnEnd(turn, status));
    }

    /// A remark of this program for the person.
    void service(String turn, String text) {
        send(envelopes.service(turn, text));
    }

    void usage(String turn, TokenUsage numbers) {
        send(envelopes.usage(turn, numbers));
    }

    /// For what the agent says in a turn.
    TurnOutput output(String turn) {
        return new TurnOutput(turn, envelopes, this::send, face::stream, this::send, commands);
    }

    private void send(ObjectNode content) {
        try {
            face.send(content);
        } catch (OutboxException e) {
            LOG.warn("a message could not be kept: {}", e.getMessage());
            host.notice().accept("a message of an agent is lost: " + e.getMessage());
        }
    }

    private void send(String turn, AgentFile file) {
        if (file.bytes().length > Attachments.MAX_BYTES) {
            service(turn, SentFiles.notShown(file.name(), "it is larger than 10 MB"));
            return;
        }
        try {
            face.send(envelopes.file(turn, file), file.bytes());
        } catch (OutboxFullException _) {
            service(turn, SentFiles.notShown(file.name(), "too many files wait for the relay"));
        } catch (OutboxException e) {
            LOG.warn("a file could not be kept: {}", e.getMessage());
            service(turn, SentFiles.notShown(file.name(), "it cannot be kept on the machine"));
        }
    }
}
