package dev.roosthold.relay.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.ManualClock;
import dev.roosthold.relay.presence.Presence.End;
import dev.roosthold.relay.presence.Presence.Traffic;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// More clients come or go in one moment than writes may wait in the store.
@Timeout(60)
class ManyAtOnceTest {
    private static final int CLIENTS = 12_000;
    private static final List<String> KEYS =
            IntStream.range(0, CLIENTS).mapToObj(i -> "key" + i).toList();

    @TempDir Path directory;
    private final ManualClock clock = new ManualClock();
    private final Map<String, Boolean> rows = new ConcurrentHashMap<>();
    private final Map<String, List<Boolean>> told = new ConcurrentHashMap<>();
    private final Semaphore disk = new Semaphore(0);
    private SqliteStore store;
    private Presence<String> presence;

    /// Every row is there, and says what was written last.
    private record Rows(Map<String, Boolean> active) implements Register<String> {
        @Override
        public AccountId account(String key) {
            return new AccountId(key);
        }

        @Override
        public boolean saveStatus(Transaction tx, String key, Activity activity) {
            active.put(key, activity.active());
            return true;
        }

        @Override
        public boolean exists(Sql sql, String key) {
            return true;
        }

        @Override
        public void saveActivity(Transaction tx, String key, long activeAtMs) {
            // The times are of no interest here.
        }
    }

    @BeforeEach
    void open() {
        store = SqliteStore.open(StoreConfig.of(directory.resolve("relay.db")));
        var sockets = SocketIoServer.create(SocketIoConfig.defaults()).namespace("/");
        presence =
                new Presence<>(
                        store,
                        new Router(sockets),
                        Traffic.OPTIONAL,
                        new Rows(rows),
                        (key, activity) ->
                                told.computeIfAbsent(key, _ -> new CopyOnWriteArrayList<>())
                                        .add(activity.active()),
                        null,
                        clock);
    }

    @AfterEach
    void close() {
        disk.release();
        store.close();
    }

    @Test
    void otherWritesAreNotRefused() throws Exception {
        stallTheDisk();
        for (String key : KEYS) {
            presence.connected(key, 1, "socket");
            presence.registered(key);
        }
        CompletableFuture<String> afterTheyCame = store.write(_ -> "stored");
        disk.release();

        assertThat(afterTheyCame.get(10, TimeUnit.SECONDS)).isEqualTo("stored");
        await().until(() -> count(true) == CLIENTS);
        await().until(() -> told.size() == CLIENTS);
        assertThat(told.values()).allSatisfy(one -> assertThat(one).containsExactly(true));
    }

    @Test
    void whoGoesIsOfflineAtOnceAndToldSoOnce() throws Exception {
        for (String key : KEYS) {
            presence.connected(key, 1, "socket");
            presence.registered(key);
        }
        await().until(() -> count(true) == CLIENTS);
        await().until(() -> told.size() == CLIENTS);
        told.clear();

        stallTheDisk();
        for (String key : KEYS) {
            presence.disconnected(key, 1, End.BROKEN);
        }
        clock.pass(Presence.GRACE.plus(Duration.ofMillis(1)));
        presence.sweep();

        CompletableFuture<String> afterTheyWent = store.write(_ -> "stored");
        for (String key : KEYS) {
            assertThat(presence.now(key, new Activity(true, 0)).active()).isFalse();
        }
        assertThat(told).as("nobody is told what is not stored").isEmpty();
        disk.release();

        assertThat(afterTheyWent.get(10, TimeUnit.SECONDS)).isEqualTo("stored");
        await().until(() -> count(false) == CLIENTS);
        await().until(() -> told.size() == CLIENTS);
        assertThat(told.values()).allSatisfy(one -> assertThat(one).containsExactly(false));
        await().until(() -> presence.size() == 0);
    }

    private void stallTheDisk() {
        var _ =
                store.write(
                        _ -> {
                            disk.acquireUninterruptibly();
                            return "";
                        });
    }

    private long count(boolean active) {
        return rows.values().stream().filter(one -> one == active).count();
    }
}
