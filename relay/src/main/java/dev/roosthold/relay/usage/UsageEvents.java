package dev.roosthold.relay.usage;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.Reply;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The socket event `usage-report`.
public final class UsageEvents {
    private static final Logger LOG = LoggerFactory.getLogger(UsageEvents.class);

    static final String NOT_FOUND = "Session not found";

    private static final int MAX_KEY = 200;

    private final UsageReports reports;

    public UsageEvents(UsageReports reports) {
        this.reports = reports;
    }

    public void register(SocketEvents events) {
        events.onAsync("usage-report", ErrorForm.SUCCESS_WITH_ERROR, this::report);
    }

    /// `usage-report`: command lines ask for no acknowledgement, so what comes too often waits.
    private void report(SocketCaller socket, Payload payload, Reply reply) {
        String key = key(payload);
        Amounts tokens = amounts(payload, "tokens");
        Amounts cost = amounts(payload, "cost");
        var report = new Report(session(payload), key, tokens, cost, localId(payload));
        reports.add(
                socket.caller(),
                report,
                receipt ->
                        receipt.ifPresentOrElse(
                                reply::send,
                                () -> reply.fail(InvalidParameters.notFound(NOT_FOUND))),
                failure -> {
                    LOG.warn("a usage report was not saved", failure);
                    reply.fail(new InvalidParameters("Failed to save usage report"));
                });
    }

    private static String key(Payload payload) {
        return payload.textIfAny("key")
                .filter(key -> !key.isEmpty() && key.length() <= MAX_KEY && Texts.isPrintable(key))
                .orElseThrow(() -> new InvalidParameters("Invalid key"));
    }

    /// Absent, null and empty all mean that there is none.
    private static @Nullable String localId(Payload payload) {
        JsonNode node = payload.node("localId");
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        String text = node.isString() ? node.stringValue() : "\0";
        if (text.length() > MAX_KEY || !Texts.isPrintable(text)) {
            throw new InvalidParameters("Invalid localId");
        }
        return text.isEmpty() ? null : text;
    }

    private static Amounts amounts(Payload payload, String name) {
        return Amounts.of(payload.node(name))
                .orElseThrow(
                        () ->
                                new InvalidParameters(
                                        "Invalid " + name + " object - must include total"));
    }

    /// Absent, null and empty all mean that there is none.
    private static @Nullable SessionId session(Payload payload) {
        JsonNode node = payload.node("sessionId");
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw new InvalidParameters("Invalid sessionId");
        }
        return node.stringValue().isEmpty() ? null : new SessionId(node.stringValue());
    }
}
