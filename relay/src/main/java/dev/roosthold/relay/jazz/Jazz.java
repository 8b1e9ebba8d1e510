package dev.roosthold.relay.jazz;

import dev.roosthold.jazz.relay.JazzRelay;
import dev.roosthold.jazz.relay.RelayLimits;
import dev.roosthold.jazz.relay.RelayListener;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Jazz of one relay: its sockets and its file, which is opened when somebody connects first.
/// Thread-safe.
public final class Jazz implements AutoCloseable {
    /// The file in the data directory.
    public static final String FILE = "jazz.db";

    private static final Logger LOG = LoggerFactory.getLogger(Jazz.class);
    private static final LogBudget FAILURES = LogBudget.of(new Rate(20, 2));
    private static final String ACCOUNT = "account:";

    /// Settings that are not the operator's.
    ///
    /// @param paths under which the websocket is, without a slash at their end
    /// @param socketsPerSpace connections at one time
    /// @param failuresPerAddress wrong credentials
    /// @param receiving bytes of frames that have not arrived whole, of all connections together
    public record Limits(
            Set<String> paths, int socketsPerSpace, Rate failuresPerAddress, long receiving) {

        /// For a quarter of the heap.
        public static Limits of(Set<String> paths, int socketsPerSpace, Rate failuresPerAddress) {
            long quarter = Runtime.getRuntime().maxMemory() / 4;
            return new Limits(
                    paths, socketsPerSpace, failuresPerAddress, Math.max(32L << 20, quarter));
        }
    }

    private final Path folder;
    private final JazzConfig config;
    private final Doorkeeper doorkeeper;
    private final Limits limits;
    private final RateLimiter failures;
    private final RequestListener requests;
    private final RelayListener counters;
    private final BiConsumer<Caller, SocketAddress> seen;
    private final Executor blocking;
    private final Set<JazzSocket> sockets = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, Integer> bySpace = new ConcurrentHashMap<>();
    private final AtomicLong receiving = new AtomicLong();
    private @Nullable JazzRelay relay;
    private boolean closed;

    /// @param requests told about answers that are no websockets
    /// @param seen told who is connected, now and then
    /// @param blocking where credentials are checked
    public Jazz(
            Path folder,
            JazzConfig config,
            Doorkeeper doorkeeper,
            Limits limits,
            RequestListener requests,
            RelayListener counters,
            BiConsumer<Caller, SocketAddress> seen,
            Executor blocking,
            InstantSource clock) {
        this.folder = folder;
        this.config = config;
        this.doorkeeper = doorkeeper;
        this.limits = limits;
        this.failures = new RateLimiter(limits.failuresPerAddress(), clock);
        this.requests = requests;
        this.counters = counters;
        this.seen = seen;
        this.blocking = blocking;
    }

    /// The Jazz of a relay that does not run, for what operators do.
    public static Jazz ofStopped(Path folder) {
        return new Jazz(
                folder,
                JazzConfig.USUAL.disabled(),
                _ -> Doorkeeper.MISSING,
                Limits.of(Set.of(), 1, new Rate(1, 1)),
                RequestListener.NONE,
                RelayListener.NONE,
                (_, _) -> {},
                Runnable::run,
                InstantSource.system());
    }

    /// A handler for one connection, to be put behind the HTTP codec: it takes the requests of its
    /// paths.
    ///
    /// @param next comes behind it in the pipeline
    public ChannelHandler handler(ChannelHandler next) {
        return config.enabled() ? new JazzUpgrade(this, next) : next;
    }

    static String space(AccountId account) {
        return ACCOUNT + account.value();
    }

    /// Ends the sockets of a device.
    public void closeDevice(DeviceId device) {
        for (JazzSocket socket : sockets) {
            if (socket.guest().caller().filter(c -> c.device().equals(device)).isPresent()) {
                socket.close(JazzSocket.POLICY, "signed out");
            }
        }
    }

    /// Deletes all values of an account. Blocks.
    public void deleteAccount(AccountId account) {
        if (Files.exists(folder.resolve(FILE))) {
            deleteSpace(space(account));
        }
    }

