package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/// A daemon on a thread of its own, and everything it told.
final class RunningDaemon implements AutoCloseable {
    /// Longer than a request on a silent line takes to be given up, twice.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    final List<MachineChange> changes = new CopyOnWriteArrayList<>();
    final List<String> notices = new CopyOnWriteArrayList<>();
    final MachineDaemon daemon;
    private final CompletableFuture<DaemonEnd> end = new CompletableFuture<>();

    RunningDaemon(Path home, MachineIdentity identity) {
        this(home, identity, Scheduler.system());
    }

    RunningDaemon(Path home, MachineIdentity identity, Scheduler scheduler) {
        this(home, identity, scheduler, Optional.empty());
    }

    RunningDaemon(
            Path home,
            MachineIdentity identity,
            Scheduler scheduler,
            Optional<AgentSessions.Factory> agents) {
        this(
                new DaemonConfig(
                        home,
                        identity,
                        "1.2.3",
                        () -> new HostFacts("box", "linux", "x64", "ada", Path.of("/home/ada")),
                        Clock.systemUTC(),
                        scheduler,
                        new SecureRandom()),
                agents);
    }

    RunningDaemon(DaemonConfig config) {
        this(config, Optional.empty());
    }

    RunningDaemon(DaemonConfig config, Optional<AgentSessions.Factory> agents) {
        this(config, agents, Optional.empty());
    }

    RunningDaemon(
            DaemonConfig config,
            Optional<AgentSessions.Factory> agents,
            Optional<CommandHistory> history) {
        daemon =
                new MachineDaemon(
                        config,
                        new MachineListener() {
                            @Override
                            public void changed(MachineChange change) {
                                changes.add(change);
                            }

                            @Override
                            public void notice(String text) {
                                notices.add(text);
                            }
                        },
                        agents,
                        history);
        Thread.startVirtualThread(
                () -> {
                    try {
                        end.complete(daemon.run());
                    } catch (Throwable e) {
                        end.completeExceptionally(e);
                    }
                });
    }

    /// A scheduler on which everything happens this many times sooner.
    static Scheduler hasty(int times) {
        Scheduler system = Scheduler.system();
        return (delay, task) -> system.after(delay.dividedBy(times), task);
    }

    RunningDaemon awaitReady() {
        return awaitState(MachineState.READY);
    }

    RunningDaemon awaitState(MachineState state) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(daemon.state()).as("%s", changes).isEqualTo(state));
        return this;
    }

    /// Waits until the daemon has been in this state that many times.
    void awaitTimes(MachineState state, long times) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(times(state))
                                        .as("%s", changes)
                                        .isGreaterThanOrEqualTo(times));
    }

    long times(MachineState state) {
        return changes.stream().filter(change -> change.to() == state).count();
    }

    /// Why the daemon went to ERROR for the first time.
    MachineChange firstError() {
        return changes.stream()
                .filter(change -> change.to() == MachineState.ERROR)
                .findFirst()
                .orElseThrow();
    }

    List<MachineState> states() {
        return changes.stream().map(MachineChange::to).toList();
    }

    void stop(ShutdownSource source) throws InterruptedException {
        assertThat(daemon.stop(source)).isTrue();
        assertThat(awaitEnd()).isEqualTo(new DaemonEnd.Requested(source));
    }

    DaemonEnd awaitEnd() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(end).as("%s", changes).isDone());
        return end.join();
    }

    @Override
    public void close() throws InterruptedException {
        daemon.stop(ShutdownSource.UNKNOWN);
    }
}
