package dev.roosthold.sync;

import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.LogLevel;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncFiles;
import dev.roosthold.sync.config.SyncOptions;
import dev.roosthold.sync.ipc.IpcLimits;
import dev.roosthold.sync.ipc.IpcServer;
import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.metrics.MetricsEndpoint;
import dev.roosthold.sync.metrics.SyncMetrics;
import dev.roosthold.sync.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// The sync daemon: one process per person and computer that keeps command history, preferences and
/// devices, and sends them to the relay when there is one.
public final class SyncDaemon implements AutoCloseable {
    /// How long running requests may go on after the daemon was told to stop.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SyncManager manager;
    private final IpcServer server;
    private final SyncMetrics counts;
    private final @Nullable MetricsEndpoint metrics;
    private final FileChannel lock;
    private final SyncLog log;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile Runnable onStop = () -> {};

    private SyncDaemon(
            SyncManager manager,
            IpcServer server,
            SyncMetrics counts,
            @Nullable MetricsEndpoint metrics,
            FileChannel lock,
            SyncLog log) {
        this.manager = manager;
        this.server = server;
        this.counts = counts;
        this.metrics = metrics;
        this.lock = lock;
        this.log = log;
    }

    /// Runs until it is told to stop, by a request or a signal, in a process of its own.
    ///
    /// @return the exit status: 0 stopped, 74 the database cannot be written, 75 another daemon is
    ///     running, 77 a file or directory is open to others, 78 a setting is wrong
    public static int run(SyncOptions options, Map<String, String> environment, String version) {
        InstantSource clock = InstantSource.system();
        SyncConfig config;
        SyncLog log;
        try {
            config = SyncConfig.read(options, environment);
            log =
                    options.background()
                            ? SyncLog.to(config.logFile(), config.logLevel(), clock)
                            : SyncLog.to(System.err, config.logLevel(), clock);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ConfigException.STATUS;
        } catch (IOException e) {
            System.err.println("the log file cannot be written: " + e.getMessage());
            return StartFailure.IO;
        }
        libraryLogsGoTo(log);
        try (log;
                SyncDaemon daemon =
                        start(config, clock, new SecureRandom(), version, IpcLimits.USUAL, log)) {
            onSignals(daemon);
            ServiceNotice notice = ServiceNotice.of(environment, log);
            daemon.onStop = () -> notice.send(ServiceNotice.STOPPING);
            notice.send(ServiceNotice.READY);
            IdleHeap.watch(daemon.counts::answered);
            daemon.await();
            return 0;
        } catch (StartFailure e) {
            System.err.println(e.getMessage());
            return e.status();
        } catch (InterruptedException e) {
            return 0;
        }
    }

    /// Starts in this process.
    ///
    /// @throws StartFailure when it cannot
    static SyncDaemon start(
            SyncConfig config,
            InstantSource clock,
            SecureRandom random,
            String version,
            IpcLimits limits,
            SyncLog log)
            throws StartFailure {
        for (String key : config.warnings()) {
            log.warn("config.unknown", "a key of the settings is not known", "key", key);
        }
        FileChannel lock = lock(config);
        SyncManager manager = null;
        MetricsEndpoint endpoint = null;
        try {
            freeSocket(config.socket());
            var metrics = new SyncMetrics();
            manager = new SyncManager(clock, random, metrics, log);
            try {
                manager.initialize(config);
            } catch (StoreException | IllegalArgumentException e) {
                throw new StartFailure(StartFailure.IO, String.valueOf(e.getMessage()));
            }
            var box = new SyncDaemon[1];
            var ready = new CountDownLatch(1);
            var methods =
                    new SyncMethods(
                            manager,
                            config,
                            metrics,
                            log,
                            clock,
                            version,
                            () -> Thread.ofVirtual().start(() -> stop(box, ready)));
            if (config.metrics().isPresent()) {
                SyncConfig.HostPort at = config.metrics().get();
                endpoint = MetricsEndpoint.start(at.host(), at.port(), metrics);
            }
            IpcServer server = IpcServer.start(config.socket(), methods, limits, log);
            methods.busy(server::busy);
            box[0] = new SyncDaemon(manager, server, metrics, endpoint, lock, log);
            ready.countDown();
            log.info(
                    "start",
                    "the daemon is ready",
                    "version",
                    version,
                    "pid",
                    ProcessHandle.current().pid(),
                    "state",
                    manager.state());
            return box[0];
        } catch (IOException e) {
            end(manager, endpoint, lock);
            throw new StartFailure(
                    StartFailure.IO, "cannot listen on " + config.socket() + ": " + e.getMessage());
        } catch (StartFailure e) {
            end(manager, endpoint, lock);
            throw e;
        }
    }

