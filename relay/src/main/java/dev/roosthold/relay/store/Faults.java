package dev.roosthold.relay.store;

import java.sql.SQLException;
import org.sqlite.SQLiteException;

/// Tells the store's own failures from mistakes of a statement.
final class Faults {
    private Faults() {}

    /// What failed, when it was the store rather than the statement; `null` otherwise. After such a
    /// failure SQLite may have undone the whole transaction by itself (sqlite.org, "Response To
    /// Errors Within A Transaction"), so nothing may run in it any more.
    static @org.jspecify.annotations.Nullable String ofStore(SQLException e) {
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

    static boolean isBusy(SQLException e) {
        return primaryCode(e) == 5;
    }

    private static int primaryCode(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : 0;
    }
}
