package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One of the threads that read. Each has its own connection and takes one read at a time from the
/// common queue, so that a slow read holds up nobody while another reader is free.
final class Reader implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Reader.class);

    /// A read on its way.
    record Pending<T>(Store.ReadOperation<T> operation, Outcome<T> outcome) {}

    private final Connections connections;
    private final WorkQueue<Pending<?>> queue;
    private SqlConnection connection;
    private boolean connectionSuspect;

    Reader(Connections connections, WorkQueue<Pending<?>> queue) throws SQLException {
        this.connections = connections;
        this.queue = queue;
        this.connection = connections.reader();
    }

    @Override
    public void run() {
        for (var next = queue.take(1); !next.isEmpty(); next = queue.take(1)) {
            read(next.getFirst());
        }
        close();
    }

    /// A connection that is found to be gone is replaced before anybody notices.
    private <T> void read(Pending<T> pending) {
        boolean fresh = connectionSuspect;
        T result;
        try {
            reopenIfSuspect();
        } catch (SQLException e) {
            pending.outcome().fail(Faults.storeException("reading failed", e));
            return;
        }
        try {
            connection.begin(false);
            result = pending.operation().run(connection);
            connection.commit();
        } catch (Throwable e) {
            SQLException broken = connection.broken();
            boolean unnoticed =
                    broken != null && Faults.isLostConnection(broken) && !connection.hasAnswered();
            connectionSuspect = broken != null;
            connection.rollback();
            if (unnoticed && !fresh) {
                read(pending);
            } else {
                pending.outcome()
                        .fail(broken == null ? e : Faults.storeException("reading failed", broken));
            }
            return;
        }
        pending.outcome().succeed(result);
    }

    private void reopenIfSuspect() throws SQLException {
        if (connectionSuspect) {
            SqlConnection fresh = connections.reader();
            close();
            connection = fresh;
            connectionSuspect = false;
        }
    }

    void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            log.warn("could not close a reading connection: {}", e.toString());
        }
    }
}
