package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The view of one write on the writer's connection.
record OpenTransaction(SqlConnection connection, List<Runnable> actions, long nowMs)
        implements Transaction {

    @Override
    public void afterCommit(Runnable action) {
        actions.add(action);
    }

    @Override
    public int execute(String sql, @Nullable Object... parameters) throws SQLException {
        return connection.execute(sql, parameters);
    }

    @Override
    public <T> Optional<T> first(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException {
        return connection.first(sql, mapper, parameters);
    }

    @Override
    public <T> List<T> list(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException {
        return connection.list(sql, mapper, parameters);
    }

    @Override
    public void each(String sql, RowVisitor visitor, @Nullable Object... parameters)
            throws SQLException {
        connection.each(sql, visitor, parameters);
    }
}
