package dev.roosthold.relay.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Properties;
import org.postgresql.Driver;

/// Opens connections to a PostgreSQL server. Thread-safe.
final class PostgresConnections implements Connections {
    /// Rows that are fetched at once; the rest waits at the server.
    private static final int FETCHED = 256;

    private static final String NOT_GOT = "55P03";
    private static final String IN_USE = "55006";

    /// Held by the relay of a database, for as long as its first connection for writes lives.
    private static final long OWNER = 7_304_611_822_542L;

    /// The same for its second one; those that follow count on.
    private static final long OWNER_OF_SECOND = 7_304_611_823_100L;

    private final PostgresUrl url;
    private final Use use;

    /// Tells these connections from those of all other programs: random.
    private final String owner;

    /// Who else may use the database at the same time.
    enum Use {
        /// No other relay.
        ALONE,
        /// Other relays that say the same.
        AMONG_NODES,
        /// Whoever likes: it is no relay that connects.
        BESIDE
    }

    PostgresConnections(PostgresUrl url, Use use) {
        this.url = url;
        this.use = use;
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        this.owner = HexFormat.of().formatHex(random);
    }

    String owner() {
        return owner;
    }

    /// What the connections of an owner are called at the server.
    static String name(String owner) {
        return "roost " + owner;
    }

    /// A command beside a relay writes little.
    @Override
    public int writers() {
        return use == Use.BESIDE ? 1 : url.pool();
    }

    @Override
    public SqlConnection writer(int number) throws SQLException {
        Connection jdbc = open();
        try {
            jdbc.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            jdbc.setAutoCommit(false);
            var connection = new SqlConnection(jdbc, Dialect.POSTGRESQL);
            // An answer may only follow a commit that is on the disk, whatever the server's
            // default.
            connection.script("SET SESSION synchronous_commit = on");
            long owner = number == 0 ? OWNER : OWNER_OF_SECOND + number - 1;
            switch (use) {
                case ALONE ->
                        own(
                                connection,
                                "SELECT pg_advisory_lock(?)",
                                owner,
                                "another relay uses this database");
                case AMONG_NODES ->
                        own(
                                connection,
                                "SELECT pg_advisory_lock_shared(?)",
                                owner,
                                "a relay that was started without --nats uses this database");
                case BESIDE -> {}
            }
            // A relay that has stopped in the midst of a write, or cannot be reached any more, must
            // not hold up the others: the server undoes what it hears nothing more of. Meanwhile a
            // write that waits for it lets those behind it go first now and then.
            connection.script("SET SESSION idle_in_transaction_session_timeout = '1s'");
            connection.script("SET SESSION lock_timeout = '100ms'");
            connection.commit();
            return connection;
        } catch (SQLException e) {
            jdbc.close();
            throw e;
        }
    }

    @Override
    public SqlConnection reader() throws SQLException {
        Connection jdbc = open();
        try {
            jdbc.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            jdbc.setReadOnly(true);
            jdbc.setAutoCommit(false);
            return new SqlConnection(jdbc, Dialect.POSTGRESQL);
        } catch (SQLException e) {
            jdbc.close();
            throw e;
        }
    }

    /// The connection of a relay that has just ended keeps its lock until the server notices.
    private static void own(SqlConnection connection, String lock, long key, String refusal)
            throws SQLException {
        connection.script("SET LOCAL lock_timeout = '5s'");
        try {
            connection.first(lock, _ -> true, key);
        } catch (SQLException e) {
            throw NOT_GOT.equals(e.getSQLState()) ? new SQLException(refusal, IN_USE, e) : e;
        }
    }

    /// A connection for a [SideConnection].
    SqlConnection side() throws SQLException {
        Connection jdbc = open();
        try {
            jdbc.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            jdbc.setAutoCommit(false);
            return new SqlConnection(jdbc, Dialect.POSTGRESQL);
        } catch (SQLException e) {
            jdbc.close();
            throw e;
        }
    }

    private Connection open() throws SQLException {
        Properties properties = url.properties();
        url.password().ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("ApplicationName", name(owner));
        properties.setProperty("currentSchema", url.schema());
        properties.setProperty("defaultRowFetchSize", String.valueOf(FETCHED));
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "10");
        // A server that has gone without a word is noticed; a statement never takes so long.
        properties.setProperty("socketTimeout", "60");
        properties.setProperty("tcpKeepAlive", "true");
        // What the server says to a failed statement may quote its parameters.
        properties.setProperty("logServerErrorDetail", "false");
        Connection jdbc = new Driver().connect(url.jdbc(), properties);
        if (jdbc == null) {
            throw new IllegalStateException("the driver does not know its own form of address");
        }
        return jdbc;
    }
}
