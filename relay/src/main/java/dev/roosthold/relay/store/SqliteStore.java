package dev.roosthold.relay.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.OptionalLong;

/// The store in one SQLite file: write-ahead log, `synchronous=FULL`.
public final class SqliteStore extends DatabaseStore {
    private final Path file;

    private SqliteStore(StoreConfig config, SqliteConnections connections)
            throws SQLException, IOException {
        super(config, connections, connections::syncDirectory);
        file = config.file();
    }

    /// Opens the file, creating it when absent, and brings it to the schema of the configuration.
    /// What a killed process left behind is recovered.
    ///
    /// @throws StoreException with a message for the operator
    public static SqliteStore open(StoreConfig config) {
        try {
            return new SqliteStore(
                    config, new SqliteConnections(config.file(), config.busyTimeout()));
        } catch (SQLException e) {
            throw Faults.storeException("cannot open " + config.file(), e);
        } catch (IOException e) {
            throw new StoreException("cannot open " + config.file() + ": " + e, e);
        }
    }

    @Override
    public OptionalLong freeBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(file.toAbsolutePath()).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public OptionalLong databaseBytes() {
        return size(file);
    }

    @Override
    public OptionalLong walBytes() {
        return size(file.resolveSibling(file.getFileName() + "-wal"));
    }

    private static OptionalLong size(Path path) {
        try {
            return OptionalLong.of(Files.size(path));
        } catch (IOException e) {
            return OptionalLong.of(0);
        }
    }
}
