package dev.roosthold.relay.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.ManualClock;
import dev.roosthold.relay.presence.Presence.End;
import dev.roosthold.relay.presence.Presence.Traffic;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A change of presence is on the disk before the thread that submitted it goes on, as when that
/// thread had to wait for a processor.
@Timeout(60)
class QuickWritesTest {
    private static final String KEY = "key";

    @TempDir Path directory;
    private final ManualClock clock = new ManualClock();
    private SqliteStore store;
    private Presence<String> presence;

    /// Returns from a write when it is stored.
    private record Quick(Store store) implements Store {
        @Override
        public <T> CompletableFuture<T> write(WriteOperation<T> operation) {
            CompletableFuture<T> written = store.write(operation);
            boolean _ = written.handle((_, _) -> true).join();
            return written;
        }

        @Override
        public <T> void submit(WriteOperation<T> operation, Consumer<Throwable> failed) {
            store.submit(operation, failed);
        }

        @Override
        public <T> CompletableFuture<T> write(Lane lane, WriteOperation<T> operation) {
            return write(operation);
        }

        @Override
        public <T> void submit(Lane lane, WriteOperation<T> operation, Consumer<Throwable> failed) {
            submit(operation, failed);
        }

        @Override
        public <T> T writeNow(Lane lane, WriteOperation<T> operation) {
            return writeNow(operation);
        }

        @Override
        public <T> CompletableFuture<T> read(ReadOperation<T> operation) {
            return store.read(operation);
        }

        @Override
        public <T> T writeNow(WriteOperation<T> operation) {
            return store.writeNow(operation);
        }

        @Override
        public <T> T readNow(ReadOperation<T> operation) {
            return store.readNow(operation);
        }

        @Override
        public void close() {
            // Its owner closes the real one.
        }
    }

    /// Every row is there.
    private static final class Rows implements Register<String> {
        @Override
        public AccountId account(String key) {
            return new AccountId(key);
        }

        @Override
        public boolean saveStatus(Transaction tx, String key, Activity activity) {
            return true;
        }

        @Override
        public boolean exists(Sql sql, String key) {
            return true;
        }

        @Override
        public void saveActivity(Transaction tx, String key, long activeAtMs) {
            // The rows are of no interest here.
        }
    }

    @BeforeEach
    void open() {
        store = SqliteStore.open(StoreConfig.of(directory.resolve("relay.db")));
        var sockets = SocketIoServer.create(SocketIoConfig.defaults()).namespace("/");
        presence =
                new Presence<>(
                        new Quick(store),
                        new Router(sockets),
                        Traffic.OPTIONAL,
                        new Rows(),
                        (_, _) -> {},
                        null,
                        clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theEndOfWhatHadNoLeaseIsAnswered() throws Exception {
        assertThat(presence.ended(KEY, clock.millis()).get(10, TimeUnit.SECONDS)).isTrue();

        clock.pass(Duration.ofMinutes(2));
        presence.sweep();
        assertThat(presence.size()).isZero();
    }

    @Test
    void noLeaseIsLostAndNoneIsLeftBehind() throws Exception {
        presence.connected(KEY, 1, "socket");
        presence.registered(KEY);
        assertThat(presence.of(KEY)).hasValueSatisfying(one -> assertThat(one.active()).isTrue());

        presence.disconnected(KEY, 1, End.PLANNED);
        assertThat(presence.size()).isZero();
        presence.connected(KEY, 2, "socket");
        presence.registered(KEY);
        assertThat(presence.ended(KEY, clock.millis()).get(10, TimeUnit.SECONDS)).isTrue();
        presence.disconnected(KEY, 2, End.PLANNED);
        clock.pass(Duration.ofMinutes(2));
        presence.sweep();
        assertThat(presence.size()).isZero();
    }
}
