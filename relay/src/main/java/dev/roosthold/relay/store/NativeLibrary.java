package dev.roosthold.relay.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// Keeps one unpacked copy of SQLite's native library beside the database. By itself sqlite-jdbc
/// unpacks 1 MB into the temporary folder at each start, which costs 110 ms (2026-11) and leaves
/// the file behind at each crash.
final class NativeLibrary {
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";

    private NativeLibrary() {}

    /// Before the first connection of the process; later calls and settings made by the operator
    /// leave everything as it is. Where the platform's library is not in the jar sqlite-jdbc does
    /// its own search.
    static synchronized void unpackInto(Path directory) throws IOException {
        if (System.getProperty(PATH) != null) {
            return;
        }
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            if (in == null) {
                return;
            }
            byte[] library = in.readAllBytes();
            Path target = directory.resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
            Files.createDirectories(target, SqliteConnections.owner(target, "rwx------"));
            Path file = target.resolve(name);
            // Compared whole: a copy cut short by a power loss would stop every later start.
            if (Files.notExists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
                Path fresh = Files.createTempFile(target, name, ".new");
                Files.write(fresh, library);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
            System.setProperty(PATH, target.toString());
            System.setProperty(NAME, name);
        }
    }

    /// Takes the copy that lies in the directory already; otherwise sqlite-jdbc does its own
    /// search. Writes nothing.
    static synchronized void useFrom(Path directory) throws IOException {
        if (System.getProperty(PATH) != null) {
            return;
        }
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        Path target = directory.resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
        Path file = target.resolve(name);
        try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            if (in != null
                    && Files.isReadable(file)
                    && Arrays.equals(Files.readAllBytes(file), in.readAllBytes())) {
                System.setProperty(PATH, target.toString());
                System.setProperty(NAME, name);
            }
        }
    }
}
