package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Brings a database to the schema of the program, in one transaction, and refuses one that it does
/// not know: changed steps and databases of a newer program.
final class Migrator {
    private record Applied(int number, String name, String checksum) {}

    private final List<Migration> migrations;
    private final InstantSource clock;

    Migrator(List<Migration> migrations, InstantSource clock) {
        for (int i = 0; i < migrations.size(); i++) {
            if (migrations.get(i).number() != i + 1) {
                throw new IllegalStateException(
                        "migration " + migrations.get(i).name() + " should be number " + (i + 1));
            }
        }
        this.migrations = migrations;
        this.clock = clock;
    }

    /// @throws StoreException when the database must not be used with this program
    void migrate(SqlConnection connection) throws SQLException {
        if (isCurrent(connection)) {
            connection.rollback();
            return;
        }
        connection.rollback();
        connection.begin(true);
        try {
            Optional<String> alone = connection.dialect().alone();
            if (alone.isPresent()) {
                connection.first(alone.get(), _ -> true);
            }
            connection.script(
                    connection
                            .dialect()
                            .schemaText(
                                    """
                    CREATE TABLE IF NOT EXISTS schema_migration (
                      number INTEGER PRIMARY KEY,
                      name TEXT NOT NULL,
                      checksum TEXT NOT NULL,
                      applied_at_ms INTEGER NOT NULL
                    ) STRICT"""));
            int done = check(connection);
            for (Migration step : migrations.subList(done, migrations.size())) {
                connection.script(step.sql());
                connection.execute(
                        "INSERT INTO schema_migration (number, name, checksum, applied_at_ms)"
                                + " VALUES (?, ?, ?, ?)",
                        step.number(),
                        step.name(),
                        step.checksum(),
                        clock.millis());
            }
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        }
    }

    /// The number of the latest step of a database that is only read.
    ///
    /// @param place where the database is, for messages
    /// @throws StoreException when it has none, or must not be used with these migrations
    static int schema(SqlConnection connection, List<Migration> migrations, Object place) {
        var migrator = new Migrator(migrations, InstantSource.system());
        try {
            if (!migrator.hasSteps(connection)) {
                throw new StoreException(place + " is not a database of a relay");
            }
            return migrator.check(connection);
        } catch (SQLException e) {
            throw Faults.storeException("cannot read " + place, e);
        }
    }

    private boolean isCurrent(SqlConnection connection) throws SQLException {
        return hasSteps(connection) && check(connection) == migrations.size();
    }

    private boolean hasSteps(SqlConnection connection) throws SQLException {
        return connection
                .first(connection.dialect().hasTable(), row -> true, "schema_migration")
                .isPresent();
    }

    /// How many steps the database already has, all of which agree with ours.
    private int check(SqlConnection connection) throws SQLException {
        List<Applied> applied =
                connection.list(
                        "SELECT number, name, checksum FROM schema_migration ORDER BY number",
                        row -> new Applied(row.getInt(1), row.getString(2), row.getString(3)));
        if (applied.size() > migrations.size()) {
            Applied last = applied.getLast();
            throw new StoreException(
                    "the database was written by a newer program (schema "
                            + last.number()
                            + " "
                            + last.name()
                            + ", this program knows "
                            + migrations.size()
                            + "); start the newer program or restore an older backup");
        }
        for (int i = 0; i < applied.size(); i++) {
            Applied theirs = applied.get(i);
            Migration ours = migrations.get(i);
            if (theirs.number() != ours.number() || !theirs.checksum().equals(ours.checksum())) {
                throw new StoreException(
                        "schema step "
                                + theirs.number()
                                + " "
                                + theirs.name()
                                + " of the database differs from this program's ("
                                + ours.name()
                                + "); the database belongs to another build, nothing was changed");
            }
        }
        return applied.size();
    }
}
