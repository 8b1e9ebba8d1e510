package dev.roosthold.relay.store;

import java.sql.SQLException;

/// Opens connections to one database. Thread-safe.
interface Connections {

    /// A connection for writes, each of which is on the disk when its commit returns.
    SqlConnection writer() throws SQLException;

    /// A connection whose transactions see one state of the database and change nothing.
    SqlConnection reader() throws SQLException;
}
