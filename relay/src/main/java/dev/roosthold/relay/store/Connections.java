package dev.roosthold.relay.store;

import java.sql.SQLException;

/// Opens connections to one database. Thread-safe.
interface Connections {

    /// How many connections for writes are of use at the same time.
    int writers();

    /// A connection for writes, each of which is on the disk when its commit returns.
    ///
    /// @param number from 0; of the connections of one number only the latest is used
    SqlConnection writer(int number) throws SQLException;

    /// A connection whose transactions see one state of the database and change nothing.
    SqlConnection reader() throws SQLException;
}
