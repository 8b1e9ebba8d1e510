package dev.roosthold.relay.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One connection with its kept statements. One thread at a time.
///
/// Savepoints are plain statements, and with SQLite whole transactions are ([Dialect]).
final class SqlConnection implements Sql, AutoCloseable {
    /// More than all statements of the program; what exceeds it was built at run time.
    private static final int MAX_KEPT = 512;

    /// A prepared statement and where its parameters stand.
    private record Kept(PreparedStatement statement, List<Integer> places) {}

    private final Connection jdbc;
    private final Dialect dialect;

    /// Least recently used first. A statement in use is not in the map, so that a row mapper may
    /// run statements, even the same one.
    private final Map<String, Kept> kept = new LinkedHashMap<>();

    private @Nullable SQLException broken;
    private boolean answered;

    SqlConnection(Connection jdbc, Dialect dialect) {
        this.jdbc = jdbc;
        this.dialect = dialect;
    }

    @Override
    public int execute(String sql, @Nullable Object... parameters) throws SQLException {
        return use(sql, parameters, PreparedStatement::executeUpdate);
    }

    @Override
    public <T> Optional<T> first(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException {
        return use(
                sql,
                parameters,
                statement -> {
                    try (ResultSet rows = rows(statement)) {
                        return rows.next()
                                ? Optional.ofNullable(mapper.map(rows))
                                : Optional.empty();
                    }
                });
    }

    @Override
    public <T> List<T> list(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException {
        return use(
                sql,
                parameters,
                statement -> {
                    try (ResultSet rows = rows(statement)) {
                        var all = new ArrayList<T>();
                        while (rows.next()) {
                            all.add(mapper.map(rows));
                        }
                        return all;
                    }
                });
    }

    @Override
    public void each(String sql, RowVisitor visitor, @Nullable Object... parameters)
            throws SQLException {
        use(
                sql,
                parameters,
                statement -> {
                    try (ResultSet rows = rows(statement)) {
                        boolean more = rows.next();
                        while (more) {
                            more = visitor.visit(rows) && rows.next();
                        }
                        return Boolean.TRUE;
                    }
                });
    }

    private ResultSet rows(PreparedStatement statement) throws SQLException {
        ResultSet rows = dialect.rows(statement.executeQuery());
        answered = true;
        return rows;
    }

    /// Whether a query was answered since the transaction began.
    boolean hasAnswered() {
        return answered;
    }

    /// Runs several statements separated by semicolons, without parameters.
    void script(String sql) throws SQLException {
        try (Statement statement = jdbc.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    boolean isClosed() throws SQLException {
        return jdbc.isClosed();
    }

    Dialect dialect() {
        return dialect;
    }

    /// @param forWriting takes the write lock at once instead of at the first change
    void begin(boolean forWriting) throws SQLException {
        broken = null;
        answered = false;
        Optional<String> words = dialect.begin(forWriting);
        if (words.isPresent()) {
            execute(words.get());
        }
    }

    /// Begins a transaction that nothing which belongs to the lane is written beside, or nothing at
    /// all.
    void beginWriting(@Nullable Lane lane) throws SQLException {
        begin(true);
        dialect.lock(this, lane);
    }

    void commit() throws SQLException {
        if (driverEnds()) {
            jdbc.commit();
        } else {
            execute("COMMIT");
        }
    }

    /// Ends the transaction if there is one.
    void rollback() {
        broken = null;
        try {
            if (driverEnds()) {
                jdbc.rollback();
            } else {
                execute("ROLLBACK");
            }
        } catch (SQLException e) {
            // The database has undone it by itself; the next begin shows whether the connection
            // works.
            broken = null;
        }
    }

    private boolean driverEnds() {
        return dialect.begin(true).isEmpty();
    }

    void savepoint() throws SQLException {
        execute("SAVEPOINT operation");
    }

    void releaseSavepoint() throws SQLException {
        execute("RELEASE operation");
    }

    /// @throws SQLException when the transaction is gone as a whole
    void rollbackToSavepoint() throws SQLException {
        broken = null;
        execute("ROLLBACK TO operation");
        execute("RELEASE operation");
    }

    /// The failure of the store since the transaction or savepoint began, also when the operation
    /// that met it went on.
    @Nullable SQLException broken() {
        return broken;
    }

    /// Lets nothing more run until the transaction is rolled back.
    void markBroken(SQLException cause) {
        broken = cause;
    }

    @Override
    public void close() throws SQLException {
        for (Kept one : kept.values()) {
            one.statement().close();
        }
        kept.clear();
        jdbc.close();
    }

    private interface Use<T> {
        T apply(PreparedStatement statement) throws SQLException;
    }

    private <T> T use(String sql, @Nullable Object[] parameters, Use<T> use) throws SQLException {
        if (broken != null) {
            throw new SQLException("the transaction is gone after an earlier failure", broken);
        }
        Kept one = kept.remove(sql);
        boolean reusable = false;
        try {
            if (one == null) {
                Dialect.Text text = dialect.text(sql);
                one = new Kept(jdbc.prepareStatement(text.sql()), text.places());
            }
            bind(one, parameters);
            T result = use.apply(one.statement());
            reusable = true;
            return result;
        } catch (SQLException e) {
            if (Faults.ofStore(e) != null) {
                broken = e;
            }
            throw e;
        } finally {
            if (one != null) {
                giveBack(sql, one, reusable);
            }
        }
    }

    private void giveBack(String sql, Kept one, boolean reusable) throws SQLException {
        Kept surplus = reusable ? kept.put(sql, one) : one;
        if (surplus == null && kept.size() > MAX_KEPT) {
            surplus = kept.remove(kept.keySet().iterator().next());
        }
        if (surplus != null) {
            surplus.statement().close();
        }
    }

    private void bind(Kept one, @Nullable Object[] parameters) throws SQLException {
        List<Integer> places = one.places();
        if (places.isEmpty()) {
            for (int i = 0; i < parameters.length; i++) {
                bind(one.statement(), i + 1, parameters[i]);
            }
        } else {
            for (int i = 0; i < places.size(); i++) {
                bind(one.statement(), i + 1, parameters[places.get(i)]);
            }
        }
    }

    private void bind(PreparedStatement statement, int index, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case null -> statement.setNull(index, java.sql.Types.NULL);
            case String text -> statement.setString(index, dialect.written(text));
            case Long number -> statement.setLong(index, number);
            case Integer number -> dialect.bindNumber(statement, index, number);
            case Boolean flag -> dialect.bindNumber(statement, index, flag ? 1 : 0);
            case byte[] bytes -> statement.setBytes(index, bytes);
            default ->
                    throw new IllegalArgumentException(
                            "no column type for " + value.getClass().getName());
        }
    }
}