    private static void stop(@Nullable SyncDaemon[] box, CountDownLatch ready) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        SyncDaemon daemon = box[0];
        if (daemon != null) {
            daemon.close();
        }
    }

    private static void end(
            @Nullable SyncManager manager, @Nullable MetricsEndpoint endpoint, FileChannel lock) {
        if (endpoint != null) {
            endpoint.close();
        }
        try {
            if (manager != null) {
                manager.shutdown();
            }
        } catch (IllegalStateException e) {
            // It had not begun.
        }
        release(lock);
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            // The end of the process releases it.
        }
    }

    private static FileChannel lock(SyncConfig config) throws StartFailure {
        Path file = config.lockFile();
        Path directory = file.toAbsolutePath().getParent();
        try {
            if (directory != null) {
                SyncFiles.directory(directory);
                if (SyncFiles.isOpenToOthers(directory)) {
                    throw new StartFailure(
                            StartFailure.PERMISSION,
                            "others may write in " + directory + "; chmod go-w it");
                }
            }
            SyncFiles.ownerOnly(file);
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock held;
            try {
                held = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                held = null;
            }
            if (held == null) {
                String pid = Files.readString(file).strip();
                channel.close();
                throw new StartFailure(
                        StartFailure.RUNNING, "another sync daemon is running, process " + pid);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            throw new StartFailure(StartFailure.IO, "cannot write " + file + ": " + e.getMessage());
        }
    }

    /// With the lock held, a socket at this place is left over from a daemon that was killed.
    private static void freeSocket(Path socket) throws StartFailure, IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes found =
                Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isOther()) {
            throw new StartFailure(
                    StartFailure.PERMISSION, socket + " is no socket; it is left as it is");
        }
        Files.delete(socket);
    }

    private static void onSignals(SyncDaemon daemon) {
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(
                    new Signal(name),
                    signal -> {
                        if (daemon.stopping.get()) {
                            Runtime.getRuntime().halt(128 + signal.getNumber());
                        }
                        Thread.ofPlatform().name("stop").start(daemon::close);
                    });
        }
    }

    /// What the libraries below have to say goes to the same place.
    private static void libraryLogsGoTo(SyncLog log) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(
                new Handler() {
                    @Override
                    public void publish(LogRecord entry) {
                        String name = String.valueOf(entry.getLoggerName());
                        if (!name.startsWith("dev.roosthold.")) {
                            return;
                        }
                        LogLevel level =
                                entry.getLevel().intValue() >= Level.SEVERE.intValue()
                                        ? LogLevel.ERROR
                                        : entry.getLevel().intValue() >= Level.WARNING.intValue()
                                                ? LogLevel.WARN
                                                : LogLevel.DEBUG;
                        Object[] parameters = entry.getParameters();
                        String text = String.valueOf(entry.getMessage());
                        log.write(
                                level,
                                "values",
                                parameters == null || parameters.length == 0
                                        ? text
                                        : java.text.MessageFormat.format(text, parameters));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                });
    }

    SyncManager manager() {
        return manager;
    }

    /// The port of the metrics, if they are served.
    OptionalInt metricsPort() {
        return metrics == null ? OptionalInt.empty() : OptionalInt.of(metrics.port());
    }

    /// Waits until it has stopped.
    void await() throws InterruptedException {
        stopped.await();
    }

    /// Stops: nothing new is accepted, what runs may end, the queue is kept.
    @Override
    public void close() {
        if (!stopping.compareAndSet(false, true)) {
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        log.info("stop", "the daemon stops");
        onStop.run();
        server.close(PATIENCE);
        if (metrics != null) {
            metrics.close();
        }
        manager.shutdown();
        release(lock);
        stopped.countDown();
    }
}
