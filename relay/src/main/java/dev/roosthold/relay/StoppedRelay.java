package dev.roosthold.relay;

import dev.roosthold.relay.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The store of a relay that is not running, and cannot start before this is closed: for commands
/// that change more than a running relay would notice. Thread-safe.
public final class StoppedRelay implements AutoCloseable {
    private final Optional<DataDirectory> directory;
    private final Store store;

    private StoppedRelay(Optional<DataDirectory> directory, Store store) {
        this.directory = directory;
        this.store = store;
    }

    /// Refuses when a relay is running, before long preparations; makes nothing.
    ///
    /// @throws IOException with a message for the operator
    public static void check(RelayConfig config) throws IOException {
        lockIfThere(config.dataDirectory()).ifPresent(DataDirectory::close);
    }

    /// Opens the store, making directory and database when they are absent.
    ///
    /// @throws IOException with a message for the operator, when a relay runs there or the
    ///     directory cannot be used
    /// @throws dev.roosthold.relay.store.StoreException likewise, when the database cannot be used
    public static StoppedRelay open(RelayConfig config) throws IOException {
        DataDirectory directory = DataDirectory.open(config.dataDirectory());
        return open(config, Optional.of(directory));
    }

    /// Opens a copy of the store, to see what something would do; nothing in the relay's own
    /// directory is made or changed.
    ///
    /// @param empty a directory for the copy, on a disk that has room for it
    /// @throws IOException like [#open(RelayConfig)]
    public static StoppedRelay copy(RelayConfig config, Path empty) throws IOException {
        Path from = config.dataDirectory();
        Optional<DataDirectory> directory = lockIfThere(from);
        try {
            Path database = DataDirectory.database(from);
            // The write-ahead log is there when the relay was killed.
            for (String companion : new String[] {"", "-wal"}) {
                Path file = Path.of(database + companion);
                if (Files.exists(file)) {
                    Files.copy(file, Path.of(DataDirectory.database(empty) + companion));
                }
            }
        } catch (IOException | RuntimeException e) {
            directory.ifPresent(DataDirectory::close);
            throw e;
        }
        return open(config.withDataDirectory(empty), directory);
    }

    private static Optional<DataDirectory> lockIfThere(Path directory) throws IOException {
        return Files.exists(directory.resolve("relay.lock"))
                ? Optional.of(DataDirectory.open(directory))
                : Optional.empty();
    }

    private static StoppedRelay open(RelayConfig config, Optional<DataDirectory> directory) {
        try {
            return new StoppedRelay(directory, Relay.openStore(config));
        } catch (RuntimeException e) {
            directory.ifPresent(DataDirectory::close);
            throw e;
        }
    }

    public Store store() {
        return store;
    }

    @Override
    public void close() {
        store.close();
        directory.ifPresent(DataDirectory::close);
    }
}
