package dev.roosthold.relay.store;

import java.util.Optional;

/// What one table holds for one owner, and how to read it out, weigh it and delete it. The
/// statements are text, so that whoever works through many tables needs to know none of them.
///
/// @param table its name
/// @param select all rows of the owner, with the columns that the owner may have; the parameter is
///     the owner. Empty for what is nobody's data, such as hashes of secrets
/// @param measure one row: how many rows, and their bytes roughly; the parameter is the owner
/// @param deleteSome deletes some rows; the parameters are the owner and the most rows to delete
public record OwnedRows(String table, Optional<String> select, String measure, String deleteSome) {

    /// A table that names the owner in each row.
    ///
    /// @param owner the column with the owner
    /// @param key the columns of the primary key
    /// @param exported the columns that the owner may have; empty for none
    /// @param bytes an expression for what a row takes
    public static OwnedRows of(
            String table, String owner, String key, String exported, String bytes) {
        String rows = " FROM " + table + " WHERE " + owner + " = ?";
        return new OwnedRows(
                table,
                exported.isEmpty()
                        ? Optional.empty()
                        : Optional.of("SELECT " + exported + rows + " ORDER BY " + key),
                "SELECT count(*), coalesce(sum(" + bytes + "), 0)" + rows,
                "DELETE FROM "
                        + table
                        + " WHERE ("
                        + key
                        + ") IN (SELECT "
                        + key
                        + rows
                        + " LIMIT ?)");
    }
}
