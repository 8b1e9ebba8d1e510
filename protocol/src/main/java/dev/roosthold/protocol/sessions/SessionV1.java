package dev.roosthold.protocol.sessions;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/// A session in the answers of the v1 routes.
///
/// @param lastMessage always null; clients of the time expect the field
public record SessionV1(@JsonUnwrapped Session session, @Nullable Message lastMessage) {
    public SessionV1(Session session) {
        this(session, null);
    }
}
