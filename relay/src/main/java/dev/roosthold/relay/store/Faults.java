package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/// Tells the store's own failures from mistakes of a statement.
final class Faults {
    /// The server has ended the connection because nothing came in the midst of a transaction.
    private static final String SILENT_TOO_LONG = "25P03";

    private Faults() {}

    /// What failed, when it was the store rather than the statement; `null` otherwise. After such a
    /// failure SQLite may have undone the whole transaction by itself (sqlite.org, "Response To
    /// Errors Within A Transaction"), so nothing may run in it any more.
    static @Nullable String ofStore(SQLException e) {
        return e instanceof SQLiteException ? ofSqlite(e) : ofServer(e.getSQLState());
    }

    /// Whether the transaction lost against another one and may be run again as it was
    /// (PostgreSQL, "Serialization Failure Handling"), or has waited too long for a lock of one.
    static boolean isConflict(SQLException e) {
        String state = e.getSQLState();
        return "40001".equals(state) || "40P01".equals(state) || "55P03".equals(state);
    }

    /// Whether a commit that failed so has certainly not been made.
    static boolean isUndone(SQLException e) {
        return isConflict(e) || SILENT_TOO_LONG.equals(e.getSQLState());
    }

    /// Whether the connection to a server is gone. What was not committed by then was undone.
    static boolean isLostConnection(SQLException e) {
        String state = e.getSQLState();
        return !(e instanceof SQLiteException)
                && state != null
                && (state.startsWith("08")
                        || state.startsWith("57P0")
                        || state.equals(SILENT_TOO_LONG));
    }

    /// Whether a server has failed, after which the connection to it may be of no use any more.
    static boolean isOfServer(SQLException e) {
        return !(e instanceof SQLiteException)
                && ofServer(e.getSQLState()) != null
                && !isConflict(e);
    }

    /// Codes of PostgreSQL, appendix A. Those of a mistake, such as a violated constraint, belong
    /// to the statement.
    private static @Nullable String ofServer(@Nullable String state) {
        if (state == null || state.length() != 5) {
            return null;
        }
        return switch (state.substring(0, 2)) {
            case "08" -> "the database cannot be reached";
            case "28" -> "the database does not accept this user";
            case "3D" -> "the database does not exist";
            case "40" -> "other writers are always faster";
            case "53" ->
                    state.equals("53100")
                            ? "the disk is full"
                            : "the database has no memory or no connection left";
            case "55" -> "the database is in use by another program";
            case "57" -> "the database is being stopped or started";
            case "58" -> "the disk reports an error";
            case "XX" -> "the database is damaged";
            default ->
                    switch (state) {
                        case "25006" -> "the database cannot be written (read-only)";
                        case SILENT_TOO_LONG -> "this program was stopped for too long";
                        default -> null;
                    };
        };
    }

    private static @Nullable String ofSqlite(SQLException e) {
        return switch (primaryCode(e)) {
            case 3, 8 -> "the database cannot be written (read-only)";
            case 5, 6 -> "the database is in use by another program";
            case 7 -> "out of memory";
            case 9 -> "interrupted";
            case 10 -> "the disk reports an error";
            case 11, 26 -> "the database file is damaged";
            case 13 -> "the disk is full";
            case 14, 15 -> "the database file cannot be opened";
            default -> null;
        };
    }

    /// For a failure of the store whatever the cause.
    static StoreException storeException(String what, SQLException e) {
        String reason = ofStore(e);
        return new StoreException(reason == null ? what : what + ": " + reason, e);
    }

    /// Whether the connection is as good as before.
    static boolean isPassing(SQLException e) {
        return primaryCode(e) == 5 || isConflict(e);
    }

    private static int primaryCode(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : 0;
    }
}
