package dev.roosthold.relay.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/// A database file that is looked at without being the store of a relay: nothing in it is changed.
/// One thread at a time.
public final class DatabaseFile implements AutoCloseable {
    private static final int MAX_TOLD = 5;

    private final Path file;
    private final SqlConnection connection;

    private DatabaseFile(Path file, SqlConnection connection) {
        this.file = file;
        this.connection = connection;
    }

    /// Opens a file for reading. One without a write-ahead log is taken for one that nobody writes
    /// to, so that not even companion files are made.
    ///
    /// @throws StoreException when it cannot be opened
    public static DatabaseFile open(Path file) {
        Path whole = file.toAbsolutePath().normalize();
        try {
            Path directory = whole.getParent();
            if (directory != null) {
                NativeLibrary.useFrom(directory.resolve("native"));
            }
            Path log = Path.of(whole + "-wal");
            boolean quiet = Files.notExists(log) || Files.size(log) == 0;
            boolean alone = quiet && Files.notExists(Path.of(whole + "-shm"));
            String url =
                    "jdbc:sqlite:file:"
                            + whole.toUri().getRawPath()
                            + (alone ? "?mode=ro&immutable=1" : "?mode=ro");
            var connection = new SqlConnection(DriverManager.getConnection(url), Dialect.SQLITE);
            try {
                connection.script("PRAGMA busy_timeout = 5000");
                connection.script("PRAGMA query_only = ON");
                connection.script("PRAGMA trusted_schema = OFF");
                connection.script("PRAGMA temp_store = MEMORY");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new DatabaseFile(whole, connection);
        } catch (SQLException e) {
            throw Faults.storeException("cannot open " + whole, e);
        } catch (IOException e) {
            throw new StoreException("cannot open " + whole + ": " + e, e);
        }
    }

    /// Unpacks SQLite's own library into a directory, which must happen before the first database
    /// is opened to be of use; [SqliteStore] does it by itself.
    ///
    /// @throws IOException when the directory cannot be written
    public static void prepare(Path directory) throws IOException {
        NativeLibrary.unpackInto(directory.resolve("native"));
    }

    /// Writes what the database holds at this moment into another file: everything that was
    /// acknowledged before the call, and nothing that was not committed. Writers go on meanwhile.
    /// The copy is on the disk when this returns.
    ///
    /// @param target absent, or an empty file, whose mode is kept
    /// @throws StoreException when the source cannot be read or the target cannot be written
    public static void copy(Path source, Path target) {
        if (!Files.isRegularFile(source)) {
            throw new StoreException("there is no database " + source);
        }
        Path whole = source.toAbsolutePath().normalize();
        try {
            Path directory = whole.getParent();
            if (directory != null) {
                NativeLibrary.useFrom(directory.resolve("native"));
            }
            try (var connection =
                    new SqlConnection(
                            DriverManager.getConnection("jdbc:sqlite:" + whole), Dialect.SQLITE)) {
                connection.script("PRAGMA busy_timeout = 30000");
                connection.script("PRAGMA temp_store = MEMORY");
                connection.execute("VACUUM INTO ?", target.toAbsolutePath().normalize().toString());
            }
            // SQLite leaves that to the caller.
            try (var channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (SQLException e) {
            throw Faults.storeException("cannot copy " + source + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new StoreException("cannot write " + target + ": " + e, e);
        }
    }

    /// Reads; for short statements, each sees what is committed.
    public <T> T read(Store.ReadOperation<T> operation) {
        try {
            connection.begin(false);
            try {
                return operation.run(connection);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw Faults.storeException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /// What is wrong with the file, a few lines; empty when it is whole.
    ///
    /// @param thorough compares indexes with their tables too, which takes several times as long
    public List<String> damage(boolean thorough) {
        String check = thorough ? "PRAGMA integrity_check(" : "PRAGMA quick_check(";
        try {
            List<String> found = connection.list(check + MAX_TOLD + ")", row -> row.getString(1));
            if (!found.equals(List.of("ok"))) {
                return found;
            }
            return thorough
                    ? connection.list(
                            "SELECT 'a row of ' || \"table\" || ' names a missing row of ' || parent"
                                    + " FROM pragma_foreign_key_check LIMIT "
                                    + MAX_TOLD,
                            row -> row.getString(1))
                    : List.of();
        } catch (SQLException e) {
            return List.of(
                    String.valueOf(Faults.storeException("it cannot be read", e).getMessage()));
        }
    }

    /// The number of the latest schema step of the file.
    ///
    /// @throws StoreException with a message for the operator when this program must not use the
    ///     file
    public int schema(List<Migration> known) {
        return Migrator.schema(connection, known, file);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing was written.
        }
    }
}
