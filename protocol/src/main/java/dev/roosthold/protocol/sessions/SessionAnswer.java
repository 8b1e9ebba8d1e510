package dev.roosthold.protocol.sessions;

/// `{"session": {...}}`.
public record SessionAnswer(SessionV1 session) {
    public SessionAnswer(Session session) {
        this(new SessionV1(session));
    }
}
