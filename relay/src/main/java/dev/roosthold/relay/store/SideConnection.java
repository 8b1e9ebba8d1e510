package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection of its own to the database, outside the order of the writes: for what must not wait
/// for them and must not collide with them. Each use is one transaction that sees what others have
/// committed (READ COMMITTED). Opened when it is needed, and again after a failure. Thread-safe;
/// blocks.
public final class SideConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SideConnection.class);

    private final PostgresConnections connections;
    private SqlConnection open;
    private boolean closed;

    /// What is done with it.
    @FunctionalInterface
    public interface Use<T> {
        T apply(Sql sql) throws SQLException;
    }

    SideConnection(PostgresConnections connections) throws SQLException {
        this.connections = connections;
        this.open = connections.side();
    }

    /// A name of this store among all that use the database: random, new with each opening.
    public String owner() {
        return connections.owner();
    }

    /// Ends all connections of another store, whatever it is doing: what it has not committed is
    /// undone, and nothing waits for it any more.
    ///
    /// @param owner its name
    /// @throws StoreException when the database cannot be reached
    public void endConnectionsOf(String owner) {
        use(
                sql ->
                        sql.list(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                        + " WHERE application_name = ? AND usename = current_user",
                                row -> row.getBoolean(1),
                                PostgresConnections.name(owner)));
    }

    /// @throws StoreException when the database cannot be reached
    public synchronized <T> T use(Use<T> use) {
        if (closed) {
            throw new StoreException("the connection is closed");
        }
        boolean done = false;
        try {
            if (open.isClosed()) {
                open = connections.side();
            }
            open.begin(true);
            T result = use.apply(open);
            open.commit();
            done = true;
            return result;
        } catch (SQLException e) {
            throw Faults.storeException("the database was not asked", e);
        } finally {
            if (!done) {
                abandon();
            }
        }
    }

    private void abandon() {
        try {
            open.close();
        } catch (SQLException e) {
            LOG.debug("a connection ended badly", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        abandon();
    }
}
