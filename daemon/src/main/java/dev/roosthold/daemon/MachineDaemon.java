package dev.roosthold.daemon;

import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelayConnection;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Keeps this computer online as one machine of an account, until it is asked to stop or the relay
/// does not accept it any more. One instance runs once; [#stop] and [#state] may be called from any
/// thread.
public final class MachineDaemon {
    /// Above what a stop takes at most.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final DaemonConfig config;
    private final MachineListener listener;
    private final Optional<AgentSessions.Factory> agents;
    private final Lifecycle lifecycle;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Object stopLock = new Object();
    private @Nullable ShutdownSource stopSource;
    private @Nullable Thread runner;

    /// A machine that runs no agents.
    public MachineDaemon(DaemonConfig config, MachineListener listener) {
        this(config, listener, Optional.empty());
    }

    /// @param agents makes what runs the agent sessions of this machine, once this daemon is the
    ///     only one; the remote methods about sessions are offered when there is one
    public MachineDaemon(
            DaemonConfig config, MachineListener listener, Optional<AgentSessions.Factory> agents) {
        this.config = config;
        this.listener = listener;
        this.agents = agents;
        lifecycle = new Lifecycle(listener);
    }

    public MachineState state() {
        return lifecycle.state();
    }

    /// Runs on the calling thread until the daemon has stopped. An interrupt of the thread stops it
    /// like [#stop].
    ///
    /// @throws DaemonException when the home directory cannot be used
    public DaemonEnd run() {
        if (lifecycle.state() != MachineState.UNINITIALIZED) {
            throw new IllegalStateException("a daemon runs once");
        }
        try {
            Optional<DaemonLock> lock = DaemonLock.tryAcquire(config.home());
            if (lock.isEmpty()) {
                finish("another daemon is running on this computer");
                return new DaemonEnd.AlreadyRunning();
            }
            try (DaemonLock _ = lock.get()) {
                return runLocked();
            }
        } finally {
            stopped.countDown();
        }
    }

    private DaemonEnd runLocked() {
        String clientName = "roost-daemon/" + config.version();
        try (RelayClient relay = new RelayClient(config.credential().server(), clientName);
                MachineSession session =
                        new MachineSession(
                                config,
                                relay,
                                lifecycle,
                                listener,
                                agents,
                                () -> requestStop(ShutdownSource.MOBILE_APP))) {
            RelayConnection connection =
                    new RelayConnection(
                            config.credential().server(),
                            clientName,
                            session,
                            config.scheduler(),
                            config.clock(),
                            config.random());
            try {
                begin();
                lifecycle.move(MachineState.REGISTERING, config.credential().server().toString());
                connection.run();
                finish(session.endReason());
                return new DaemonEnd.NotAccepted(session.endReason());
            } catch (InterruptedException _) {
                ShutdownSource source = end();
                lifecycle.move(MachineState.STOPPING, source.wireName());
                goodbye(session, source);
                lifecycle.move(MachineState.STOPPED, "");
                return new DaemonEnd.Requested(source);
            }
        }
    }

    private static void goodbye(MachineSession session, ShutdownSource source) {
        try {
            session.close();
            session.sayGoodbye(source);
        } catch (InterruptedException _) {
            // Asked once more, with force: the socket is closed with the program.
            Thread.currentThread().interrupt();
        }
    }

    private void finish(String reason) {
        ShutdownSource _ = end();
        lifecycle.move(MachineState.STOPPING, reason);
        lifecycle.move(MachineState.STOPPED, reason);
    }

    private void begin() throws InterruptedException {
        synchronized (stopLock) {
            if (stopSource != null) {
                throw new InterruptedException();
            }
            runner = Thread.currentThread();
        }
    }

    /// From here on [#requestStop] interrupts nobody. Takes back an interrupt that came late.
    private ShutdownSource end() {
        synchronized (stopLock) {
            runner = null;
            boolean _ = Thread.interrupted();
            return stopSource == null ? ShutdownSource.UNKNOWN : stopSource;
        }
    }

    /// Asks the daemon to stop and returns at once. Only the first call counts.
    public void requestStop(ShutdownSource source) {
        synchronized (stopLock) {
            if (stopSource != null) {
                return;
            }
            stopSource = source;
            if (runner != null) {
                runner.interrupt();
            }
        }
    }

    /// Asks the daemon to stop and waits until it has, some seconds at most. For signal handlers.
    ///
    /// @return whether it has stopped
    public boolean stop(ShutdownSource source) throws InterruptedException {
        requestStop(source);
        return stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
