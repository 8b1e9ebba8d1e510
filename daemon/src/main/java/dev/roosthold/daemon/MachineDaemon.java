package dev.roosthold.daemon;

import dev.roosthold.client.ConnectionHandler;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelayConnection;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.local.DaemonStatus;
import dev.roosthold.daemon.local.LocalControl;
import dev.roosthold.daemon.local.LocalDaemon;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
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

    /// Changes once, when a machine that waited for its keys has them.
    private volatile DaemonConfig config;

    private final StatusBoard listener;
    private final Optional<AgentSessions.Factory> agents;
    private final Optional<CommandHistory> history;
    private final Lifecycle lifecycle;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Object stopLock = new Object();
    private @Nullable ShutdownSource stopSource;
    private @Nullable Thread runner;
    private volatile @Nullable RelayConnection current;
    private volatile @Nullable MachineSession session;

    /// A machine that runs no agents.
    public MachineDaemon(DaemonConfig config, MachineListener listener) {
        this(config, listener, Optional.empty());
    }

    /// @param agents makes what runs the agent sessions of this machine, once this daemon is the
    ///     only one; the remote methods about sessions are offered when there is one
    public MachineDaemon(
            DaemonConfig config, MachineListener listener, Optional<AgentSessions.Factory> agents) {
        this(config, listener, agents, Optional.empty());
    }

    /// @param history of commands, in which those of the agents are kept; closed by the caller
    public MachineDaemon(
            DaemonConfig config,
            MachineListener listener,
            Optional<AgentSessions.Factory> agents,
            Optional<CommandHistory> history) {
        this.config = config;
        this.history = history;
        this.listener = new StatusBoard(listener, config.clock());
        this.agents = agents;
        lifecycle = new Lifecycle(this.listener);
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
        try (LocalControl control =
                LocalControl.start(config.home(), new Local(), config.version(), config.random())) {
            return runControlled(control.port());
        } catch (IOException e) {
            throw new DaemonException("cannot listen for local commands", e);
        }
    }

    private DaemonEnd runControlled(int localPort) {
        try (RelayClient relay = new RelayClient(config.identity().server(), clientName())) {
            Leaving leaving = _ -> {};
            try {
                begin();
                lifecycle.move(MachineState.REGISTERING, config.identity().server().toString());
                if (config.identity() instanceof PendingEnrolment pending) {
                    ApprovalWait wait =
                            new ApprovalWait(pending, config, relay, lifecycle, listener);
                    leaving = _ -> wait.sayGoodbye();
                    connect(wait);
                    Optional<AccountKey> accountKey = wait.accountKey();
                    if (accountKey.isEmpty()) {
                        return notAccepted(wait.endReason());
                    }
                    Enrolment enrolment =
                            new Enrolment(config.home(), config.clock(), config.random());
                    config = config.with(enrolment.approved(pending, accountKey.get()));
                    lifecycle.move(MachineState.CONNECTING, "");
                }
                try (MachineSession session =
                        new MachineSession(
                                config,
                                relay,
                                lifecycle,
                                listener,
                                agents,
                                history,
                                () -> requestStop(ShutdownSource.MOBILE_APP),
                                localPort)) {
                    leaving =
                            source -> {
                                session.close();
                                session.sayGoodbye(source);
                            };
                    return stay(session, leaving);
                }
            } catch (InterruptedException _) {
                return leave(leaving);
            }
        }
    }

    /// The interrupt is caught here, as the session must still be open for the goodbye.
    private DaemonEnd stay(MachineSession session, Leaving leaving) {
        this.session = session;
        try {
            connect(session);
            return notAccepted(session.endReason());
        } catch (InterruptedException _) {
            return leave(leaving);
        }
    }

    /// What there is to say to the relay before the end.
    @FunctionalInterface
    private interface Leaving {
        void leave(ShutdownSource source) throws InterruptedException;
    }

    private DaemonEnd leave(Leaving leaving) {
        ShutdownSource source = end();
        lifecycle.move(MachineState.STOPPING, source.wireName());
        try {
            leaving.leave(source);
        } catch (InterruptedException _) {
            // Asked once more, with force: the socket is closed with the program.
            Thread.currentThread().interrupt();
        }
        lifecycle.move(MachineState.STOPPED, "");
        return new DaemonEnd.Requested(source);
    }

    private DaemonEnd notAccepted(String reason) {
        finish(reason);
        return new DaemonEnd.NotAccepted(reason);
    }

    private String clientName() {
        return "roost-daemon/" + config.version();
    }

    private void connect(ConnectionHandler handler) throws InterruptedException {
        RelayConnection connection =
                new RelayConnection(
                        config.identity().server(),
                        clientName(),
                        handler,
                        config.scheduler(),
                        config.clock(),
                        config.random());
        current = connection;
        try (LineWatch watch =
                new LineWatch(
                        config.scheduler(), config.clock(), System::nanoTime, this::checkNow)) {
            watch.start();
            connection.run();
        }
    }

    /// Looks at the connection now: there is a reason to doubt it.
    void checkNow() {
        RelayConnection connection = current;
        if (connection != null) {
            connection.checkNow();
        }
    }

    /// What commands of this computer see and do.
    private final class Local implements LocalDaemon {
        @Override
        public DaemonStatus status() {
            int running = sessions().map(all -> all.running().size()).orElse(0);
            return listener.status(config, running);
        }

        @Override
        public void stop() {
            requestStop(ShutdownSource.CLI);
        }

        @Override
        public Optional<AgentSessions> sessions() {
            MachineSession open = session;
            return open == null ? Optional.empty() : open.agents();
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