    /// Deletes the values of accounts that are gone, which a crash may have left. Blocks.
    ///
    /// @param exists whether there is such an account
    public void tidy(Predicate<AccountId> exists) {
        if (Files.notExists(folder.resolve(FILE))) {
            return;
        }
        try {
            List<String> spaces = relay().spaces().join();
            for (String space : spaces) {
                if (space.startsWith(ACCOUNT)
                        && !exists.test(new AccountId(space.substring(ACCOUNT.length())))) {
                    deleteSpace(space);
                }
            }
        } catch (IOException | CompletionException e) {
            LOG.warn("values of deleted accounts may be left: {}", e.getMessage());
        }
    }

    private void deleteSpace(String space) {
        try {
            var _ = relay().deleteSpace(space).join();
        } catch (IOException | CompletionException e) {
            LOG.warn("values of a deleted account are left: {}", e.getMessage());
        }
    }

    /// Connections that are open.
    public int connections() {
        return sockets.size();
    }

    /// Size of the file; 0 when there is none.
    public long bytes() {
        try {
            return Files.size(folder.resolve(FILE));
        } catch (IOException e) {
            return 0;
        }
    }

    /// False after a commit that the disk refused, until one succeeds.
    public synchronized boolean lastCommitStored() {
        return relay == null || relay.lastCommitStored();
    }

    @Override
    public void close() {
        JazzRelay open;
        synchronized (this) {
            closed = true;
            open = relay;
        }
        if (open != null) {
            open.close();
        }
        sockets.forEach(socket -> socket.close(JazzSocket.GOING_AWAY, "stopping"));
    }

    // ---- for the handlers

    Limits limits() {
        return limits;
    }

    Doorkeeper doorkeeper() {
        return doorkeeper;
    }

    RateLimiter failures() {
        return failures;
    }

    RequestListener requests() {
        return requests;
    }

    Executor blocking() {
        return blocking;
    }

    /// Opens the file when that has not happened. Blocks.
    ///
    /// @throws IOException with a message for the operator
    synchronized JazzRelay relay() throws IOException {
        if (closed) {
            throw new IOException("the relay stops");
        }
        JazzRelay open = relay;
        if (open == null) {
            Path file = folder.resolve(FILE);
            create(file);
            open =
                    JazzRelay.open(
                            file,
                            RelayLimits.usual().withSpaceBytes(config.spaceBytes()),
                            new Logged(counters));
            relay = open;
        }
        return open;
    }

    /// Whether one more may connect to the space; if so it counts until it has left.
    boolean enter(String space) {
        boolean room = bySpace.merge(space, 1, Integer::sum) <= limits.socketsPerSpace();
        if (!room) {
            leave(space);
        }
        return room;
    }

    void leave(String space) {
        bySpace.computeIfPresent(space, (_, count) -> count == 1 ? null : count - 1);
    }

    void opened(JazzSocket socket) {
        sockets.add(socket);
        Optional<Caller> caller = socket.guest().caller();
        // Revoked between the check and now: it must not stay.
        if (caller.isPresent() && !doorkeeper.holds(caller.get())) {
            socket.close(JazzSocket.POLICY, "signed out");
        }
    }

    void closed(JazzSocket socket) {
        if (sockets.remove(socket)) {
            leave(socket.guest().space());
        }
    }

    void heard(JazzSocket socket) {
        socket.guest().caller().ifPresent(caller -> seen.accept(caller, socket.remote()));
    }

    /// Whether so many more bytes may be kept until their frame is whole.
    boolean mayReceive(int bytes) {
        return receiving.addAndGet(bytes) <= limits.receiving();
    }

    void received(long bytes) {
        receiving.addAndGet(-bytes);
    }

    private static void create(Path file) throws IOException {
        FileAttribute<?>[] owner =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        try {
            Files.createFile(file, owner);
        } catch (FileAlreadyExistsException e) {
            // Kept as it is; the files beside it get the same mode.
        }
    }

    static void failed(String what, Throwable cause) {
        FAILURES.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atError()
                                        .addKeyValue("withheld", withheld)
                                        .setCause(cause)
                                        .log("jazz: {} failed", what));
    }

    /// Counts, and logs what an operator should see.
    private record Logged(RelayListener counters) implements RelayListener {
        @Override
        public void received(String action) {
            counters.received(action);
        }

        @Override
        public void refused(Refusal why) {
            counters.refused(why);
        }

        @Override
        public void committed(int transactions, long nanos) {
            counters.committed(transactions, nanos);
        }

        @Override
        public void sent(int characters) {
            counters.sent(characters);
        }

        @Override
        public void failed(String what, Throwable cause) {
            counters.failed(what, cause);
            Jazz.failed(what, cause);
        }
    }
}
