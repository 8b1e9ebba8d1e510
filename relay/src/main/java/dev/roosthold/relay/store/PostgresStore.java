package dev.roosthold.relay.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.OptionalLong;

/// The store in a PostgreSQL database, which several relays can share. A relay writes through a
/// pool of connections: a write is committed by itself, together at most with writes of the same
/// account that wait at that moment, as these would only wait for each other's lock. Each write
/// sees the database as if nobody else wrote; those of one account wait for each other, of whichever
/// relay they are.
public final class PostgresStore extends DatabaseStore {

    private final PostgresConnections connections;

    private PostgresStore(StoreConfig config, PostgresConnections connections)
            throws SQLException, IOException {
        super(config, connections, () -> {});
        this.connections = connections;
    }

    /// Opens the database as its relay, which there is one of at a time.
    ///
    /// @param config its file and migrations are not used
    /// @throws StoreException with a message for the operator, without the password; also when
    ///     another relay uses the database
    public static PostgresStore open(StoreConfig config, PostgresUrl url) {
        return open(config, url, PostgresConnections.Use.ALONE);
    }

    /// Opens the database as one of several relays that share it and tell each other what they do.
    ///
    /// @throws StoreException like [#open(StoreConfig, PostgresUrl)]
    public static PostgresStore openAmongNodes(StoreConfig config, PostgresUrl url) {
        return open(config, url, PostgresConnections.Use.AMONG_NODES);
    }

    /// A connection of its own, for what must not wait for writes. Close it before the store.
    public SideConnection side() {
        try {
            return new SideConnection(connections);
        } catch (SQLException e) {
            throw Faults.storeException("cannot use the database", e);
        }
    }

    /// Opens the database beside its relay or without it, for commands such as making an invite.
    ///
    /// @throws StoreException like [#open(StoreConfig, PostgresUrl)]
    public static PostgresStore openBeside(StoreConfig config, PostgresUrl url) {
        return open(config, url, PostgresConnections.Use.BESIDE);
    }

    /// Connects, and brings the schema to that of this program, which one program at a time does.
    private static PostgresStore open(
            StoreConfig config, PostgresUrl url, PostgresConnections.Use use) {
        try {
            return new PostgresStore(
                    config.withMigrations(Migration.ofProgram(Dialect.POSTGRESQL)),
                    new PostgresConnections(url, use));
        } catch (SQLException e) {
            throw Faults.storeException(
                    "cannot use the database at " + url.place() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new StoreException("cannot use the database at " + url.place(), e);
        }
    }

    /// The number of the latest schema step of a database that is only looked at.
    ///
    /// @throws StoreException with a message for the operator, when it cannot be reached or used
    public static int schema(PostgresUrl url) {
        try (SqlConnection connection =
                new PostgresConnections(url, PostgresConnections.Use.BESIDE).reader()) {
            return Migrator.schema(
                    connection, Migration.ofProgram(Dialect.POSTGRESQL), url.place());
        } catch (SQLException e) {
            throw Faults.storeException(
                    "cannot use the database at " + url.place() + ": " + e.getMessage(), e);
        }
    }

    /// The server's own affair.
    @Override
    public OptionalLong freeBytes() {
        return OptionalLong.empty();
    }

    /// Asks the server, and waits for its answer.
    @Override
    public OptionalLong databaseBytes() {
        try {
            return readNow(
                            sql ->
                                    sql.first(
                                            "SELECT pg_database_size(current_database())",
                                            row -> OptionalLong.of(row.getLong(1))))
                    .orElse(OptionalLong.empty());
        } catch (StoreException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public OptionalLong walBytes() {
        return OptionalLong.empty();
    }
}
