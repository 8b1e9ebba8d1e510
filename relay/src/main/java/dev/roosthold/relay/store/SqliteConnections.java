package dev.roosthold.relay.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.sqlite.JDBC;

/// Opens the database file. Thread-safe.
final class SqliteConnections implements Connections {
    private final Path file;
    private final Duration busyTimeout;

    /// Creates the file when it is absent.
    ///
    /// @throws StoreException when it cannot be created
    SqliteConnections(Path file, Duration busyTimeout) {
        this.file = file.toAbsolutePath().normalize();
        this.busyTimeout = busyTimeout;
        try {
            Path directory = directory();
            if (Files.notExists(directory)) {
                Files.createDirectories(directory, owner(directory, "rwx------"));
            }
            NativeLibrary.unpackInto(directory.resolve("native"));
            Files.createFile(this.file, owner(directory, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            // Kept as it is: SQLite gives its companion files the same mode.
        } catch (IOException e) {
            throw new StoreException("cannot create " + this.file + ": " + e, e);
        }
    }

    /// SQLite has one writer at a time.
    @Override
    public int writers() {
        return 1;
    }

    @Override
    public SqlConnection writer(int number) throws SQLException {
        SqlConnection connection = open();
        // A commit returns only when the log is on the disk; with NORMAL the last commits before a
        // power loss would be gone.
        pragmas(connection, "synchronous = FULL", "journal_mode = WAL", "cache_size = -8192");
        // Keeps the log file from staying at the size of its largest burst.
        pragmas(connection, "journal_size_limit = 67108864");
        String mode = connection.first("PRAGMA journal_mode", row -> row.getString(1)).orElse("");
        if (!mode.equals("wal")) {
            connection.close();
            throw new StoreException(
                    file + " cannot use a write-ahead log (journal mode is " + mode + ")");
        }
        return connection;
    }

    @Override
    public SqlConnection reader() throws SQLException {
        SqlConnection connection = open();
        pragmas(connection, "query_only = ON", "cache_size = -4096");
        return connection;
    }

    /// Makes the names of new files durable, as a synced file without a synced name may vanish at
    /// power loss.
    void syncDirectory() throws IOException {
        if (isPosix(directory())) {
            try (var channel = FileChannel.open(directory(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private SqlConnection open() throws SQLException {
        // Not through DriverManager, which would load every other driver of the class path too.
        Connection jdbc = JDBC.createConnection("jdbc:sqlite:" + file, new Properties());
        var connection = new SqlConnection(jdbc, Dialect.SQLITE);
        try {
            pragmas(
                    connection,
                    "busy_timeout = " + busyTimeout.toMillis(),
                    "foreign_keys = ON",
                    "trusted_schema = OFF",
                    "temp_store = MEMORY");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private static void pragmas(SqlConnection connection, String... settings) throws SQLException {
        for (String setting : settings) {
            connection.script("PRAGMA " + setting);
        }
    }

    private Path directory() {
        Path parent = file.getParent();
        if (parent == null) {
            throw new StoreException(file + " is not a file name");
        }
        return parent;
    }

    static FileAttribute<?>[] owner(Path near, String mode) {
        return isPosix(near)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
