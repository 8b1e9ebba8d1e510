package dev.roosthold.relay.store;

import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a database to the schema of the program, in one transaction, and refuses one that it does
/// not know: changed steps, and steps of a newer program that do not let older ones go on.
///
/// Other relays may serve the database meanwhile (PostgreSQL): their writes wait until it is done.
/// A table that is read for long at that moment is asked for again and again.
final class Migrator {
    private static final Logger LOG = LoggerFactory.getLogger(Migrator.class);

    /// How long tables are asked for that others read.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration AGAIN = Duration.ofMillis(200);

    private static final String TABLE = "schema_migration";
    private static final String MARK = "older_go_on";

    private record Applied(int number, String name, String checksum, boolean olderGoOn) {}

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
        boolean current = isCurrent(connection);
        connection.rollback();
        if (current) {
            return;
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!hasMigrated(connection, end)) {
            rest();
        }
    }

    /// Tries it once.
    ///
    /// @param endNanos from when on a conflict is a failure
    /// @return false after a conflict
    private boolean hasMigrated(SqlConnection connection, long endNanos) throws SQLException {
        try {
            connection.beginWriting(null);
            migrateInside(connection);
            connection.commit();
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (Faults.isConflict(e) && System.nanoTime() < endNanos) {
                LOG.debug("the schema is not changed yet, the database is in use", e);
                return false;
            }
            throw e;
        } catch (RuntimeException e) {
            connection.rollback();
            throw e;
        }
    }

    private static void rest() {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the schema was in use", e);
        }
    }

    private void migrateInside(SqlConnection connection) throws SQLException {
        Dialect dialect = connection.dialect();
        for (String words : dialect.alone()) {
            connection.script(words);
        }
        connection.script(
                dialect.schemaText(
                        """
                        CREATE TABLE IF NOT EXISTS schema_migration (
                          number INTEGER PRIMARY KEY,
                          name TEXT NOT NULL,
                          checksum TEXT NOT NULL,
                          applied_at_ms INTEGER NOT NULL
                        ) STRICT"""));
        if (!hasMark(connection)) {
            // Databases that were made before steps said it have the table without it.
            connection.script(
                    dialect.schemaText(
                            "ALTER TABLE schema_migration"
                                    + " ADD COLUMN older_go_on INTEGER NOT NULL DEFAULT 0"));
        }
        int done = check(connection);
        for (Migration step : after(done, migrations)) {
            connection.script(step.sql());
            connection.execute(
                    "INSERT INTO schema_migration"
                            + " (number, name, checksum, applied_at_ms, older_go_on)"
                            + " VALUES (?, ?, ?, ?, ?)",
                    step.number(),
                    step.name(),
                    step.checksum(),
                    clock.millis(),
                    step.olderGoOn());
        }
    }

    /// The number of the latest step of a database that is only read; higher than that of the
    /// latest of these migrations when a newer program has added some that let older ones go on.
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
        if (!hasSteps(connection) || !hasMark(connection)) {
            return false;
        }
        int schema = check(connection);
        if (schema > migrations.size()) {
            LOG.atWarn()
                    .addKeyValue("schema", schema)
                    .addKeyValue("known", migrations.size())
                    .log("a newer program has changed the schema; this one can go on with it");
        }
        return schema >= migrations.size();
    }

    private boolean hasSteps(SqlConnection connection) throws SQLException {
        return connection.first(connection.dialect().hasTable(), _ -> true, TABLE).isPresent();
    }

    private boolean hasMark(SqlConnection connection) throws SQLException {
        return connection
                .first(connection.dialect().hasColumn(), _ -> true, TABLE, MARK)
                .isPresent();
    }

    /// How many steps the database already has: all of them agree with ours, and those that we do
    /// not know let older programs go on.
    private int check(SqlConnection connection) throws SQLException {
        String mark = hasMark(connection) ? MARK : "0";
        List<Applied> applied =
                connection.list(
                        "SELECT number, name, checksum, "
                                + mark
                                + " FROM schema_migration ORDER BY number",
                        row ->
                                new Applied(
                                        row.getInt(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getInt(4) == 1));
        for (Applied newer : after(migrations.size(), applied)) {
            if (!newer.olderGoOn()) {
                refuse(applied.getLast());
            }
        }
        for (int i = 0; i < Math.min(applied.size(), migrations.size()); i++) {
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

    private static <T> List<T> after(int count, List<T> all) {
        return all.subList(Math.min(count, all.size()), all.size());
    }

    private void refuse(Applied last) {
        throw new StoreException(
                "the database was written by a newer program (schema "
                        + last.number()
                        + " "
                        + last.name()
                        + ", this program knows "
                        + migrations.size()
                        + "); start the newer program or restore an older backup");
    }
}
