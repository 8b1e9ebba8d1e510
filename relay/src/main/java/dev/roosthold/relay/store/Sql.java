package dev.roosthold.relay.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs statements on one connection. Statements are text with `?` parameters and are kept prepared
/// by their text, so pass constants. Parameters: `String`, `Long`, `Integer`, `Boolean` (stored as
/// 0 or 1), `byte[]`, `null`. Only valid during the operation it was given to, on its thread.
public interface Sql {

    /// Rows changed by an INSERT, UPDATE or DELETE.
    int execute(String sql, @Nullable Object... parameters) throws SQLException;

    /// The first row, if any. Also for `INSERT/UPDATE/DELETE ... RETURNING`.
    <T> Optional<T> first(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException;

    /// All rows.
    <T> List<T> list(String sql, RowMapper<T> mapper, @Nullable Object... parameters)
            throws SQLException;

    /// Shows the rows one after the other until the visitor has seen enough; for results that are
    /// bounded by their content and not by their number.
    void each(String sql, RowVisitor visitor, @Nullable Object... parameters) throws SQLException;

    /// Looks at the current row; columns are counted from 1.
    @FunctionalInterface
    interface RowVisitor {
        /// @return whether to go on
        boolean visit(ResultSet row) throws SQLException;
    }

    /// Makes a value of the current row; columns are counted from 1.
    @FunctionalInterface
    interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }
}
