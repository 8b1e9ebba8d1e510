package dev.roosthold.relay.catchup;

import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.store.Sql;
import java.sql.SQLException;

/// Which sessions a credential may use; asked of the feature that knows. Thread-safe.
@FunctionalInterface
public interface ReachableSessions {
    boolean contains(Sql sql, Caller caller, SessionId session) throws SQLException;
}
